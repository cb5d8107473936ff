/**
 * Counts the profiles of each series and hour, separately from the profiles, so that a row that has vanished from a
 * table or an index is detected. An hour without an entry (written before format 3, or being removed) is not audited.
 *
 * `mark` is a sum over the rows of the hour: the time within the hour of each row of `raw`, in microseconds, and the check of
 * each row of `hour`. It detects a row that occurs twice in place of another one.
 */

import type { DamageNotes } from './damage.ts';
import type { Database, Statement } from './database.ts';
import { hourOf, hourText, US_PER_HOUR } from './hours.ts';
import { hourCheck, numbersCheck, type HourNumbers } from './row-check.ts';
import { Rows } from './rows.ts';

interface Entry {
  readonly hour: number;
  readonly profiles: number;
  readonly mark: number;
  readonly row_check: number;
}

interface RawCount {
  readonly hour: number;
  readonly profiles: number;
  readonly mark: number;
}

/** Counts of `raw`, from its index alone. */
const COUNT_RAW = `
  SELECT time_us / ${US_PER_HOUR} AS hour, count(*) AS profiles, sum(time_us % ${US_PER_HOUR}) AS mark FROM raw
  WHERE series_id = ? AND time_us >= ? AND time_us < ? GROUP BY 1`;
const BLOCKS = 'SELECT hour, part_id, gen, profiles, total FROM hour WHERE series_id = ? AND hour >= ? AND hour <= ?';

/** Sums over the stored rows of hours that are not in the ledger yet. */
class Counts {
  readonly #raw: Rows<RawCount>;
  readonly #blocks: Rows<HourNumbers>;

  constructor(db: Database) {
    this.#raw = new Rows(db, COUNT_RAW);
    this.#blocks = new Rows(db, BLOCKS);
  }

  of(series: number, first: number, last: number): Map<number, { profiles: number; mark: number }> {
    const counts = new Map<number, { profiles: number; mark: number }>();
    const add = (hour: number, profiles: number, mark: number): void => {
      const known = counts.get(hour);
      if (known === undefined) counts.set(hour, { profiles, mark });
      else {
        known.profiles += profiles;
        known.mark += mark;
      }
    };
    const ignore = (): void => undefined; // what cannot be read is missing from the counts
    const range = [series, first * US_PER_HOUR, (last + 1) * US_PER_HOUR];
    for (const { hour, profiles, mark } of this.#raw.all(range, ignore)) add(hour, profiles, mark);
    for (const row of this.#blocks.all([series, first, last], ignore))
      add(row.hour, row.profiles, hourCheck(series, row));
    return counts;
  }
}

/** The mark of a row of `raw`. */
export function rawMark(timeUs: number): number {
  return timeUs % US_PER_HOUR;
}

export class LedgerWriter {
  readonly #counts: Counts;
  readonly #read: Rows<Entry>;
  readonly #write: Statement;

  constructor(db: Database) {
    this.#counts = new Counts(db);
    this.#read = new Rows(db, 'SELECT hour, profiles, mark, row_check FROM ledger WHERE series_id = ? AND hour = ?');
    this.#write = db.prepare(
      'INSERT OR REPLACE INTO ledger(series_id, hour, profiles, mark, row_check) VALUES (?, ?, ?, ?, ?)',
    );
  }

  /** To be called in the transaction that changes the rows, before it changes them. @param profiles, mark what is added */
  add(series: number, hour: number, profiles: number, mark: number): void {
    const [entry] = this.#read.all([series, hour], () => undefined);
    const known = entry ?? this.#counts.of(series, hour, hour).get(hour) ?? { profiles: 0, mark: 0 };
    // A damaged entry stays damaged.
    const isRight = entry === undefined || isWhole(series, entry);
    const sum = { hour, profiles: known.profiles + profiles, mark: known.mark + mark };
    const check = isRight ? entryCheck(series, sum) : -1;
    this.#write.run(series, hour, sum.profiles, sum.mark, check);
  }
}

/** The profiles of one series that an answer has read, by hour, to compare with the ledger. */
export class HourTally {
  readonly #hours = new Map<number, { profiles: number; mark: number }>();
  profiles = 0;
  mark = 0;

  addRaw(timeUs: number): void {
    this.add(hourOf(timeUs), 1, rawMark(timeUs));
  }

  /** @param mark of a block: the check of its row as it is */
  add(hour: number, profiles: number, mark: number): void {
    this.profiles += profiles;
    this.mark += mark;
    const known = this.#hours.get(hour);
    if (known === undefined) this.#hours.set(hour, { profiles, mark });
    else {
      known.profiles += profiles;
      known.mark += mark;
    }
  }

  of(hour: number): { readonly profiles: number; readonly mark: number } {
    return this.#hours.get(hour) ?? { profiles: 0, mark: 0 };
  }
}

interface Sums {
  readonly profiles: number | null;
  readonly mark: number | null;
}

interface RawSums extends Sums {
  readonly first: number | null;
  readonly last: number | null;
}

export class LedgerReader {
  readonly #entries: Rows<Entry>;
  readonly #entrySums: Rows<Sums>;
  readonly #rawSums: Rows<RawSums>;

  constructor(db: Database) {
    const range = 'FROM ledger WHERE series_id = ? AND hour >= ? AND hour <= ?';
    this.#entries = new Rows(db, `SELECT hour, profiles, mark, row_check ${range}`);
    this.#entrySums = new Rows(db, `SELECT sum(profiles) AS profiles, sum(mark) AS mark ${range}`);
    this.#rawSums = new Rows(
      db,
      `SELECT count(*) AS profiles, sum(time_us % ${US_PER_HOUR}) AS mark, min(time_us) AS first, max(time_us) AS last
       FROM raw WHERE series_id = ? AND time_us >= ? AND time_us < ?`,
    );
  }

  /**
   * Notes the hours in which stored profiles were not read.
   * @param fromUs, toUs half-open. The rest of partly covered hours is counted here, from the ends of the answer's own
   * scans, because scans of a damaged index may see different parts.
   * @param met all rows of `raw` in the range, and all blocks of its hours. As long as the sums fit, no hour is looked at.
   */
  audit(series: number, fromUs: number, toUs: number, met: HourTally, notes: DamageNotes): void {
    const first = hourOf(fromUs);
    const last = hourOf(toUs - 1);
    this.#addRest(series, first, first * US_PER_HOUR, fromUs, met);
    this.#addRest(series, last, toUs, (last + 1) * US_PER_HOUR, met);
    const [wanted] = this.#entrySums.all([series, first, last], () => undefined);
    if (wanted !== undefined && (wanted.profiles ?? 0) === met.profiles && (wanted.mark ?? 0) === met.mark) return;
    const entries = this.#entries.all([series, first, last], (why) =>
      notes.note(`ledger ${series}`, `Profiles of series ${series} may be missing: the count of its profiles ${why}.`),
    );
    for (const entry of entries) {
      // An entry without a check of its own is ignored; the rows have checks.
      if (!isWhole(series, entry)) continue;
      const { hour, profiles, mark } = entry;
      const found = met.of(hour);
      if (found.profiles === profiles && found.mark === mark) continue;
      const place = `of series ${series} in the hour ${hourText(hour)}`;
      notes.note(
        `ledger ${series} ${hour}`,
        found.profiles < profiles
          ? `${profiles - found.profiles} of ${profiles} profiles ${place} are missing: the store is damaged.`
          : `The profiles ${place} are not those that were stored: the store is damaged.`,
      );
    }
  }

  #addRest(series: number, hour: number, fromUs: number, toUs: number, met: HourTally): void {
    if (fromUs >= toUs) return;
    const [rest] = this.#rawSums.all([series, fromUs, toUs], () => undefined);
    // SQLite trusts the order of its index: with a damaged one it returns rows beyond the bounds.
    if (rest === undefined || (rest.first ?? fromUs) < fromUs || (rest.last ?? fromUs) >= toUs) return;
    met.add(hour, rest.profiles ?? 0, rest.mark ?? 0);
  }
}

function isWhole(series: number, entry: Entry): boolean {
  return entryCheck(series, entry) === entry.row_check;
}

function entryCheck(series: number, { hour, profiles, mark }: Omit<Entry, 'row_check'>): number {
  return numbersCheck(series, hour, profiles, mark);
}
