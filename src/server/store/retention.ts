/**
 * Decides which profiles are too old. Age counts from the newest stored profile, or from now if that is earlier, so a
 * clock that jumps ahead makes nothing old. Profiles stored by such a clock do not either: if an empty gap as long as
 * the retention separates them from the others, the age of the others counts from their own newest profile until the
 * time after the gap is as long as the retention.
 */

import type { Steps } from '#base/steps.ts';
import type { Database } from './database.ts';
import { hourOf, US_PER_HOUR, US_PER_MS } from './hours.ts';
import { Rows } from './rows.ts';
import { storedHours } from './stored-series.ts';

const MS_PER_HOUR = 3_600_000;
/** Maximum number of gaps to follow; beyond it, age removes nothing. */
const MAX_GAPS = 100;
/** Series that are looked at between two steps. */
const SERIES_A_STEP = 200;

export interface AgeLimit {
  /** Profiles before this hour can be removed. */
  readonly hour: number;
  /** Why profiles beyond the retention are kept. */
  readonly warning: string | undefined;
}

/** @returns undefined for an empty store */
export function* ageLimit(db: Database, retentionMs: number, nowMs: number): Steps<AgeLimit | undefined> {
  const newest = storedHours(db)?.last;
  if (newest === undefined) return undefined;
  const now = hourOf(nowMs * US_PER_MS);
  const age = retentionMs / MS_PER_HOUR;
  // With whole hours, as before: an hour goes once its first profile is too old.
  const hour = newest >= now ? hourOf((nowMs - retentionMs) * US_PER_MS) : Math.floor(newest + 1 - age);
  const gaps: [number, number][] = [];
  let limit = hour;
  while (gaps.length < MAX_GAPS) {
    const gap = yield* gapAround(db, limit, age);
    if (gap === undefined) break;
    gaps.push(gap);
    limit = Math.floor(gap[0] + 1 - age);
  }
  if (gaps.length === MAX_GAPS) limit = -Infinity;
  return { hour: limit, warning: gaps.length > 0 ? gapWarning(gaps[0], age) : aheadWarning(now - newest, age) };
}

function gapWarning(gap: readonly [number, number], age: number): string {
  const [from, to] = gap.map((hour) => new Date(hour * MS_PER_HOUR).toISOString().slice(0, 13));
  return (
    `No profiles are stored between ${from}Z and ${to}Z, longer than the retention of ${age} h. The clock may have ` +
    'jumped, so older profiles are kept until the newer ones span the retention. If the clock is wrong, correct it.'
  );
}

function aheadWarning(ahead: number, age: number): string | undefined {
  if (ahead <= age) return undefined;
  return (
    `The newest profile is ${ahead} h old by the clock of this machine, longer than the retention of ${age} h. ` +
    'Older profiles are kept until newer ones arrive. If the clock is wrong, correct it.'
  );
}

/** The last hour with profiles before `hour` and the first from it on, where at least `age` hours between them are empty. */
function* gapAround(db: Database, hour: number, age: number): Steps<[number, number] | undefined> {
  const series = new Rows<{ id: number; first: number; last: number }>(
    db,
    `SELECT id, first_hour AS first, last_hour AS last FROM series WHERE service_id > 0 AND id > ? ORDER BY id LIMIT ${SERIES_A_STEP}`,
  );
  const before = nearest(db, 'max', '<');
  const after = nearest(db, 'min', '>=');
  const isOld = new Rows(db, 'SELECT 1 FROM series WHERE first_hour < ? LIMIT 1');
  if (isOld.all([hour], ignore).length === 0) return undefined;
  let newestOld = -Infinity;
  let oldestNew = Infinity;
  for (let lastId = -1; ;) {
    const rows = series.all([lastId], ignore);
    for (const { id, first, last } of rows) {
      if (first < hour) newestOld = Math.max(newestOld, before(id, hour) ?? -Infinity);
      if (last >= hour) oldestNew = Math.min(oldestNew, after(id, hour) ?? Infinity);
      if (oldestNew - newestOld - 1 < Math.max(1, age)) return undefined;
    }
    // A damaged table may return earlier ids again.
    if (rows.length < SERIES_A_STEP || !(rows[rows.length - 1].id > lastId)) break;
    lastId = rows[rows.length - 1].id;
    yield 0;
  }
  return Number.isFinite(newestOld) && Number.isFinite(oldestNew) ? [newestOld, oldestNew] : undefined;
}

/** Finds the hour of a series that holds profiles and is nearest to a given one. */
function nearest(
  db: Database,
  which: 'min' | 'max',
  side: '<' | '>=',
): (id: number, hour: number) => number | undefined {
  const blocks = new Rows<{ hour: number | null }>(
    db,
    `SELECT ${which}(hour) AS hour FROM hour WHERE series_id = ? AND hour ${side} ?`,
  );
  const rows = new Rows<{ us: number | null }>(
    db,
    `SELECT ${which}(time_us) AS us FROM raw WHERE series_id = ? AND time_us ${side} ?`,
  );
  return (id, hour) => {
    const block = blocks.all([id, hour], ignore)[0]?.hour ?? null;
    const us = rows.all([id, hour * US_PER_HOUR], ignore)[0]?.us ?? null;
    const found = [block, us === null ? null : hourOf(us)].filter((one) => one !== null);
    return found.length === 0 ? undefined : Math[which](...found);
  };
}

/** Unreadable rows count as absent: readers report them. */
function ignore(): void {}
