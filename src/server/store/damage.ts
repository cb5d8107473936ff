/** Collects damage found while reading the store: one plain sentence for each place. */

import { DamagedBlob } from './blob.ts';

/** One damaged place. */
export interface Damage {
  /** Equal for one place, however often it is met. */
  readonly key: string;
  /** One sentence. */
  readonly text: string;
}

/** Data that no query can reach. */
export interface LostData {
  readonly text: string;
  /** Profiles stored before are missing, ms since the epoch. */
  readonly beforeMs: number;
}

/** Sentences that go with an answer; the rest is a number. */
const MAX_WARNINGS = 5;
/** Places that are remembered. */
const MAX_PLACES = 1000;
// SQLite's result codes.
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Collects the damage that queries find. */
export class DamageNotes {
  #places = new Map<string, string>();

  /** @returns whether the place is new */
  note(key: string, text: string): boolean {
    if (this.#places.has(key) || this.#places.size >= MAX_PLACES) return false;
    this.#places.set(key, text);
    return true;
  }

  get size(): number {
    return this.#places.size;
  }

  /** The notes since the last call. */
  take(): readonly Damage[] {
    const places = this.#places;
    this.#places = new Map();
    return listOf(places);
  }

  /** The notes so far, which stay. */
  list(): readonly Damage[] {
    return listOf(this.#places);
  }
}

function listOf(places: ReadonlyMap<string, string>): readonly Damage[] {
  return Array.from(places, ([key, text]) => ({ key, text }));
}

/** The first sentences, and the number of the others. */
export function warningsOf(damage: readonly Damage[], max = MAX_WARNINGS): string[] {
  const texts = damage.slice(0, max).map(({ text }) => text);
  const more = damage.length - texts.length;
  if (more > 0) texts.push(`More places in the store are damaged: ${more}.`);
  return texts;
}

/** A description of the damage that follows "it"; undefined for an error with another cause. */
export function damageIn(error: unknown): string | undefined {
  if (error instanceof DamagedBlob) return error.message;
  if (!(error instanceof Error)) return undefined;
  const { errcode = 0, message } = error as Error & { errcode?: number };
  if ([SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff)) return `cannot be read (${message})`;
  if (/malformed|disk I\/O error|not a database/i.test(message)) return `cannot be read (${message})`;
  if (/too large to be represented/i.test(message)) return 'has a number beyond 2^53';
  return undefined;
}
