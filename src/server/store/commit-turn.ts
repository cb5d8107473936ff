/**
 * Gives commits of uploads precedence over upkeep. Two threads share one number; SQLite's lock still keeps their
 * transactions apart, so a thread that ends in between does not lock the other out.
 */

/** Upkeep continues after this time: the committing thread may have ended. */
const MAX_WAIT_MS = 1000;

export class CommitTurn {
  readonly #flag: Int32Array;

  /** @param shared 4 bytes, shared by the threads */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#flag = new Int32Array(shared);
  }

  get isCommitting(): boolean {
    return Atomics.load(this.#flag, 0) === 1;
  }

  /** Runs a commit of uploads. */
  commit<T>(work: () => T): T {
    Atomics.store(this.#flag, 0, 1);
    try {
      return work();
    } finally {
      Atomics.store(this.#flag, 0, 0);
      Atomics.notify(this.#flag, 0);
    }
  }

  /** Blocks this thread while a commit waits or runs. */
  stepAside(): void {
    Atomics.wait(this.#flag, 0, 1, MAX_WAIT_MS);
  }
}
