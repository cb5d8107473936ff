/** The analysis over a worker: the only file on the page's side that posts messages. */
import type { EncodedProfile } from '#model/encoded-profile.ts';
import type {
  Analysis,
  DiffAnswer,
  DiffRequest,
  EvidenceAnswer,
  Exported,
  LinesAnswer,
  OpenedProfile,
  ProfileHandle,
  SandwichAnswer,
  SandwichDiffAnswer,
  SearchAnswer,
  SideNoise,
  StackValue,
  TreeAnswer,
  TreeExport,
  TreeRequest,
  TreeView,
} from './analysis.ts';
import {
  type CallArguments,
  type CallMessage,
  type CallName,
  type FromWorker,
  type ToWorker,
  unpackError,
} from './protocol.ts';

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

export class AnalysisClient implements Analysis {
  readonly #worker: WorkerPort;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #stopped: string | undefined;

  constructor(worker: WorkerPort) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(data);
    // A crash (out of memory, as a rule) answers nothing more: everyone who waits is told.
    worker.onerror = () =>
      this.#failAll('The worker that reads profiles stopped. Reload the page; a very large file may need more memory.');
  }

  async open(
    encoded: EncodedProfile,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<OpenedProfile> {
    const profile = await this.#ask<OpenedProfile>('open', [encoded], signal, [encoded.bytes.buffer], onProgress);
    this.#closeLate(profile.handle, signal);
    return profile;
  }

  async openWithTree(
    encoded: EncodedProfile,
    view: TreeView,
    signal: AbortSignal,
  ): Promise<{ profile: OpenedProfile; tree: TreeAnswer }> {
    const answer = await this.#ask<{ profile: OpenedProfile; tree: TreeAnswer }>(
      'openWithTree',
      [encoded, view],
      signal,
      [encoded.bytes.buffer],
    );
    this.#closeLate(answer.profile.handle, signal);
    return answer;
  }

  tree(request: TreeRequest, signal: AbortSignal): Promise<TreeAnswer> {
    return this.#ask<TreeAnswer>('tree', [request], signal);
  }

  search(request: TreeRequest, text: string, signal: AbortSignal): Promise<SearchAnswer> {
    return this.#ask<SearchAnswer>('search', [request, text], signal);
  }

  sandwich(request: TreeRequest, func: number, signal: AbortSignal): Promise<SandwichAnswer> {
    return this.#ask<SandwichAnswer>('sandwich', [request, func], signal);
  }

  lines(request: TreeRequest, signal: AbortSignal): Promise<LinesAnswer> {
    return this.#ask<LinesAnswer>('lines', [request], signal);
  }

  stacks(request: TreeRequest, signal: AbortSignal): Promise<readonly StackValue[]> {
    return this.#ask<readonly StackValue[]>('stacks', [request], signal);
  }

  exportTree(request: TreeRequest, kind: TreeExport, name: string, signal: AbortSignal): Promise<Exported> {
    return this.#ask<Exported>('exportTree', [request, kind, name], signal);
  }

  diff(request: DiffRequest, signal: AbortSignal): Promise<DiffAnswer> {
    return this.#ask<DiffAnswer>('diff', [request], signal);
  }

  evidence(
    request: DiffRequest,
    noise: { readonly a: SideNoise; readonly b: SideNoise },
    signal: AbortSignal,
  ): Promise<EvidenceAnswer> {
    return this.#ask<EvidenceAnswer>('evidence', [request, noise], signal);
  }

  searchDiff(request: DiffRequest, text: string, signal: AbortSignal): Promise<SearchAnswer> {
    return this.#ask<SearchAnswer>('searchDiff', [request, text], signal);
  }

  sandwichDiff(request: DiffRequest, func: number, signal: AbortSignal): Promise<SandwichDiffAnswer> {
    return this.#ask<SandwichDiffAnswer>('sandwichDiff', [request, func], signal);
  }

  exportDiff(request: DiffRequest, signal: AbortSignal): Promise<Exported> {
    return this.#ask<Exported>('exportDiff', [request], signal);
  }

  pack(handle: ProfileHandle, signal: AbortSignal): Promise<Pick<EncodedProfile, 'bytes' | 'form'>> {
    return this.#ask<Pick<EncodedProfile, 'bytes' | 'form'>>('pack', [handle], signal);
  }

  close(handle: ProfileHandle): void {
    this.#worker.postMessage({ kind: 'close', handle }, []);
  }

  /** The worker was done before it heard that nobody waits: nobody would close what it opened. */
  #closeLate(handle: ProfileHandle, signal: AbortSignal): void {
    if (!signal.aborted) return;
    this.close(handle);
    throw unpackError({ name: 'AbortError' });
  }

  #ask<T>(
    call: CallName,
    args: CallArguments[CallName],
    signal: AbortSignal,
    transfer: Transferable[] = [],
    onProgress?: (share: number) => void,
  ): Promise<T> {
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
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
        resolve: (value) => (done(), resolve(value as T)),
        reject: (error) => (done(), reject(error)),
        onProgress,
      });
      this.#worker.postMessage({ kind: 'call', id, call, args } as CallMessage, transfer);
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
