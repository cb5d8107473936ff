/** A file format: its names, its endings, how it is recognised, and bytes to a Profile. */
import type { Steps, WaitingSteps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';

/** What the page, the command line and the documentation say about a format. Plain data: it crosses to the page. */
export interface FormatFacts {
  readonly id: string;
  /** In lists and tables. */
  readonly title: string;
  /** Within a sentence: `pprof`, `collapsed stacks`. */
  readonly noun: string;
  /** Endings of file names, lower case with their dot, without `.gz`. Used only if the content is not conclusive. */
  readonly endings: readonly string[];
  /**
   * The content and the tools that write it, in one line without a full stop; undefined for formats that no user
   * offers.
   */
  readonly reads: string | undefined;
}

/** One pass over the unpacked bytes, yielding its progress. @throws DecodeError */
type Decode = (bytes: Uint8Array) => Steps<Profile>;

interface Sniffed extends FormatFacts {
  /** True where `sniff` only guesses: files that `recognise` knows by name are refused first. */
  readonly isLoose?: true;
  /** Whether the (unpacked) bytes look like this format; reads a bounded part of them. No two sniffs take one file. */
  sniff(bytes: Uint8Array, name: string): boolean;
}

/** A format whose decoder is part of the page. */
export interface EagerFormat extends Sniffed {
  readonly decode: Decode;
}

/** A format whose decoder is loaded with the first file of its kind: `load: async () => (await import('./decoders/x.ts')).decodeX`. */
export interface LazyFormat extends Sniffed {
  load(): Promise<Decode>;
}

export type ProfileFormat = EagerFormat | LazyFormat;

/** A file of an archive. */
export interface ArchiveFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Unpackers of compressed files and archives. */
export interface Unpackers {
  archive(): Promise<(bytes: Uint8Array) => Steps<readonly ArchiveFile[]>>;
  zstd(): Promise<(bytes: Uint8Array) => Steps<Uint8Array>>;
  xz(): Promise<(bytes: Uint8Array) => WaitingSteps<Uint8Array>>;
}

export type DecodeErrorCode = 'unrecognized' | 'malformed' | 'too-large' | 'unsupported' | 'empty';

/** Why a file was refused: what, where and what to do, each a plain sentence or undefined. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code: DecodeErrorCode;
  /** e.g. `byte 1 024 of the unpacked file`, `sample 12`, `line 3`. */
  readonly place: string | undefined;
  /** What the user can do about it. */
  readonly remedy: string | undefined;

  constructor(code: DecodeErrorCode, message: string, where: { place?: string; remedy?: string } = {}) {
    super(message);
    this.code = code;
    this.place = where.place;
    this.remedy = where.remedy;
  }

  /** All of it as sentences: what (where). What to do. */
  get sentences(): string {
    const { message, place, remedy } = this;
    const what = place === undefined ? message : `${message.replace(/\.$/, '')} (${place}).`;
    return remedy === undefined ? what : `${what} ${remedy}`;
  }
}
