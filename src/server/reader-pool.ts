/** The reader threads, and the queue of queries. */

import { createHash } from 'node:crypto';
import type { RequestFacts, WireAnswer, WireRequest } from './request.ts';
import { LastingThread, type ThreadOptions } from './lasting-thread.ts';

/** A reader that runs this long after its last client left has hung. */
const HANG_MS = 60_000;

export interface Outcome {
  readonly answer: WireAnswer;
  readonly facts: RequestFacts;
}

/** A query, and all clients that sent the same one while it waited. */
interface Asked {
  readonly key: string;
  readonly request: WireRequest;
  readonly waiting: Set<Waiting>;
  /** Set while a reader works on it. */
  abort: (() => void) | undefined;
}

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

interface Reader {
  readonly thread: LastingThread;
  /** The id of the aborted call. */
  readonly flag: Int32Array;
  isFree: boolean;
}

/**
 * Queries wait here for a free thread. Equal waiting queries run once. A running query is not shared, because it does
 * not see profiles stored since its start. When its last client leaves, a query is removed from the queue, or stopped.
 */
export class ReaderPool {
  readonly #readers: Reader[] = [];
  readonly #queue = new Map<string, Asked>();

  private constructor() {}

  /** @param threadOf options of one reader, given the number that names its aborted call */
  static async start(
    count: number,
    threadOf: (aborted: SharedArrayBuffer) => Omit<ThreadOptions, 'onStart'>,
  ): Promise<ReaderPool> {
    const pool = new ReaderPool();
    await Promise.all(
      Array.from({ length: count }, async () => {
        const aborted = new SharedArrayBuffer(4);
        const options = { ...threadOf(aborted), onStart: () => pool.#next() };
        const thread = await LastingThread.start(options);
        pool.#readers.push({ thread, flag: new Int32Array(aborted), isFree: true });
      }),
    );
    return pool;
  }

  /** Why a reader cannot answer, as a sentence; undefined if all can. */
  get problem(): string | undefined {
    return this.#readers.map(({ thread }) => thread.problem).find((problem) => problem !== undefined);
  }

  get waiting(): number {
    return this.#queue.size;
  }

  query(request: WireRequest, signal: AbortSignal): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const key = questionKey(request);
      let asked = this.#queue.get(key);
      if (asked === undefined) {
        asked = { key, request, waiting: new Set(), abort: undefined };
        this.#queue.set(key, asked);
      }
      const { waiting } = asked;
      const one: Waiting = {
        resolve: (outcome) => {
          signal.removeEventListener('abort', giveUp);
          resolve(outcome);
        },
        reject: (error) => {
          signal.removeEventListener('abort', giveUp);
          reject(error);
        },
      };
      waiting.add(one);
      const giveUp = (): void => {
        waiting.delete(one);
        reject(new Error('The client no longer waits for the answer.'));
        if (waiting.size > 0) return;
        if (this.#queue.get(key) === asked) this.#queue.delete(key);
        asked.abort?.();
      };
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
      this.#next();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map(({ thread }) => thread.close()));
  }

  /** Gives the first query to a free reader. */
  #next(): void {
    const [asked] = this.#queue.values();
    const reader = this.#readers.find(({ isFree, thread }) => isFree && thread.running !== undefined);
    const calls = reader?.thread.running;
    if (asked === undefined || reader === undefined || calls === undefined) return;
    this.#queue.delete(asked.key);
    reader.isFree = false;
    const id = calls.nextId;
    let hung: NodeJS.Timeout | undefined;
    asked.abort = () => {
      Atomics.store(reader.flag, 0, id);
      hung = setTimeout(() => calls.end('it did not stop when its client had left'), HANG_MS).unref();
    };
    void calls
      .call<Outcome>('query', { request: asked.request, nowMs: Date.now() })
      .then(
        (outcome) => asked.waiting.forEach((one) => one.resolve(outcome)),
        (error: unknown) => asked.waiting.forEach((one) => one.reject(error)),
      )
      .finally(() => {
        clearTimeout(hung);
        reader.isFree = true;
        this.#next();
      });
  }
}

/** All inputs of an answer: queries with equal keys have equal answers. */
function questionKey({ method, path, query, headers, body, isLocal }: WireRequest): string {
  const relevant = [
    'content-type',
    'content-encoding',
    'accept',
    'accept-encoding',
    'connect-protocol-version',
    'connect-timeout-ms',
    'grpc-accept-encoding',
    'grpc-encoding',
    'grpc-timeout',
  ].map((name) => headers[name] ?? '');
  return [method, path, query, isLocal, ...relevant, createHash('sha256').update(body).digest('hex')].join('\n');
}
