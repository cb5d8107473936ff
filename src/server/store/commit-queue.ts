/**
 * Commits profiles to disk in groups: each caller waits for the commit that contains its profiles. A commit costs one
 * disk sync, whatever its size, so profiles that arrive while the thread is busy share the next one.
 */

import type { IncomingProfile } from '../incoming.ts';
import type { ProfileWriter, Written } from './profile-writer.ts';

/** A group is committed at the latest when it is this large. */
const MAX_PROFILES = 64;
const MAX_BYTES = 4 << 20;
/** Frames of the decoded profiles that are held until the commit. */
const MAX_FRAMES = 4 << 20;
/** Bytes that these were unpacked from: names are held too. */
const MAX_UNPACKED_BYTES = 16 << 20;
/** SQLite's codes for a statement that fails because of its values: ERROR, TOOBIG, CONSTRAINT, MISMATCH, RANGE. */
const ABOUT_CONTENT = new Set([1, 18, 19, 20, 25]);

interface Waiting {
  readonly profiles: readonly IncomingProfile[];
  readonly nowMs: number;
  /** By profile: the result of writing it, or the error. */
  readonly results: (Written | Error)[];
  resolve(results: (Written | Error)[]): void;
  reject(error: unknown): void;
}

export class CommitQueue {
  readonly #writer: ProfileWriter;
  #waiting: Waiting[] = [];
  #frames = 0;
  #unpackedBytes = 0;
  #scheduled: NodeJS.Immediate | undefined;

  constructor(writer: ProfileWriter) {
    this.#writer = writer;
  }

  /**
   * Resolves once the profiles are on disk; for one that was not stored, its error is in its place.
   * @param unpackedBytes that the profiles were decoded from
   * @throws (rejects) what the commit throws when the file is at fault; then none of them is stored
   */
  store(profiles: readonly IncomingProfile[], nowMs: number, unpackedBytes = 0): Promise<(Written | Error)[]> {
    const results = profiles.map((profile) => this.#attempt(() => this.#writer.add(profile, nowMs)));
    if (this.#writer.pendingProfiles === 0) return Promise.resolve(results);
    for (const { profile } of profiles) this.#frames += profile.stackFrames.length;
    this.#unpackedBytes += unpackedBytes;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ profiles, nowMs, results, resolve, reject });
      if (this.#isFull) this.flush();
      else this.#scheduled ??= setImmediate(() => this.flush());
    });
  }

  get #isFull(): boolean {
    const { pendingProfiles, pendingBytes } = this.#writer;
    if (pendingProfiles >= MAX_PROFILES || pendingBytes >= MAX_BYTES) return true;
    return this.#frames >= MAX_FRAMES || this.#unpackedBytes >= MAX_UNPACKED_BYTES;
  }

  /** Commits now. Never throws: each waiting caller gets its results, or the error. */
  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    this.#frames = 0;
    this.#unpackedBytes = 0;
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      this.#writer.flush();
    } catch (error) {
      if (isAboutContent(error)) for (const one of waiting) one.resolve(this.#oneByOne(one));
      else for (const one of waiting) one.reject(error);
      return;
    }
    for (const one of waiting) one.resolve(one.results);
  }

  /** Retries after a failed commit, one profile at a time: only the profile at fault gets the error. */
  #oneByOne({ profiles, nowMs, results }: Waiting): (Written | Error)[] {
    return profiles.map((profile, i) => {
      if (results[i] instanceof Error) return results[i];
      return this.#attempt(() => {
        const written = this.#writer.add(profile, nowMs);
        this.#writer.flush();
        return written;
      });
    });
  }

  #attempt(work: () => Written): Written | Error {
    try {
      return work();
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** A full disk or a locked file fails for every profile alike. */
function isAboutContent(error: unknown): boolean {
  const { errcode, systemErrno } = (error ?? {}) as { errcode?: number; systemErrno?: number };
  if (errcode !== undefined) return ABOUT_CONTENT.has(errcode & 0xff);
  return systemErrno === undefined;
}
