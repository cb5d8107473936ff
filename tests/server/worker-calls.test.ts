/** Calls to a thread: which answer belongs to which call, and what happens to calls when the thread ends. */
import { afterEach, expect, it } from 'vitest';
import { ThreadEnded, WorkerCalls } from '#server/worker-calls.ts';

/** Answers `later` only when `now` has been asked, fails `fail`, and answers a call that nobody made. */
const WORKER = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    const held = [];
    const answer = (id, value) => parentPort.postMessage({ id, outcome: { value } });
    parentPort.on('message', ({ id, kind, payload }) => {
      if (kind === 'later') return held.push([id, payload]);
      if (kind === 'fail') return parentPort.postMessage({ id, outcome: { error: 'It failed.', name: 'RangeError' } });
      if (kind === 'leave') process.exit();
      answer(-1, 'of nobody');
      answer(id, kind === 'bytes' ? payload.byteLength : payload);
      for (const [of, value] of held.splice(0)) answer(of, value);
      if (kind === 'close') parentPort.close();
    });
  `)}`,
);

const open: WorkerCalls[] = [];
afterEach(() => Promise.all(open.splice(0).map((calls) => calls.close())));

function started(): { calls: WorkerCalls; ends: ThreadEnded[] } {
  const ends: ThreadEnded[] = [];
  const calls = new WorkerCalls(WORKER, {}, (end) => ends.push(end));
  open.push(calls);
  return { calls, ends };
}

it('gives each call its own answer, in whatever order they come', async () => {
  const { calls } = started();
  const order: string[] = [];
  const noted = (call: Promise<string>): Promise<void> => call.then((value) => void order.push(value));
  await Promise.all([noted(calls.call('later', 'a')), noted(calls.call('now', 'b'))]);
  expect(order).toEqual(['b', 'a']);
});

it('rejects with the message and the name of what the worker threw', async () => {
  const { calls } = started();
  await expect(calls.call('fail', undefined)).rejects.toMatchObject({ name: 'RangeError', message: 'It failed.' });
  expect(await calls.call('now', 'still there')).toBe('still there');
});

it('hands buffers over', async () => {
  const { calls } = started();
  const { buffer } = new Uint8Array(8);
  const answered = calls.call('bytes', buffer, [buffer]);
  expect(buffer.byteLength).toBe(0);
  expect(await answered).toBe(8);
});

it('gives every call a number of its own, over all threads', async () => {
  const [one, other] = [started().calls, started().calls];
  const first = one.nextId;
  const asked = one.call('now', 1);
  expect(other.nextId).toBe(first + 1);
  await asked;
});

it('fails all calls when the thread leaves, and every later one, and says so once', async () => {
  const { calls, ends } = started();
  const waiting = calls.call('later', 'a');
  const fatal = calls.call('leave', undefined);
  await expect(waiting).rejects.toBeInstanceOf(ThreadEnded);
  await expect(fatal).rejects.toThrow('it left by itself');
  await expect(calls.call('now', 1)).rejects.toBeInstanceOf(ThreadEnded);
  expect(ends).toHaveLength(1);
});

it('fails calls with the reason it is ended for', async () => {
  const { calls, ends } = started();
  const waiting = calls.call('later', 'a');
  calls.end('it took too long');
  await expect(waiting).rejects.toThrow('it took too long');
  expect(ends.map(({ message }) => message)).toEqual(['it took too long']);
});

it('a requested close does not count as an end', async () => {
  const { calls, ends } = started();
  await calls.close();
  expect(ends).toEqual([]);
  await expect(calls.call('now', 1)).rejects.toBeInstanceOf(ThreadEnded);
});
