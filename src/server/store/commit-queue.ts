/**
 * Profiles on their way to disk, in groups: whoever hands some over waits for the commit that holds them. One commit costs
 * a sync of the disk, whatever is in it; so all that arrives while the thread is busy shares the next.
 */

import type { IncomingProfile } from '../ingest/incoming.ts';
import type { ProfileWriter, Written } from './profile-writer.ts';
import { TooManySeries } from './series-table.ts';

/** A group is committed at the latest when it is this large. */
const MOST_PROFILES = 64;
const MOST_BYTES = 4 << 20;

interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

export class CommitQueue {
  readonly #writer: ProfileWriter;
  #waiting: Waiting[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(writer: ProfileWriter) {
    this.#writer = writer;
  }

  /**
   * Resolves when all that could be taken is on disk; what could not stands as the error in its place.
   * @throws (rejects) what the commit throws; then none of them is stored
   */
  async store(profiles: readonly IncomingProfile[], nowMs: number): Promise<(Written | Error)[]> {
    const written = profiles.map((profile): Written | Error => {
      try {
        return this.#writer.add(profile, nowMs);
      } catch (error) {
        if (error instanceof TooManySeries || error instanceof RangeError) return error;
        throw error;
      }
    });
    if (this.#writer.pendingProfiles === 0) return written;
    const committed = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    if (this.#writer.pendingProfiles >= MOST_PROFILES || this.#writer.pendingBytes >= MOST_BYTES) this.flush();
    else this.#scheduled ??= setImmediate(() => this.flush());
    await committed;
    return written;
  }

  /** Commits now. Never throws: those who wait are told. */
  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      this.#writer.flush();
    } catch (error) {
      for (const one of waiting) one.reject(error);
      return;
    }
    for (const one of waiting) one.resolve();
  }
}
