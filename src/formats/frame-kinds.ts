/** Kinds of frames (`FrameKinds`), as decoders collect them. */
import type { FrameKinds } from '#model/profile.ts';

/** The number of kinds of one profile, with the unknown one: a format has ten. */
export const MAX_FRAME_KINDS = 32;
/** In characters. */
const MAX_KIND_LENGTH = 40;

/**
 * pprof has no place for kinds, so they are in a field of our own of `Location`: a position in the string table. Other readers
 * of pprof skip fields that they do not know.
 */
export const LOCATION_KIND = 1000;

/** The kind of calls that a compiler put into their caller. */
export const INLINED = 'inlined';

export class KindColumn {
  readonly #names = [''];

  /** @returns the number of a kind; 0, unknown, for one that is too long or one too many */
  intern(kind: string): number {
    const known = this.#names.indexOf(kind);
    if (known >= 0) return known;
    if (this.#names.length === MAX_FRAME_KINDS || kind.length > MAX_KIND_LENGTH) return 0;
    return this.#names.push(kind) - 1;
  }

  /** @param of by frame @returns undefined where no kind is known */
  take(of: Uint8Array): FrameKinds | undefined {
    return this.#names.length === 1 ? undefined : { names: this.#names, of };
  }
}
