/** The profiles of a push until they are stored: a large push is stored in parts, so that it is never in memory as a whole. */

import type { IncomingProfile } from '../incoming.ts';

/**
 * Stores profiles of a push that is not open to its end.
 * @param bytes that were unpacked since the last part, and what the series made of them take
 * @returns whether the rest can be stored too
 */
export type StoreEarly = (profiles: readonly IncomingProfile[], bytes: number) => Promise<boolean>;

/** Bytes at which a part is stored. Usual pushes are smaller, and one commit. */
const MAX_HELD_BYTES = 4 << 20;

/**
 * Profiles without a repeat key are in the last part: where a part before it cannot be stored, the push is sent again, and
 * they would count twice.
 */
export class PushParts {
  readonly #storeEarly: StoreEarly | undefined;
  #repeatable: IncomingProfile[] = [];
  readonly #others: IncomingProfile[] = [];
  #repeatableBytes = 0;
  #otherBytes = 0;
  #bytesSincePart = 0;

  /** @param storeEarly without it, all profiles are the last part */
  constructor(storeEarly: StoreEarly | undefined) {
    this.#storeEarly = storeEarly;
  }

  /**
   * @param profile undefined for one that is refused
   * @param bytes that were unpacked for it, and what its series take
   * @returns whether the rest can be stored too
   */
  async add(profile: IncomingProfile | undefined, bytes: number): Promise<boolean> {
    if (profile?.repeatKey === '') {
      this.#others.push(profile);
      this.#otherBytes += bytes;
    } else {
      if (profile !== undefined) this.#repeatable.push(profile);
      this.#repeatableBytes += bytes;
    }
    this.#bytesSincePart += bytes;
    if (this.#storeEarly === undefined || this.#bytesSincePart < MAX_HELD_BYTES) return true;
    const profiles = this.#repeatable;
    const unpacked = this.#bytesSincePart;
    this.#repeatable = [];
    this.#repeatableBytes = this.#bytesSincePart = 0;
    return this.#storeEarly(profiles, unpacked);
  }

  /** The last part. */
  get last(): { readonly profiles: readonly IncomingProfile[]; readonly bytes: number } {
    return {
      profiles: [...this.#repeatable, ...this.#others],
      bytes: this.#repeatableBytes + this.#otherBytes,
    };
  }
}
