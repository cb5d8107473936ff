/** Counts of requests that were pushed, stored in the data folder beside the profiles. */

import { join } from 'node:path';
import type { LabelSet } from '#model/labels.ts';
import type { DamageNotes } from './store/damage.ts';
import { rowCheck } from './store/row-check.ts';
import { Rows } from './store/rows.ts';
import { SideFile } from './store/side-file.ts';

/** Beyond them the oldest are removed. */
const MAX_COUNTS = 1_000_000;
/** Maximum counts of one query. */
const MAX_READ = 200_000;
/** Longer intervals say too little about their parts, in ms. */
export const MAX_INTERVAL_MS = 86_400_000;
/** Counts that are read, or removed with their service, before other requests have their turn. */
const MAX_ROWS_A_BATCH = 1000;
/** Old counts that a push removes for each count that it adds: what there is too much of shrinks. */
const REMOVED_A_COUNT = 2;
/** Old counts that every push may remove, however few it adds. */
const MIN_REMOVED = 200;
/** In the order of `work_once`, so that each batch begins where the one before ended. */
const READ = `SELECT id, service, what, from_ms, until_ms, requests, row_check FROM work
  WHERE service = ? AND (until_ms, from_ms, what) > (?, ?, ?) AND until_ms <= ? AND from_ms < ?
  ORDER BY until_ms, from_ms, what LIMIT ?`;

/** Requests of one service within an interval, in ms since the epoch; the end is not part of it. */
export interface CountedWork {
  readonly service: string;
  /** '' for none. */
  readonly route: string;
  readonly labels: LabelSet;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly requests: number;
}

interface WorkRow {
  readonly id: number;
  readonly service: string;
  /** Route and labels as JSON, `["/cart",["pod","a"]]`. */
  readonly what: string;
  readonly from_ms: number;
  readonly until_ms: number;
  readonly requests: number;
  readonly row_check: number;
}

export class WorkStore {
  readonly #file: SideFile;
  readonly #retentionMs: number | undefined;
  readonly #maxCounts: number;
  #count = 0;

  /**
   * Never throws for what lies in the folder.
   * @param folder must be there, and belong to this process @param retentionMs undefined keeps all
   */
  constructor(folder: string, retentionMs: number | undefined, maxCounts = MAX_COUNTS) {
    this.#retentionMs = retentionMs;
    this.#maxCounts = maxCounts;
    this.#file = new SideFile(
      join(folder, 'work.db'),
      `CREATE TABLE IF NOT EXISTS work(
         id INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT NOT NULL, what TEXT NOT NULL,
         from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, requests INTEGER NOT NULL);
       CREATE UNIQUE INDEX IF NOT EXISTS work_once ON work(service, until_ms, from_ms, what);
       CREATE INDEX IF NOT EXISTS work_until ON work(until_ms)`,
      'work',
    );
    if (this.#file.whyNot() === undefined) this.#count = this.#stored();
  }

  /** For the log: the repair that opening it needed, or why it cannot be used. */
  get note(): string | undefined {
    return this.#file.note;
  }

  whyNot(): string | undefined {
    return this.#file.whyNot();
  }

  /**
   * On disk when it returns: all of them, or none. The same interval again takes the place of what it had. Some of the
   * counts that are too old or too many are removed.
   */
  add(counts: readonly CountedWork[], nowMs: number): void {
    const { db } = this.#file;
    const replace = db.prepare(
      'UPDATE work SET requests = ?, row_check = ? WHERE service = ? AND until_ms = ? AND from_ms = ? AND what = ?',
    );
    const insert = db.prepare(
      'INSERT INTO work(service, what, from_ms, until_ms, requests, row_check) VALUES (?, ?, ?, ?, ?, ?)',
    );
    let stored = this.#count;
    db.exec('BEGIN IMMEDIATE');
    try {
      for (const { service, route, labels, fromMs, untilMs, requests } of counts) {
        const what = JSON.stringify([route, ...labels.map(({ name, value }) => [name, value])]);
        const check = rowCheck([fromMs, untilMs, requests], [service, what]);
        if (replace.run(requests, check, service, untilMs, fromMs, what).changes > 0) continue;
        insert.run(service, what, fromMs, untilMs, requests, check);
        stored++;
      }
      stored -= this.#prune(nowMs, stored, Math.max(MIN_REMOVED, REMOVED_A_COUNT * counts.length));
      db.exec('COMMIT');
      this.#count = stored;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * Counts that overlap the range, by their end, in batches. @param damage receives notes about damaged rows
   * @throws RangeError when there are too many
   */
  *read(
    service: string,
    fromMs: number,
    untilMs: number,
    damage: DamageNotes,
  ): Generator<readonly CountedWork[], void> {
    if (this.#file.lost !== undefined) damage.note('lost', this.#file.lost);
    const batch = new Rows<WorkRow>(this.#file.db, READ);
    // Behind all counts that end where the range begins.
    let after: readonly [number, number, string] = [fromMs, Number.MAX_SAFE_INTEGER, ''];
    for (let read = 0; ;) {
      const rows = batch.all([service, ...after, untilMs + MAX_INTERVAL_MS, untilMs, MAX_ROWS_A_BATCH], (why) =>
        damage.note('', `Some counts of requests were left out: their table ${why}.`),
      );
      read += rows.length;
      if (read > MAX_READ)
        throw new RangeError(
          `The range has more than ${MAX_READ} counts of this service: ask for a shorter one, or push longer intervals.`,
        );
      yield rows.flatMap((row) => {
        const counted = workIn(row);
        if (counted === undefined) damage.note(`${row.id}`, `Count ${row.id} of requests is damaged and was left out.`);
        return counted === undefined ? [] : [counted];
      });
      if (rows.length < MAX_ROWS_A_BATCH) return;
      const { until_ms, from_ms, what } = rows[rows.length - 1];
      after = [until_ms, from_ms, what];
    }
  }

  /** Removes the counts of a service that are there when it begins, in steps. @returns how many */
  *removeService(service: string): Generator<void, number> {
    if (this.#file.whyNot() !== undefined) return 0;
    const { db } = this.#file;
    const { last } = db.prepare('SELECT max(id) AS last FROM work').get() as { last: number | null };
    const remove = db.prepare(
      'DELETE FROM work WHERE id IN (SELECT id FROM work WHERE service = ? AND id <= ? LIMIT ?)',
    );
    for (let removed = 0; ;) {
      const { changes } = remove.run(service, last, MAX_ROWS_A_BATCH);
      removed += changes;
      this.#count -= changes;
      if (changes < MAX_ROWS_A_BATCH) return removed;
      yield;
    }
  }

  close(): void {
    this.#file.close();
  }

  /**
   * Removes the oldest of those that are too old or too many. Age counts from the earlier of now and the newest count: a
   * clock that jumps ahead removes nothing. @returns how many
   */
  #prune(nowMs: number, stored: number, mostRemoved: number): number {
    const { db } = this.#file;
    let old = 0;
    if (this.#retentionMs !== undefined) {
      const { newest } = db.prepare('SELECT max(until_ms) AS newest FROM work').get() as { newest: number | null };
      old = db
        .prepare('DELETE FROM work WHERE id IN (SELECT id FROM work WHERE until_ms < ? ORDER BY until_ms, id LIMIT ?)')
        .run(Math.min(nowMs, newest ?? nowMs) - this.#retentionMs, mostRemoved).changes;
    }
    const surplus = Math.min(stored - this.#maxCounts, mostRemoved) - old;
    if (surplus <= 0) return old;
    const oldest = db.prepare('DELETE FROM work WHERE id IN (SELECT id FROM work ORDER BY until_ms, id LIMIT ?)');
    return old + oldest.run(surplus).changes;
  }

  #stored(): number {
    return (this.#file.db.prepare('SELECT count(*) AS count FROM work').get() as { count: number }).count;
  }
}

/** Undefined for a damaged row. */
function workIn({ service, what, from_ms, until_ms, requests, row_check }: WorkRow): CountedWork | undefined {
  if (rowCheck([from_ms, until_ms, requests], [service, what]) !== row_check) return undefined;
  const [route, ...labels] = JSON.parse(what) as [string, ...[string, string][]];
  return {
    service,
    route,
    labels: labels.map(([name, value]) => ({ name, value })),
    fromMs: from_ms,
    untilMs: until_ms,
    requests,
  };
}
