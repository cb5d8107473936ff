/** The series as a reader knows them: all rows of the table, each verified when it was read. */

import type { LabelSet } from '#model/labels.ts';
import type { DamageNotes } from './damage.ts';
import type { Database } from './database.ts';
import { hourText } from './hours.ts';
import { isRetired } from './retired.ts';
import { Rows } from './rows.ts';
import { isWholeSeries, SERIES_COLUMNS, type StoredSeries } from './stored-series.ts';
import { sampleLabelsIn } from './uploads.ts';

export interface SeriesRow {
  readonly id: number;
  readonly service: number;
  readonly type: string;
  readonly labels: LabelSet;
  /** Names of the labels that come from samples, as far as known. */
  readonly sampleLabels: readonly string[];
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

export class VerifiedSeries {
  readonly #meta: Rows<{ key: string; value: string | null }>;
  readonly #all: Rows<StoredSeries>;
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
      "SELECT key, CAST(value AS TEXT) AS value FROM meta WHERE key IN ('removals', 'series_changes', 'edits')",
    );
    this.#all = new Rows(db, `SELECT ${SERIES_COLUMNS} FROM series`);
    this.#counted = new Rows(db, COUNTED_IDS);
    this.#countedHours = new Rows(db, 'SELECT min(hour) AS first, max(hour) AS last FROM ledger WHERE series_id = ?');
  }

  /** To be called once the snapshot of a question is open. @returns whether ids may mean others than before */
  refresh(): boolean {
    const meta = new Map(this.#meta.all([], () => undefined).map(({ key, value }) => [key, value]));
    const removals = meta.get('removals') ?? '';
    const state = `${removals} ${meta.get('series_changes') ?? ''} ${meta.get('edits') ?? ''}`;
    if (state === this.#state) return false;
    const isRemoval = this.#state.split(' ')[0] !== removals;
    this.#read(isRemoval);
    this.#state = state;
    return isRemoval;
  }

  /** Series with a profile in the hours, both included. Lost ones are noted. */
  active(firstHour: number, lastHour: number, notes: DamageNotes): SeriesRow[] {
    this.noteLost(firstHour, lastHour, notes);
    return this.#rows.filter((row) => overlaps(row, firstHour, lastHour));
  }

  /** Notes the series that are lost, of those with a profile in the hours. */
  noteLost(firstHour: number, lastHour: number, notes: DamageNotes): void {
    if (this.#cut !== undefined) notes.note('series', `Series may be missing: the table of series ${this.#cut}.`);
    for (const { id, why, firstHour: first, lastHour: last } of this.#lost) {
      if (!overlaps({ firstHour: first, lastHour: last }, firstHour, lastHour)) continue;
      const when =
        Number.isFinite(first) && Number.isFinite(last) ? ` from ${hourText(first)} to ${hourText(last)}` : '';
      notes.note(`series ${id}`, `Series ${id} was left out: it ${why}. Its labels are lost, and its profiles${when}.`);
    }
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
      // What is left of it in the ledger goes with its rows.
      if (isRetired(row) && !isTwice) continue;
      const labels = isWholeSeries(row) ? (known.get(row.id) ?? labelsIn(row.labels)) : undefined;
      const sampleLabels = sampleLabelsIn(row.sample_labels);
      if (labels !== undefined && sampleLabels !== undefined && !isTwice) {
        const { id, service_id: service, type, first_hour: firstHour, last_hour: lastHour } = row;
        rows.push({ id, service, type, labels, sampleLabels, firstHour, lastHour });
      } else lost.push(this.#lostOne(row.id, isTwice ? 'is there twice' : 'does not match its checksum'));
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

interface Hours {
  readonly firstHour: number;
  readonly lastHour: number;
}

function overlaps(one: Hours, firstHour: number, lastHour: number): boolean {
  return one.lastHour >= firstHour && one.firstHour <= lastHour;
}

/** Undefined unless it is a list of pairs of texts. */
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
