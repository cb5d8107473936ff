/** The analysis over a worker: the only file on the page's side that posts messages. */
import type { EncodedProfile } from '#model/encoded-profile.ts';
import { type Analysis, analysisCalls, type CallName, type OpenedProfile, type ProfileHandle } from './analysis.ts';
import { type FromWorker, type ToWorker, unpackError } from './protocol.ts';

/** What the client needs of a worker. */
export interface WorkerPort {
  postMessage(message: ToWorker, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress: ((share: number) => void) | undefined;
}

export function analysisClient(worker: WorkerPort): Analysis {
  const calls = new WorkerCalls(worker);
  const names = Object.keys(analysisCalls) as CallName[];
  const asking = names.map((call) => [call, (...args: unknown[]) => calls.ask(call, args)]);
  return { ...Object.fromEntries(asking), close: (handle: ProfileHandle) => calls.close(handle) };
}

class WorkerCalls {
  readonly #worker: WorkerPort;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #stopped: string | undefined;

  constructor(worker: WorkerPort) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(data);
    // A crashed worker (usually out of memory) answers nothing more: all open calls fail.
    worker.onerror = () =>
      this.#failAll('The worker that reads profiles stopped. Reload the page; a very large file may need more memory.');
  }

  /** @param args as in `Analysis`: the call's own, its signal, perhaps a progress callback */
  async ask(call: CallName, args: readonly unknown[]): Promise<unknown> {
    const at = args.findIndex((arg) => arg instanceof AbortSignal);
    const own = args.slice(0, at);
    const signal = args[at] as AbortSignal;
    const onProgress = args[at + 1] as Waiting['onProgress'];
    if (analysisCalls[call] === 'asks') return this.#post(call, own, signal, [], onProgress);
    const { bytes } = own[0] as Partial<EncodedProfile>;
    const answer = await this.#post(call, own, signal, bytes ? [bytes.buffer] : [], onProgress);
    // The worker finished before the abort reached it, so the profile must be closed here.
    if (signal.aborted) {
      this.close(handleOf(answer as OpenedProfile | { profile: OpenedProfile }));
      throw unpackError({ name: 'AbortError' });
    }
    return answer;
  }

  close(handle: ProfileHandle): void {
    this.#worker.postMessage({ kind: 'close', handle }, []);
  }

  #post(
    call: CallName,
    args: readonly unknown[],
    signal: AbortSignal,
    transfer: Transferable[],
    onProgress: Waiting['onProgress'],
  ): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) {
        reject(new Error(this.#stopped));
        return;
      }
      if (signal.aborted) {
        reject(unpackError({ name: 'AbortError' }));
        return;
      }
      const abort = (): void => this.#worker.postMessage({ kind: 'abort', id }, []);
      const done = (): void => signal.removeEventListener('abort', abort);
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.set(id, {
        resolve: (value) => (done(), resolve(value)),
        reject: (error) => (done(), reject(error)),
        onProgress,
      });
      this.#worker.postMessage({ kind: 'call', id, call, args }, transfer);
    });
  }

  #receive(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message.kind === 'progress') {
      waiting.onProgress?.(message.share);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.kind === 'answer') waiting.resolve(message.value);
    else waiting.reject(unpackError(message.error));
  }

  #failAll(message: string): void {
    this.#stopped = message;
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of all) one.reject(new Error(message));
  }
}

function handleOf(answer: OpenedProfile | { readonly profile: OpenedProfile }): ProfileHandle {
  return 'profile' in answer ? answer.profile.handle : answer.handle;
}
