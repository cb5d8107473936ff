/**
 * Removes spans: those beyond their retention, the oldest beyond their share of the disk, and those of profiles that go.
 * Profiles may be kept for longer: what is lost then is only which span a sample was in.
 */

import type { Steps } from '#base/steps.ts';
import type { Database } from './database.ts';
import { US_PER_HOUR } from './hours.ts';
import { MAX_ROWS_A_STEP, removeRows, type Sized } from './remove-rows.ts';
import { ageLimit } from './retention.ts';
import { Rows } from './rows.ts';

export interface SpanLimits {
  /** Age beyond which spans are removed, ms; undefined keeps them as long as their profiles. */
  readonly retentionMs: number | undefined;
  /** Bytes beyond which the oldest are removed. */
  readonly maxBytes: number;
}

/** What is kept of a full budget: so that not every upload is followed by a removal. */
const SHARE_KEPT = 0.95;

interface SpanRow extends Sized {
  readonly timeUs: number;
}

/** Spans behind one of them, in the order of an index. */
type Page = (after: SpanRow) => readonly SpanRow[];

const BEFORE_ALL: SpanRow = { id: -1, bytes: -1, timeUs: Number.MIN_SAFE_INTEGER };

/** @returns bytes of the rows that stay */
export function* upkeepOfSpans(db: Database, limits: SpanLimits, nowMs: number): Steps<number> {
  if (spanBytes(db) === 0) return 0;
  if (limits.retentionMs !== undefined) {
    const limit = yield* ageLimit(db, limits.retentionMs, nowMs);
    if (limit !== undefined && Number.isFinite(limit.hour)) yield* removeSpansBefore(db, limit.hour);
  }
  const bytes = spanBytes(db);
  if (bytes <= limits.maxBytes) return bytes;
  yield* removeSpans(db, oldestBefore(db, Number.MAX_SAFE_INTEGER), bytes - limits.maxBytes * SHARE_KEPT);
  return spanBytes(db);
}

/** Removes the spans of uploads before an hour. */
export function* removeSpansBefore(db: Database, hour: number): Steps<void> {
  const end = Math.max(Number.MIN_SAFE_INTEGER, Math.min(hour * US_PER_HOUR, Number.MAX_SAFE_INTEGER));
  yield* removeSpans(db, oldestBefore(db, end), Infinity);
}

/** Removes the spans of a service. */
export function* removeSpansOf(db: Database, service: number): Steps<void> {
  const rows = new Rows<SpanRow>(
    db,
    `SELECT seq AS id, bytes, time_us AS timeUs FROM span WHERE service_id = ? AND (time_us, seq) > (?, ?)
     ORDER BY time_us, seq LIMIT ${MAX_ROWS_A_STEP}`,
  );
  yield* removeSpans(db, ({ timeUs, id }) => rows.all([service, timeUs, id], ignore), Infinity);
}

function oldestBefore(db: Database, endUs: number): Page {
  const rows = new Rows<SpanRow>(
    db,
    `SELECT seq AS id, bytes, time_us AS timeUs FROM span WHERE time_us < ? AND (time_us, bytes, seq) > (?, ?, ?)
     ORDER BY time_us, bytes, seq LIMIT ${MAX_ROWS_A_STEP}`,
  );
  return ({ timeUs, bytes, id }) => rows.all([endUs, timeUs, bytes, id], ignore);
}

/** Those that cannot be deleted stay, and those behind them go instead. @param surplus bytes that are to go */
function* removeSpans(db: Database, page: Page, surplus: number): Steps<void> {
  const remove = db.prepare('DELETE FROM span WHERE seq = ?');
  // A damaged index may return some rows again and again.
  const stuck = new Set<number>();
  for (let last = BEFORE_ALL; surplus > 0;) {
    const rows: SpanRow[] = [];
    let bytes = 0;
    for (const row of page(last)) {
      if (bytes >= surplus) break;
      if (stuck.has(row.id)) continue;
      rows.push(row);
      bytes += row.bytes;
    }
    if (rows.length === 0) return;
    last = rows[rows.length - 1];
    for (const { id } of rows) stuck.add(id);
    // Removed twice where a transaction is rolled back for another row.
    const removed = new Map<number, number>();
    yield* removeRows(
      db,
      MAX_ROWS_A_STEP,
      () => rows.splice(0),
      (row) => {
        const { changes } = remove.run(row.id);
        if (changes > 0) removed.set(row.id, row.bytes);
        return changes;
      },
    );
    for (const [id, size] of removed) {
      stuck.delete(id);
      surplus -= size;
    }
  }
}

/** By the index alone. */
function spanBytes(db: Database): number {
  const [row] = new Rows<{ bytes: number | null }>(db, 'SELECT sum(bytes) AS bytes FROM span').all([], ignore);
  return row?.bytes ?? 0;
}

/** Unreadable rows stay: readers report them. */
function ignore(): void {}
