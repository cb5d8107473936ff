/** Threads that end or hang, and the calls to them. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { LastingThread, type ThreadOptions } from '#server/lasting-thread.ts';
import { ReaderPool } from '#server/reader-pool.ts';
import { ThreadEnded } from '#server/worker-calls.ts';

/** A worker by the protocol of `answerCalls`. `starts` counts its starts, over all of its lives. */
const WORKER = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, workerData } from 'node:worker_threads';
    const { starts, aborted } = workerData;
    Atomics.add(starts, 0, 1);
    parentPort.on('message', ({ id, kind, payload }) => {
      const what = payload?.request?.path ?? payload;
      if (what === 'throw') throw new Error('a bad upload');
      if (what === 'leave') process.exit();
      if (what === 'hang') for (;;);
      if (what === 'fill') for (const all = [];;) all.push(new Array(1e5).fill(0).map(() => ({})));
      if (what !== 'wait') parentPort.postMessage({ id, outcome: { value: what ?? 'there' } });
      if (kind === 'close') parentPort.close();
    });
  `)}`,
);

const threads: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const thread of threads.splice(0)) await thread.close();
});

function options(more: Partial<ThreadOptions> = {}) {
  const starts = new Int32Array(new SharedArrayBuffer(4));
  const logged: string[] = [];
  const gaveUp: string[] = [];
  const told = (text: string): void => void logged.push(text);
  const made: ThreadOptions = {
    name: 'store',
    file: WORKER,
    data: { starts },
    log: { info: told, warn: told, error: told },
    onGiveUp: (why) => gaveUp.push(why),
    ...more,
  };
  return { made, starts, logged, gaveUp };
}

async function started(made: ThreadOptions): Promise<LastingThread> {
  const thread = await LastingThread.start(made);
  threads.push(thread);
  return thread;
}

describe('a thread that ends', () => {
  it.each([
    ['throw', 'a bad upload'],
    ['leave', 'it left by itself'],
  ])('fails the call under way and is started again: %s', async (how, why) => {
    const { made, starts, logged } = options();
    const thread = await started(made);
    const waiting = thread.call('ask', 'wait');
    const fatal = thread.call('ask', how);
    await expect(fatal).rejects.toBeInstanceOf(ThreadEnded);
    await expect(waiting).rejects.toThrow(why);
    expect(thread.problem).toBe(`The store thread has ended (${why}) and is started again.`);
    expect(await thread.call('ask', 'hello')).toBe('hello');
    expect(thread.problem).toBeUndefined();
    expect(starts[0]).toBe(2);
    expect(logged).toEqual([`The store thread has ended (${why}) and is started again.`]);
  });

  it('ends alone when its memory is used up', async () => {
    const { made } = options({ maxHeapMb: 32 });
    const thread = await started(made);
    await expect(thread.call('ask', 'fill')).rejects.toThrow('memory limit');
    expect(await thread.call('ask', 'hello')).toBe('hello');
  });

  it('is opened again before it takes calls', async () => {
    const seen: unknown[] = [];
    const { made } = options({ open: async (calls) => void seen.push(await calls.call('open', 'opened')) });
    const thread = await started(made);
    await thread.call('ask', 'throw').catch(() => undefined);
    await thread.call('ask', 'hello');
    expect(seen).toEqual(['opened', 'opened']);
  });

  it('that cannot be opened again is tried again', async () => {
    let opens = 0;
    const { made } = options({
      open: () => (++opens === 2 ? Promise.reject(new Error('The folder is gone.')) : Promise.resolve()),
    });
    const thread = await started(made);
    await thread.call('ask', 'throw').catch(() => undefined);
    expect(await thread.call('ask', 'hello')).toBe('hello');
    expect(opens).toBe(3);
  });

  it('is given up when it ends again and again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { made, starts, gaveUp } = options();
    const thread = await started(made);
    for (let ends = 1; ends <= 11; ends++) {
      await expect(thread.call('ask', 'leave')).rejects.toBeInstanceOf(ThreadEnded);
      vi.runOnlyPendingTimers();
    }
    expect(starts[0]).toBe(11);
    expect(gaveUp).toEqual([expect.stringMatching(/^The store thread has ended .* for the 11th time within 60 s\.$/)]);
    expect(thread.problem).toBe(gaveUp[0]);
  });

  it('whose first start fails leaves nothing', async () => {
    const { made } = options({ open: () => Promise.reject(new Error('in use')) });
    await expect(LastingThread.start(made)).rejects.toThrow('in use');
  });
});

it('a thread that answers nothing any more is ended and started again', async () => {
  const { made } = options({ hangMs: 2000 });
  const thread = await started(made);
  await expect(thread.call('ask', 'hang')).rejects.toThrow('it answered nothing for 2 s');
  expect(await thread.call('ask', 'hello')).toBe('hello');
});

describe('readers', () => {
  const asked = (path: string) => ({ method: 'POST', path, query: '', headers: {}, body: new Uint8Array(0) });
  const going = new AbortController().signal;

  it('fail the query under way when one ends, and answer those that wait', async () => {
    const { made, starts } = options();
    const pool = await ReaderPool.start(1, () => ({ ...made, name: 'reader' }));
    threads.push(pool);
    const fatal = pool.query(asked('throw'), going);
    const next = pool.query(asked('hello'), going);
    await expect(fatal).rejects.toBeInstanceOf(ThreadEnded);
    expect(pool.problem).toContain('The reader thread has ended');
    expect(await next).toBe('hello');
    expect(pool.problem).toBeUndefined();
    expect(starts[0]).toBe(2);
  });
});
