/** The series as a reader knows them: all rows of the table, each verified when it was read. */

import type { LabelSet } from '#model/labels.ts';
import type { DamageNotes } from './damage.ts';
import type { Database } from './database.ts';
import { hourText } from './hours.ts';
import { seriesCheck, type SeriesColumns } from './row-check.ts';
import { Rows } from './rows.ts';

export interface SeriesRow {
  readonly id: number;
  readonly service: number;
  readonly type: string;
  readonly labels: LabelSet;
  readonly firstHour: number;
  readonly lastHour: number;
}

/** A series whose labels or type are not known. */
interface LostSeries {
  readonly id: number;
  readonly why: string;
  readonly firstHour: number;
  readonly lastHour: number;
}

// From one id to the next: the ledger has an entry for each hour of each.
const COUNTED_IDS = `
  WITH RECURSIVE ids(id) AS (
    SELECT min(series_id) FROM ledger
    UNION ALL SELECT (SELECT min(series_id) FROM ledger WHERE series_id > ids.id) FROM ids WHERE ids.id IS NOT NULL)
  SELECT id FROM ids WHERE id IS NOT NULL`;

export class SeriesTable {
  readonly #meta: Rows<{ key: string; value: string | null }>;
  readonly #all: Rows<SeriesColumns & { row_check: number }>;
  readonly #counted: Rows<{ id: number }>;
  readonly #countedHours: Rows<{ first: number | null; last: number | null }>;
  #rows: readonly SeriesRow[] = [];
  #lost: readonly LostSeries[] = [];
  /** Why some rows may be missing. */
  #cut: string | undefined;
  /** What `meta` said when all was read. */
  #state = '';

  constructor(db: Database) {
    this.#meta = new Rows(
      db,
      "SELECT key, CAST(value AS TEXT) AS value FROM meta WHERE key IN ('removals', 'series_changes')",
    );
    this.#all = new Rows(db, 'SELECT id, service_id, type, labels, first_hour, last_hour, row_check FROM series');
    this.#counted = new Rows(db, COUNTED_IDS);
    this.#countedHours = new Rows(db, 'SELECT min(hour) AS first, max(hour) AS last FROM ledger WHERE series_id = ?');
  }

  /** To be called once the snapshot of a question is open. @returns whether ids may mean others than before */
  refresh(): boolean {
    const meta = new Map(this.#meta.all([], () => undefined).map(({ key, value }) => [key, value]));
    const removals = meta.get('removals') ?? '';
    const state = `${removals} ${meta.get('series_changes') ?? ''}`;
    if (state === this.#state) return false;
    const isRemoval = this.#state.split(' ')[0] !== removals;
    this.#read(isRemoval);
    this.#state = state;
    return isRemoval;
  }

  /** Series with a profile in the hours, both included. What is lost of them is noted. */
  active(firstHour: number, lastHour: number, notes: DamageNotes): SeriesRow[] {
    const overlaps = (one: { readonly firstHour: number; readonly lastHour: number }): boolean =>
      one.lastHour >= firstHour && one.firstHour <= lastHour;
    if (this.#cut !== undefined) notes.note('series', `Series may be missing: the table of series ${this.#cut}.`);
    for (const { id, why, firstHour: first, lastHour: last } of this.#lost.filter(overlaps)) {
      const when =
        Number.isFinite(first) && Number.isFinite(last) ? ` from ${hourText(first)} to ${hourText(last)}` : '';
      notes.note(`series ${id}`, `Series ${id} was left out: it ${why}. Its labels are lost, and its profiles${when}.`);
    }
    return this.#rows.filter(overlaps);
  }

  /** First and last hour with a profile; undefined while there is none. */
  hours(): { readonly first: number; readonly last: number } | undefined {
    if (this.#rows.length === 0) return undefined;
    let first = Infinity;
    let last = -Infinity;
    for (const row of this.#rows) {
      first = Math.min(first, row.firstHour);
      last = Math.max(last, row.lastHour);
    }
    return { first, last };
  }

  #read(areIdsNew: boolean): void {
    const known = new Map(areIdsNew ? [] : this.#rows.map((row) => [row.id, row.labels]));
    const rows: SeriesRow[] = [];
    const lost: LostSeries[] = [];
    const ids = new Set<unknown>();
    this.#cut = undefined;
    const all = this.#all.all([], (why) => {
      this.#cut = why;
    });
    for (const row of all) {
      const isTwice = ids.has(row.id);
      ids.add(row.id);
      const labels = seriesCheck(row) === row.row_check ? (known.get(row.id) ?? labelsIn(row.labels)) : undefined;
      if (labels !== undefined && !isTwice) {
        const { id, service_id: service, type, first_hour: firstHour, last_hour: lastHour } = row;
        rows.push({ id, service, type, labels, firstHour, lastHour });
      } else lost.push(this.#lostOne(row.id, labels === undefined ? 'does not match its checksum' : 'is there twice'));
    }
    for (const { id } of this.#counted.all([], () => undefined))
      if (!ids.has(id)) lost.push(this.#lostOne(id, 'is missing from the table of series'));
    this.#rows = rows;
    this.#lost = lost;
  }

  #lostOne(id: number, why: string): LostSeries {
    const [hours] = this.#countedHours.all([id], () => undefined);
    return { id, why, firstHour: hours?.first ?? -Infinity, lastHour: hours?.last ?? Infinity };
  }
}

/** Undefined for what is no list of pairs of texts. */
function labelsIn(text: string): LabelSet | undefined {
  try {
    const pairs = JSON.parse(text) as unknown;
    if (!Array.isArray(pairs)) return undefined;
    return pairs.map((pair: unknown) => {
      if (!Array.isArray(pair) || typeof pair[0] !== 'string' || typeof pair[1] !== 'string') throw new TypeError(text);
      return { name: pair[0], value: pair[1] };
    });
  } catch {
    return undefined;
  }
}
