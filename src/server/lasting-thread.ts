/** A thread that is restarted when it ends, unless it ends repeatedly. */

import type { Log } from './exchange.ts';
import { WorkerCalls, type ThreadLimits } from './worker-calls.ts';

/** A thread that ends too often within this time is not started again. */
const WINDOW_MS = 60_000;
const MAX_ENDS = 10;
/** Doubles with every end in the window. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5000;

export interface ThreadOptions extends ThreadLimits {
  /** For the log and `/ready`: "store". */
  readonly name: string;
  readonly file: URL;
  readonly data: object;
  /** Called with every started thread before it takes calls. A thread that cannot be opened is ended. */
  readonly open?: (calls: WorkerCalls) => Promise<void>;
  /** Called when the thread takes calls, again after each start. */
  readonly onStart?: () => void;
  readonly log: Log;
  /** Called when the thread is not started any more. @param why as a sentence */
  readonly onGiveUp: (why: string) => void;
}

export class LastingThread {
  readonly #options: ThreadOptions;
  #calls: WorkerCalls | undefined;
  /** Undefined until the thread is open. */
  #running: WorkerCalls | undefined;
  #waiting: ((calls: WorkerCalls) => void)[] = [];
  #problem: string | undefined;
  #endedAt: number[] = [];
  #pause: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Rejects with what `open` throws the first time: then no thread is left. */
  static async start(options: ThreadOptions): Promise<LastingThread> {
    const thread = new LastingThread(options);
    try {
      await thread.#begin();
    } catch (error) {
      await thread.close();
      throw error;
    }
    return thread;
  }

  /** The thread as it runs now; undefined while it is started again. */
  get running(): WorkerCalls | undefined {
    return this.#running;
  }

  /** Why calls are not answered, as a sentence. */
  get problem(): string | undefined {
    return this.#running === undefined ? this.#problem : undefined;
  }

  /** Waits for the thread where it is started again. Rejects with what the handler throws, and with ThreadEnded. */
  async call<T>(kind: string, payload: unknown, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    const calls = this.#running ?? (await new Promise<WorkerCalls>((resolve) => this.#waiting.push(resolve)));
    return calls.call<T>(kind, payload, transfer);
  }

  /** Calls that wait for a restart are never answered: the caller has ended all requests before closing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#pause);
    await this.#calls?.close();
  }

  /** @throws (rejects) what `open` throws */
  async #begin(): Promise<void> {
    const { file, data, open, onStart } = this.#options;
    let isOver = false;
    const calls = new WorkerCalls(
      file,
      data,
      (error) => {
        isOver = true;
        this.#ended(error);
      },
      this.#options,
    );
    this.#calls = calls;
    await calls.call('ping', undefined);
    await open?.(calls);
    if (isOver || this.#isClosed) return;
    this.#running = calls;
    for (const resolve of this.#waiting.splice(0)) resolve(calls);
    onStart?.();
  }

  #ended(error: Error): void {
    const { name, log, onGiveUp } = this.#options;
    this.#calls = undefined;
    this.#running = undefined;
    if (this.#isClosed) return;
    const now = performance.now();
    this.#endedAt = [...this.#endedAt.filter((at) => now - at < WINDOW_MS), now];
    const count = this.#endedAt.length;
    const why = `The ${name} thread has ended (${error.message})`;
    if (count > MAX_ENDS) {
      this.#problem = `${why}, for the ${count}th time within ${WINDOW_MS / 1000} s.`;
      return onGiveUp(this.#problem);
    }
    this.#problem = `${why} and is started again.`;
    log.error(this.#problem);
    const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1));
    this.#pause = setTimeout(() => void this.#beginAgain(), pauseMs);
  }

  async #beginAgain(): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      this.#calls?.end(error instanceof Error ? error.message : String(error));
    }
  }
}
