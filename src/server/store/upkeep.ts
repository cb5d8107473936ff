/**
 * Upkeep beside the writing: hours that are over become blocks, deltas of dictionaries are joined, data beyond the retention
 * or the maximum size is removed, free space is given back. Each step is at most one transaction of bounded rows and bytes,
 * and no lock is held at a yield: upkeep can stop there, and commits of uploads go first.
 */

import type { Steps } from '#base/steps.ts';
import { DamagedBlob, openBlob, sealBlob } from './blob.ts';
import { damageIn, type Damage } from './damage.ts';
import { inTransaction, readDeltas, type Database } from './database.ts';
import { HourPacker } from './hour-packer.ts';
import { hourOf, US_PER_HOUR, US_PER_MS } from './hours.ts';
import { PartColumns, type PartMark } from './part-columns.ts';
import { REPEAT_MS } from './profile-writer.ts';
import { MAX_ROWS_A_STEP } from './remove-rows.ts';
import { removeBefore, sweepRetired } from './removal.ts';
import { ageLimit } from './retention.ts';
import { dictCheck } from './row-check.ts';
import { Rows } from './rows.ts';
import { dataBytes, FILES_PER_DATA, giveBackPages } from './space.ts';
import { type SpanLimits, upkeepOfSpans } from './span-upkeep.ts';
import { storedHours } from './stored-series.ts';

/** How long after its end an hour waits for late profiles. */
const SETTLE_MS = 5 * 60_000;
/** Keys of uploads that one step reads. */
const KEYS_A_LOOK = 5000;
/** Series that one step reads. */
const SERIES_A_STEP = 200;
/** Deltas of one dictionary that are worth joining. */
const MIN_DELTAS_TO_JOIN = 16;
/** Nodes of one joined delta: some 10 ms of packing. */
const NODES_OF_A_DELTA = 1 << 16;
/** Deltas that become one. */
const MAX_DELTAS_JOINED = 512;

interface FirstRow {
  readonly id: number;
  readonly time_us: number;
}

export interface Limits {
  /** Age beyond which profiles are removed, ms; undefined keeps all. */
  readonly retentionMs: number | undefined;
  /** Bytes of the profiles' files beyond which the oldest hours are removed. */
  readonly maxBytes: number;
  readonly spans: SpanLimits;
}

export interface UpkeepReport {
  /** Blocks that were made from rows. */
  packed: number;
  /** Hours of a series, or single rows, removed for their age or for space. */
  removed: number;
  /** Bytes of the rows of spans. */
  spanBytes: number;
  /** Why profiles older than the retention are stored: a clock that jumped. */
  clock: string | undefined;
  /** Damage that was left in place. */
  readonly damage: Damage[];
}

export function newReport(): UpkeepReport {
  return { packed: 0, removed: 0, spanBytes: 0, clock: undefined, damage: [] };
}

/** One round. It can stop at each yield, where no change is half done. */
export function* upkeep(db: Database, limits: Limits, nowMs: number): Steps<UpkeepReport> {
  const report = newReport();
  yield* spared('upload keys', forgetUploads(db, nowMs), report);
  yield* spared('removal', removeOld(db, limits, nowMs, report), report);
  yield* spared('spans', keepSpans(db, limits, nowMs, report), report);
  yield* spared('packing', packHours(db, nowMs, report), report);
  yield* spared('dictionaries', joinDeltas(db), report);
  yield* spared('space', removeSurplus(db, limits.maxBytes / FILES_PER_DATA, report), report);
  yield* giveBackPages(db);
  return report;
}

/** Damage ends one task; the others still run. */
function* spared(task: string, steps: Steps<void>, report: UpkeepReport): Steps<void> {
  try {
    yield* steps;
  } catch (error) {
    const what = damageIn(error);
    if (what === undefined) throw error;
    report.damage.push({
      key: `upkeep ${task}`,
      text: `Upkeep of the store (${task}) was cut short: the file ${what}.`,
    });
  }
}

function* removeOld(db: Database, { retentionMs }: Limits, nowMs: number, report: UpkeepReport): Steps<void> {
  report.removed += yield* sweepRetired(db);
  if (retentionMs === undefined) return;
  const limit = yield* ageLimit(db, retentionMs, nowMs);
  report.clock = limit?.warning;
  if (limit !== undefined) report.removed += yield* removeBefore(db, limit.hour);
}

function* keepSpans(db: Database, { spans }: Limits, nowMs: number, report: UpkeepReport): Steps<void> {
  report.spanBytes = yield* upkeepOfSpans(db, spans, nowMs);
}

/** Removes the keys of uploads that are too old for a repeat, and those of a clock that was ahead. */
function* forgetUploads(db: Database, nowMs: number): Steps<void> {
  const look = new Rows<{ key: string; seen_ms: number }>(
    db,
    `SELECT key, seen_ms FROM upload WHERE key > ? ORDER BY key LIMIT ${KEYS_A_LOOK}`,
  );
  const remove = db.prepare('DELETE FROM upload WHERE key = ?');
  for (let last = ''; ;) {
    const rows = look.all([last], () => undefined);
    // A damaged table may return earlier keys again.
    if (rows.length === 0 || !(rows[rows.length - 1].key > last)) return;
    last = rows[rows.length - 1].key;
    // Negated, so that NaN goes too.
    const old = rows.filter(({ seen_ms }) => !(Math.abs(nowMs - seen_ms) <= REPEAT_MS));
    for (let i = 0; i < old.length; i += MAX_ROWS_A_STEP) {
      inTransaction(db, () => old.slice(i, i + MAX_ROWS_A_STEP).forEach(({ key }) => remove.run(key)));
      yield 0;
    }
    yield 0;
  }
}

/** Removes the oldest hours until at most `maxDataBytes` are in use; the newest hour stays. */
export function* removeSurplus(db: Database, maxDataBytes: number, report: UpkeepReport): Steps<void> {
  let last = -Infinity;
  while (dataBytes(db) > maxDataBytes) {
    const stored = storedHours(db);
    if (stored === undefined || stored.first >= stored.last) return;
    // Damaged rows may stay, and late profiles may arrive: the next round continues.
    if (stored.first <= last) return;
    last = stored.first;
    report.removed += yield* removeBefore(db, stored.first + 1);
    yield 0;
  }
}

/**
 * Packs the rows of hours that are over into one block for each series and dictionary. An hour is over by the clock, or
 * once the newest profile is of two hours later: the clock may not advance.
 */
function* packHours(db: Database, nowMs: number, report: UpkeepReport): Steps<void> {
  const newest = storedHours(db)?.last ?? -Infinity;
  const over = Math.max(hourOf((nowMs - SETTLE_MS) * US_PER_MS), newest - 1) * US_PER_HOUR;
  // By the index, from series to series: finds the remaining work without reading every row.
  const nextSeries = new Rows<FirstRow>(
    db,
    'SELECT series_id AS id, time_us FROM raw WHERE series_id > ? ORDER BY series_id, time_us LIMIT 1',
  );
  const nextRow = new Rows<FirstRow>(
    db,
    'SELECT series_id AS id, time_us FROM raw WHERE series_id = ? AND time_us >= ? ORDER BY time_us LIMIT 1',
  );
  const partsOf = new Rows<{ part: number }>(
    db,
    'SELECT DISTINCT part_id AS part FROM raw WHERE series_id = ? AND time_us >= ? AND time_us < ?',
  );
  const packer = new HourPacker(db, report);
  let looked = 0;
  for (let last = -1; ;) {
    const [first] = nextSeries.all([last], packer.damaged());
    // SQLite trusts the order of its index: with a damaged one it returns earlier rows again.
    if (first === undefined || !(first.id > last)) return;
    const { id } = first;
    last = id;
    if (++looked % SERIES_A_STEP === 0) yield 0;
    const damaged = packer.damaged(id);
    for (let row: FirstRow | undefined = first; row !== undefined && row.time_us < over;) {
      yield 0;
      const hour = hourOf(row.time_us);
      const end = (hour + 1) * US_PER_HOUR;
      for (const { part } of partsOf.all([id, hour * US_PER_HOUR, end], damaged)) {
        try {
          while (packer.pack(id, hour, part)) yield 0;
        } catch (error) {
          const what = damageIn(error);
          if (what === undefined) throw error;
          damaged(what);
        }
      }
      [row] = nextRow.all([id, end], damaged);
      if (row !== undefined && !(row.time_us >= end)) break;
    }
  }
}

/** Joins many small deltas of a dictionary into few packed ones. Deltas are append-only, so those read here stay valid. */
function* joinDeltas(db: Database): Steps<void> {
  const candidates = new Rows<{ part: number }>(
    db,
    `SELECT part_id AS part FROM dict JOIN part ON part.id = part_id GROUP BY part_id
     HAVING count(*) >= ? + part.nodes / ${NODES_OF_A_DELTA}`,
  );
  const remove = db.prepare('DELETE FROM dict WHERE part_id = ? AND first_node = ?');
  const insert = db.prepare('INSERT INTO dict(part_id, first_node, data) VALUES (?, ?, ?)');
  const damaged = (why: string): never => {
    throw new DamagedBlob(why);
  };
  for (const { part } of candidates.all([MIN_DELTAS_TO_JOIN], () => undefined)) {
    yield 0;
    const columns = new PartColumns();
    /** Where the joined deltas end, and the first nodes of those that each is made of. */
    const marks: PartMark[] = [columns.mark()];
    const firsts: number[][] = [[]];
    try {
      for (const { first_node, data } of readDeltas(db, part, 0, damaged)) {
        columns.append(openBlob(data, dictCheck(part, first_node)));
        const joined = firsts[firsts.length - 1];
        joined.push(first_node);
        if (columns.nodes - marks[marks.length - 1].nodes < NODES_OF_A_DELTA && joined.length < MAX_DELTAS_JOINED)
          continue;
        marks.push(columns.mark());
        firsts.push([]);
      }
    } catch (error) {
      if (error instanceof DamagedBlob) continue; // readers report it
      throw error;
    }
    marks.push(columns.mark());
    for (let i = 0; i < firsts.length; i++) {
      const joined = firsts[i];
      if (joined.length < MIN_DELTAS_TO_JOIN / 2) continue;
      const data = sealBlob(columns.encode(marks[i], marks[i + 1]), dictCheck(part, marks[i].nodes), true);
      yield 0;
      inTransaction(db, () => {
        for (const first of joined) remove.run(part, first);
        insert.run(part, marks[i].nodes, data);
      });
      yield 0;
    }
  }
}
