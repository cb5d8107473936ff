/** Threads of a trace: their names come in events of their own, perhaps last. */
import type { LabelPair } from '../profile-builder.ts';

interface Thread {
  readonly pid: string;
  readonly tid: string;
}

export class TraceThreads {
  /** By process, then by thread: asked for with every event. */
  readonly #index = new Map<string, Map<string, number>>();
  readonly #threads: Thread[] = [];
  readonly #processNames = new Map<string, string>();
  readonly #threadNames = new Map<string, string>();

  index(pid: string, tid: string): number {
    let ofProcess = this.#index.get(pid);
    if (!ofProcess) {
      ofProcess = new Map();
      this.#index.set(pid, ofProcess);
    }
    const known = ofProcess.get(tid);
    if (known !== undefined) return known;
    ofProcess.set(tid, this.#threads.length);
    return this.#threads.push({ pid, tid }) - 1;
  }

  all(): readonly Thread[] {
    return this.#threads;
  }

  rename(what: 'process_name' | 'thread_name', pid: string, tid: string, name: string): void {
    if (what === 'process_name') this.#processNames.set(pid, name);
    else this.#threadNames.set(keyOf(pid, tid), name);
  }

  labels(pid: string, tid: string): readonly LabelPair[] {
    const labels: LabelPair[] = [];
    const process = withId(this.#processNames.get(pid), pid);
    const thread = withId(this.#threadNames.get(keyOf(pid, tid)), tid);
    if (process !== '') labels.push(['process', process]);
    if (thread !== '') labels.push(['thread', thread]);
    return labels;
  }
}

function keyOf(pid: string, tid: string): string {
  return JSON.stringify([pid, tid]);
}

function withId(name: string | undefined, id: string): string {
  return name === undefined || name === '' || id === '' ? name || id : `${name} (${id})`;
}
