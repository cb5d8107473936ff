/** Calls to a worker thread and their answers. A worker does one call after the other, or several, as it likes. */

import { parentPort, Worker } from 'node:worker_threads';

interface Call {
  readonly id: number;
  readonly kind: string;
  readonly payload: unknown;
}

type Outcome = { readonly value: unknown } | { readonly error: string; readonly name: string };

/** This side: the calls that are under way. */
export class WorkerCalls {
  readonly #worker: Worker;
  readonly #open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  /** Why the thread has ended, once it has. */
  #end: Error | undefined;
  #last = 0;
  #closed = false;

  /** @param onEnd called when the worker ends without being asked to; its calls fail then. */
  constructor(file: URL, data: object, onEnd: (error: Error) => void) {
    this.#worker = new Worker(file, { workerData: data });
    this.#worker.on('message', ({ id, outcome }: { id: number; outcome: Outcome }) => {
      const call = this.#open.get(id);
      this.#open.delete(id);
      if (call === undefined) return;
      if ('value' in outcome) call.resolve(outcome.value as never);
      else call.reject(Object.assign(new Error(outcome.error), { name: outcome.name }));
    });
    let cause: Error | undefined;
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        const end = cause ?? new Error('A thread of the server has ended.');
        this.#end = end;
        for (const call of this.#open.values()) call.reject(end);
        this.#open.clear();
        resolve();
        if (!this.#closed) onEnd(end);
      });
    });
  }

  /** Number of the call that is made next: how a shared flag names it. */
  get nextId(): number {
    return this.#last + 1;
  }

  /** Rejects with what the handler throws, and when the thread has ended. */
  call<T>(kind: string, payload: unknown, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = ++this.#last;
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
}

/**
 * The worker's side: answers calls with what the handler of their kind returns. After `close` it listens no more, and the
 * thread ends with its work.
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
      outcome = { value: await handlers[kind](payload as never, id) };
    } catch (error) {
      const { message, name } = error instanceof Error ? error : new Error(String(error));
      outcome = { error: message, name };
    }
    port!.postMessage({ id, outcome }, transferable(outcome));
    if (kind === 'close') port!.close();
  }
}

/** Smaller ones are copied: they may be constants, which a transfer would take away. */
const LEAST_TO_TRANSFER = 1 << 16;

/** The body of a large answer goes over without a copy, where it is alone in its buffer. */
function transferable(outcome: Outcome): ArrayBuffer[] {
  const body = (outcome as { value?: { answer?: { body?: Uint8Array } } }).value?.answer?.body;
  if (body === undefined || body.byteLength < LEAST_TO_TRANSFER || body.byteLength !== body.buffer.byteLength)
    return [];
  return body.buffer instanceof ArrayBuffer ? [body.buffer] : [];
}
