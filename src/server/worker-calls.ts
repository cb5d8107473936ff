/** Calls to a worker thread and their answers. A worker does one call after the other, or several, as it likes. */

import { parentPort, Worker } from 'node:worker_threads';

interface Call {
  readonly id: number;
  readonly kind: string;
  readonly payload: unknown;
}

type Outcome = { readonly value: unknown } | { readonly error: string; readonly name: string };

/** The thread has ended before it answered: the call may be made again. */
export class ThreadEnded extends Error {}

export interface ThreadLimits {
  /** Maximum JavaScript heap, MB. A thread that needs more ends, and the process goes on. */
  readonly maxHeapMb?: number | undefined;
  /** A thread that answers nothing for this long has hung, and is ended. */
  readonly hangMs?: number | undefined;
}

/** A thread has hung if it has not responded for this many checks. */
const MAX_MISSED = 4;
/** A thread that starts reads its code first. */
const START_FACTOR = 10;
/** Numbered across all threads, so that a shared flag never means a call of another thread. */
let lastId = 0;

/** This side: the calls that are under way. */
export class WorkerCalls {
  readonly #worker: Worker;
  readonly #open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  /** Why the thread has ended, or ends. */
  #end: ThreadEnded | undefined;
  #closed = false;
  #hasAnswered = false;

  /** @param onEnd called when the worker ends without being asked to; its calls have failed by then. */
  constructor(file: URL, data: object, onEnd: (error: ThreadEnded) => void, limits: ThreadLimits = {}) {
    const { maxHeapMb, hangMs } = limits;
    const resourceLimits = maxHeapMb === undefined ? {} : { maxOldGenerationSizeMb: maxHeapMb };
    this.#worker = new Worker(file, { workerData: data, resourceLimits });
    this.#worker.on('message', ({ id, outcome }: { id: number; outcome: Outcome }) => {
      this.#hasAnswered = true;
      const call = this.#open.get(id);
      this.#open.delete(id);
      if (call === undefined) return;
      if ('value' in outcome) call.resolve(outcome.value as never);
      else call.reject(Object.assign(new Error(outcome.error), { name: outcome.name }));
    });
    this.#worker.on('error', (error: unknown) => {
      this.#end ??= new ThreadEnded(error instanceof Error ? error.message : String(error));
    });
    const watch = hangMs === undefined ? undefined : this.#watch(hangMs);
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        clearInterval(watch);
        const end = (this.#end ??= new ThreadEnded('it left by itself'));
        for (const call of this.#open.values()) call.reject(end);
        this.#open.clear();
        resolve();
        if (!this.#closed) onEnd(end);
      });
    });
  }

  /** Number of the call that is made next: how a shared flag names it. */
  get nextId(): number {
    return lastId + 1;
  }

  /** Rejects with what the handler throws, and with ThreadEnded. */
  call<T>(kind: string, payload: unknown, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = ++lastId;
    return new Promise<T>((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.#worker.postMessage({ id, kind, payload } satisfies Call, transfer);
    });
  }

  /** Asks the worker to end itself, and waits for it. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.call('close', undefined).catch(() => undefined);
    await this.#ended;
  }

  /** Ends the worker in the midst of its work. @param why as one clause */
  end(why: string): void {
    this.#end ??= new ThreadEnded(why);
    void this.#worker.terminate();
  }

  /** Counts checks, not time: a process that was suspended has missed one check at most. */
  #watch(hangMs: number): NodeJS.Timeout {
    let isAsked = false;
    let missed = 0;
    return setInterval(() => {
      if (isAsked) {
        if (++missed >= MAX_MISSED * (this.#hasAnswered ? 1 : START_FACTOR))
          this.end(`it answered nothing for ${Math.round(hangMs / 1000)} s`);
        return;
      }
      isAsked = true;
      missed = 0;
      this.call('ping', undefined).then(
        () => (isAsked = false),
        () => undefined,
      );
    }, hangMs / MAX_MISSED).unref();
  }
}

/**
 * The worker's side: answers calls with what the handler of their kind returns. After `close` it stops listening, and
 * the thread ends when its work is done.
 */
export function answerCalls(handlers: Readonly<Record<string, (payload: never, id: number) => unknown>>): void {
  const port = parentPort;
  if (port === null) throw new Error('This file is a worker; it is not run by itself.');
  port.on('message', ({ id, kind, payload }: Call) => {
    void answer(id, kind, payload);
  });

  async function answer(id: number, kind: string, payload: unknown): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = { value: kind === 'ping' ? undefined : await handlers[kind](payload as never, id) };
    } catch (error) {
      const { message, name } = error instanceof Error ? error : new Error(String(error));
      outcome = { error: message, name };
    }
    port!.postMessage({ id, outcome }, transferable(outcome));
    if (kind === 'close') port!.close();
  }
}

/** Smaller ones are copied: they may be constants, which a transfer would take away. */
const MIN_BYTES_TO_TRANSFER = 1 << 16;

/** The body of a large answer goes over without a copy, where it is alone in its buffer. */
function transferable(outcome: Outcome): ArrayBuffer[] {
  const body = (outcome as { value?: { answer?: { body?: Uint8Array } } }).value?.answer?.body;
  if (body === undefined || body.byteLength < MIN_BYTES_TO_TRANSFER || body.byteLength !== body.buffer.byteLength)
    return [];
  return body.buffer instanceof ArrayBuffer ? [body.buffer] : [];
}
