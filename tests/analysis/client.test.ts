import { expect, it } from 'vitest';
import type { OpenedProfile, ProfileHandle, TreeRequest } from '#analysis/analysis.ts';
import { analysisClient, type WorkerPort } from '#analysis/client.ts';
import type { FromWorker, ToWorker } from '#analysis/protocol.ts';

const request: TreeRequest = { handle: 1 as ProfileHandle, sampleType: 0, order: 'size', transforms: [] };
const encoded = (): { bytes: Uint8Array<ArrayBuffer>; name: string; form: { kind: 'file' } } => ({
  bytes: new Uint8Array(4),
  name: 'a',
  form: { kind: 'file' },
});

function fakeWorker(): {
  port: WorkerPort;
  sent: ToWorker[];
  transferred: Transferable[];
  answer(message: FromWorker): void;
} {
  const sent: ToWorker[] = [];
  const transferred: Transferable[] = [];
  const port: WorkerPort = {
    postMessage: (message, transfer) => {
      sent.push(message);
      transferred.push(...transfer);
    },
    onmessage: null,
    onerror: null,
  };
  const answer = (data: FromWorker): void => port.onmessage?.({ data } as MessageEvent<FromWorker>);
  return { port, sent, transferred, answer };
}

it('posts a call without its signal, and resolves with the answer of the same id', async () => {
  const { port, sent, answer } = fakeWorker();
  const client = analysisClient(port);
  const { signal } = new AbortController();
  const first = client.search(request, 'a', signal);
  const second = client.search(request, 'b', signal);
  expect(sent).toEqual([
    { kind: 'call', id: 1, call: 'search', args: [request, 'a'] },
    { kind: 'call', id: 2, call: 'search', args: [request, 'b'] },
  ]);
  answer({ kind: 'answer', id: 2, value: 'of b' });
  answer({ kind: 'answer', id: 1, value: 'of a' });
  expect([await first, await second]).toEqual(['of a', 'of b']);
});

it('hands bytes over and reports progress', async () => {
  const { port, transferred, answer } = fakeWorker();
  const shares: number[] = [];
  const file = encoded();
  const opening = analysisClient(port).open(file, new AbortController().signal, (share) => shares.push(share));
  answer({ kind: 'progress', id: 1, share: 0.5 });
  answer({ kind: 'answer', id: 1, value: { handle: 7 } });
  expect((await opening).handle).toBe(7);
  expect(transferred).toEqual([file.bytes.buffer]);
  expect(shares).toEqual([0.5]);
});

it('closes a profile that was opened after its caller left', async () => {
  const { port, sent, answer } = fakeWorker();
  const client = analysisClient(port);
  const control = new AbortController();
  const opening = client.open(encoded(), control.signal);
  const both = client.openWithTree(encoded(), request, control.signal);
  control.abort();
  answer({ kind: 'answer', id: 1, value: { handle: 7 } });
  answer({ kind: 'answer', id: 2, value: { profile: { handle: 8 } as OpenedProfile, tree: undefined } });
  await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  await expect(both).rejects.toMatchObject({ name: 'AbortError' });
  expect(sent.slice(2)).toEqual([
    { kind: 'abort', id: 1 },
    { kind: 'abort', id: 2 },
    { kind: 'close', handle: 7 },
    { kind: 'close', handle: 8 },
  ]);
});

it('posts nothing for a signal that has fired before', async () => {
  const { port, sent } = fakeWorker();
  await expect(analysisClient(port).tree(request, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  expect(sent).toEqual([]);
});

it('rejects every open call and every later one when the worker crashes', async () => {
  const { port } = fakeWorker();
  const client = analysisClient(port);
  const { signal } = new AbortController();
  const open = client.tree(request, signal);
  port.onerror?.({} as ErrorEvent);
  await expect(open).rejects.toThrow('The worker that reads profiles stopped.');
  await expect(client.tree(request, signal)).rejects.toThrow('The worker that reads profiles stopped.');
});
