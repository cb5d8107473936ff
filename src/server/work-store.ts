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
/** The share that is removed at once beyond the maximum, so that not every push removes some. */
const PRUNED_PART = 0.02;
/** Old counts are looked for once in this time, in ms. */
const PRUNE_MS = 60_000;
const READ = `SELECT id, service, what, from_ms, until_ms, requests, row_check FROM work
  WHERE service = ? AND until_ms > ? AND until_ms <= ? AND from_ms < ? ORDER BY until_ms LIMIT ?`;

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
  #prunedMs = Number.NEGATIVE_INFINITY;

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

  /** On disk when it returns: all of them, or none. The same interval again takes the place of what it had. */
  add(counts: readonly CountedWork[], nowMs: number): void {
    const { db } = this.#file;
    const insert = db.prepare(
      `INSERT INTO work(service, what, from_ms, until_ms, requests, row_check) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT(service, until_ms, from_ms, what) DO UPDATE SET requests = excluded.requests, row_check = excluded.row_check`,
    );
    db.exec('BEGIN IMMEDIATE');
    try {
      for (const { service, route, labels, fromMs, untilMs, requests } of counts) {
        const what = JSON.stringify([route, ...labels.map(({ name, value }) => [name, value])]);
        const check = rowCheck([fromMs, untilMs, requests], [service, what]);
        insert.run(service, what, fromMs, untilMs, requests, check);
      }
      this.#count += counts.length;
      if (nowMs - this.#prunedMs >= PRUNE_MS || nowMs < this.#prunedMs || this.#count > this.#maxCounts)
        this.#prune(nowMs);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * Counts that overlap the range, by their end. @param damage receives notes about damaged rows
   * @throws RangeError when there are too many
   */
  read(service: string, fromMs: number, untilMs: number, damage: DamageNotes): readonly CountedWork[] {
    if (this.#file.lost !== undefined) damage.note('lost', this.#file.lost);
    const rows = new Rows<WorkRow>(this.#file.db, READ).all(
      [service, fromMs, untilMs + MAX_INTERVAL_MS, untilMs, MAX_READ + 1],
      (why) => damage.note('', `Some counts of requests were left out: their table ${why}.`),
    );
    if (rows.length > MAX_READ)
      throw new RangeError(
        `The range has more than ${MAX_READ} counts of this service: ask for a shorter one, or push longer intervals.`,
      );
    return rows.flatMap((row) => {
      const counted = workIn(row);
      if (counted === undefined) damage.note(`${row.id}`, `Count ${row.id} of requests is damaged and was left out.`);
      return counted === undefined ? [] : [counted];
    });
  }

  removeService(service: string): void {
    if (this.#file.whyNot() === undefined) this.#file.db.prepare('DELETE FROM work WHERE service = ?').run(service);
  }

  close(): void {
    this.#file.close();
  }

  /** Age counts from the earlier of now and the newest count: a clock that jumps ahead removes nothing. */
  #prune(nowMs: number): void {
    const { db } = this.#file;
    if (this.#retentionMs !== undefined) {
      const { newest } = db.prepare('SELECT max(until_ms) AS newest FROM work').get() as { newest: number | null };
      db.prepare('DELETE FROM work WHERE until_ms < ?').run(Math.min(nowMs, newest ?? nowMs) - this.#retentionMs);
    }
    const surplus = this.#stored() - this.#maxCounts;
    if (surplus > 0)
      db.prepare('DELETE FROM work WHERE id IN (SELECT id FROM work ORDER BY until_ms, id LIMIT ?)').run(
        surplus + Math.floor(this.#maxCounts * PRUNED_PART),
      );
    this.#count = this.#stored();
    this.#prunedMs = nowMs;
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
