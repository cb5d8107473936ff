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

/** @returns bytes of the rows that stay */
export function* upkeepOfSpans(db: Database, limits: SpanLimits, nowMs: number): Steps<number> {
  if (spanBytes(db) === 0) return 0;
  if (limits.retentionMs !== undefined) {
    const limit = yield* ageLimit(db, limits.retentionMs, nowMs);
    if (limit !== undefined && Number.isFinite(limit.hour)) yield* removeSpansBefore(db, limit.hour);
  }
  let bytes = spanBytes(db);
  if (bytes <= limits.maxBytes) return bytes;
  const oldest = new Rows<Sized>(db, `SELECT seq AS id, bytes FROM span ORDER BY time_us LIMIT ${MAX_ROWS_A_STEP}`);
  const remove = db.prepare('DELETE FROM span WHERE seq = ?');
  yield* removeRows(
    db,
    MAX_ROWS_A_STEP,
    () => {
      let surplus = bytes - limits.maxBytes * SHARE_KEPT;
      return oldest.all([], ignore).filter((row) => {
        const isSurplus = surplus > 0;
        surplus -= row.bytes;
        return isSurplus;
      });
    },
    (row) => {
      bytes -= row.bytes;
      return remove.run(row.id).changes;
    },
  );
  return spanBytes(db);
}

/** Removes the spans of uploads before an hour. */
export function* removeSpansBefore(db: Database, hour: number): Steps<void> {
  const end = Math.max(Number.MIN_SAFE_INTEGER, Math.min(hour * US_PER_HOUR, Number.MAX_SAFE_INTEGER));
  yield* removeSpans(db, 'time_us < ?', end);
}

/** Removes the spans of a service. */
export function* removeSpansOf(db: Database, service: number): Steps<void> {
  yield* removeSpans(db, 'service_id = ?', service);
}

function* removeSpans(db: Database, where: string, value: number): Steps<void> {
  const rows = new Rows<Sized>(db, `SELECT seq AS id, bytes FROM span WHERE ${where} LIMIT ${MAX_ROWS_A_STEP}`);
  const remove = db.prepare('DELETE FROM span WHERE seq = ?');
  yield* removeRows(
    db,
    MAX_ROWS_A_STEP,
    () => rows.all([value], ignore),
    (row) => remove.run(row.id).changes,
  );
}

/** By the index alone. */
function spanBytes(db: Database): number {
  const [row] = new Rows<{ bytes: number | null }>(db, 'SELECT sum(bytes) AS bytes FROM span').all([], ignore);
  return row?.bytes ?? 0;
}

/** Unreadable rows stay: readers report them. */
function ignore(): void {}
