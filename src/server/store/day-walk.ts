/** Shared by the walks over stored samples: the dictionaries of the current day, and skipping damage. */

import { damageIn, type DamageNotes } from './damage.ts';
import type { Database } from './database.ts';
import { hourText } from './hours.ts';
import type { Part, PartCache } from './part-cache.ts';
import { partCheck } from './row-check.ts';
import { Rows } from './rows.ts';

/**
 * Receives samples, one day of one service at a time; dictionaries are opened when they first occur.
 */
export interface SampleVisitor {
  /** @returns a function that takes the samples of this part; `period` is 0 if a profile does not give it. */
  open(part: Part): (leaf: number, slice: number, value: number, period: number) => void;
  /** All samples of the day were visited. */
  close(): void;
}

/** Dictionaries by the number that the rows name. */
export class OpenParts {
  readonly #db: Database;
  readonly #cache: PartCache;
  readonly #row: Rows<Record<'id' | 'service_id' | 'day' | 'nodes' | 'row_check', number>>;

  constructor(db: Database, cache: PartCache) {
    this.#db = db;
    this.#cache = cache;
    this.#row = new Rows(db, 'SELECT id, service_id, day, nodes, row_check FROM part WHERE id = ?');
  }

  get(id: number): Part {
    const [row] = this.#row.all([id], () => undefined);
    const isWhole = row !== undefined && partCheck(id, row.service_id, row.day, row.nodes) === row.row_check;
    // Without its row a dictionary is as large as its deltas say.
    return this.#cache.get(this.#db, id, isWhole ? row.nodes : Infinity);
  }
}

interface OpenedPart {
  readonly nodes: number;
  readonly take: (leaf: number, slice: number, value: number, period: number) => void;
}

/** The dictionaries of the day that is walked. */
export class DayWalk {
  readonly guard: Guard;
  readonly #parts: OpenParts;
  readonly #visitor: SampleVisitor;
  readonly #opened = new Map<number, OpenedPart>();

  constructor(parts: OpenParts, visitor: SampleVisitor, notes: DamageNotes) {
    this.guard = new Guard(notes);
    this.#parts = parts;
    this.#visitor = visitor;
  }

  part(id: number): OpenedPart {
    let opened = this.#opened.get(id);
    if (opened === undefined) {
      const part = this.#parts.get(id);
      opened = { nodes: part.columns.nodes, take: this.#visitor.open(part) };
      this.#opened.set(id, opened);
    }
    return opened;
  }

  end(): void {
    if (this.#opened.size > 0) this.#visitor.close();
    this.#opened.clear();
  }
}

/** Notes damage, and goes on behind it. */
export class Guard {
  readonly #notes: DamageNotes;

  constructor(notes: DamageNotes) {
    this.#notes = notes;
  }

  /** Runs `read`. @param whose subject of the sentence about damage @returns what it returned, true where there was damage */
  row(key: string, whose: string, hour: number, read: () => boolean): boolean {
    try {
      return read();
    } catch (error) {
      const what = damageIn(error);
      if (what === undefined) throw error;
      this.#notes.note(key, `${whose} in the hour ${hourText(hour)} were left out: the stored block ${what}.`);
      return true;
    }
  }

  /** For rows that SQLite cannot reach. */
  unread(series: number, what: string): (why: string) => void {
    return (why) =>
      this.#notes.note(`${what} ${series}`, `Some ${what} of series ${series} were left out: the table ${why}.`);
  }
}
