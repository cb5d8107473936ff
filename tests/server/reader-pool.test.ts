/** Queries that wait for a reader: which are asked, which share an answer, and which are dropped. */
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WireRequest } from '#server/request.ts';
import { ReaderPool } from '#server/reader-pool.ts';

/** A reader that counts its queries. /held waits for the gate, /working for its own abort. It answers with path and abort flag. */
const READER = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, workerData } from 'node:worker_threads';
    const { queries, gate, aborted } = workerData;
    const flag = new Int32Array(aborted);
    parentPort.on('message', ({ id, kind, payload }) => {
      const path = payload?.request?.path ?? kind;
      if (kind === 'query') Atomics.add(queries, 0, 1);
      if (path === '/held') Atomics.wait(gate, 0, 0);
      while (path === '/working' && Atomics.load(flag, 0) !== id) Atomics.wait(gate, 0, 0, 5);
      parentPort.postMessage({ id, outcome: { value: { path, isAborted: Atomics.load(flag, 0) === id } } });
      if (kind === 'close') parentPort.close();
    });
  `)}`,
);

let queries: Int32Array;
let gate: Int32Array;
let pool: ReaderPool;

beforeEach(async () => {
  queries = new Int32Array(new SharedArrayBuffer(4));
  gate = new Int32Array(new SharedArrayBuffer(4));
  const ignored = (): void => undefined;
  pool = await ReaderPool.start(1, (aborted) => ({
    name: 'reader',
    file: READER,
    data: { queries, gate, aborted },
    log: { info: ignored, warn: ignored, error: ignored },
    onGiveUp: ignored,
  }));
});

afterEach(async () => {
  vi.useRealTimers();
  openGate();
  await pool.close();
});

function openGate(): void {
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
}

function request(path: string, more: Partial<WireRequest> = {}): WireRequest {
  return { method: 'POST', path, query: '', headers: {}, body: new Uint8Array(0), ...more };
}

/** The stand-in answers no bytes. */
function ask(path: string, signal?: AbortSignal, more: Partial<WireRequest> = {}): Promise<unknown> {
  return pool.query(request(path, more), signal ?? new AbortController().signal);
}

it('asks equal queries that wait once, and answers all of them', async () => {
  const first = ask('/held');
  const same = [ask('/same'), ask('/same'), ask('/same')];
  expect(pool.waiting).toBe(1);
  openGate();
  expect(await Promise.all(same)).toEqual(same.map(() => ({ path: '/same', isAborted: false })));
  await first;
  expect(queries[0]).toBe(2);
});

it('does not share a query that has begun', async () => {
  const begun = ask('/held');
  const later = ask('/held');
  expect(pool.waiting).toBe(1);
  openGate();
  await Promise.all([begun, later]);
  expect(queries[0]).toBe(2);
});

it('shares nothing between queries that may have other answers', async () => {
  const begun = ask('/held');
  const different = [
    ask('/a'),
    ask('/a', undefined, { method: 'GET' }),
    ask('/a', undefined, { query: 'x=1' }),
    ask('/a', undefined, { body: Uint8Array.of(1) }),
    ask('/a', undefined, { headers: { accept: 'application/json' } }),
    // Says nothing of the answer.
    ask('/a', undefined, { headers: { 'user-agent': 'curl' } }),
  ];
  expect(pool.waiting).toBe(5);
  openGate();
  await Promise.all([begun, ...different]);
  expect(queries[0]).toBe(6);
});

it('drops a query after its last client left', async () => {
  const control = new AbortController();
  const begun = ask('/held');
  const dropped = ask('/dropped', control.signal);
  control.abort();
  await expect(dropped).rejects.toThrow('no longer waits');
  expect(pool.waiting).toBe(0);
  openGate();
  await begun;
  await ask('/next');
  expect(queries[0]).toBe(2);
});

it('keeps a shared query while one still waits', async () => {
  const control = new AbortController();
  const begun = ask('/held');
  const gone = ask('/shared', control.signal);
  const left = ask('/shared');
  control.abort();
  await expect(gone).rejects.toThrow('no longer waits');
  expect(pool.waiting).toBe(1);
  openGate();
  expect(await left).toEqual({ path: '/shared', isAborted: false });
  await begun;
});

it('aborts a call after its last client left, and goes on with the next', async () => {
  const control = new AbortController();
  const begun = ask('/working', control.signal);
  const next = ask('/next');
  control.abort();
  await expect(begun).rejects.toThrow('no longer waits');
  // The flag still names the call before.
  expect(await next).toEqual({ path: '/next', isAborted: false });
  expect(queries[0]).toBe(2);
});

it('refuses at once what was given up before it was asked', async () => {
  await expect(ask('/late', AbortSignal.abort())).rejects.toThrow('no longer waits');
  expect(pool.waiting).toBe(0);
  await ask('/next');
  expect(queries[0]).toBe(1);
});

it('ends a reader that does not stop, and answers those that wait by a new one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const control = new AbortController();
  const hung = ask('/held', control.signal);
  control.abort();
  await expect(hung).rejects.toThrow('no longer waits');
  const next = ask('/next');
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  expect(await next).toEqual({ path: '/next', isAborted: false });
});

it('listens to a signal no longer once it has answered', async () => {
  const { signal } = new AbortController();
  const answered = ask('/a', signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await answered;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
