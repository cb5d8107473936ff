/**
 * What keeps the store small and fast, beside the writing: hours that are over become blocks, deltas of dictionaries are
 * joined, what is too old or too much is removed, free room is given back. Between two steps there is at most one
 * transaction, of bounded rows and bytes, and no lock is held at a yield: it can stop there, and commits go first.
 */

import type { Steps } from '#base/steps.ts';
import { DamagedBlob, openBlob, sealBlob } from './blob.ts';
import { inTransaction, readDeltas, type Database } from './database.ts';
import { HourBlockBuilder, MOST_SAMPLES_OF_A_BLOCK } from './hour-block.ts';
import { hourOf, US_PER_HOUR, US_PER_MS } from './hours.ts';
import { PartColumns, type PartMark } from './part-columns.ts';
import { REPEAT_MS } from './profile-writer.ts';
import { MAX_ROWS_A_STEP, removeBefore, sweepRetired } from './removal.ts';
import { ageLimit } from './retention.ts';
import { decodeVector, SampleVector } from './sample-vector.ts';
import { dataBytes, FILES_PER_DATA, giveBackPages } from './space.ts';

/** After its end an hour waits this long for what comes late. */
const SETTLE_MS = 5 * 60_000;
/** Rows of one block, and their bytes: making a block removes its rows in one transaction. */
export const MAX_ROWS_A_BLOCK = 1024;
const MAX_BYTES_A_BLOCK = 4 << 20;
/** Keys of uploads that are looked at between two steps. */
const KEYS_A_LOOK = 5000;
/** Series that are looked at between two steps. */
const SERIES_A_STEP = 200;
/** Deltas of one dictionary that are worth joining. */
const LEAST_DELTAS_TO_JOIN = 16;
/** Nodes of one joined delta: some 10 ms of packing. */
const NODES_OF_A_DELTA = 1 << 16;
/** Deltas that become one. */
const MAX_DELTAS_JOINED = 512;

export interface Limits {
  /** Age beyond which profiles are removed, ms; undefined keeps all. */
  readonly retentionMs: number | undefined;
  /** Bytes of the profiles' files beyond which the oldest hours are removed. */
  readonly maxBytes: number;
}

export interface UpkeepReport {
  /** Blocks made of rows. */
  packed: number;
  /** Hours of a series, or single rows, removed for their age or for space. */
  removed: number;
  /** Why older profiles than asked for are kept: the clock. */
  clock: string | undefined;
  /** What could not be read and stays as it is, in plain sentences. */
  readonly warnings: string[];
}

export function newReport(): UpkeepReport {
  return { packed: 0, removed: 0, clock: undefined, warnings: [] };
}

/** One round. Each yield is a place to stop; nothing is half done there. */
export function* upkeep(db: Database, limits: Limits, nowMs: number): Steps<UpkeepReport> {
  const report = newReport();
  yield* forgetUploads(db, nowMs);
  report.removed += yield* sweepRetired(db);
  if (limits.retentionMs !== undefined) {
    const limit = yield* ageLimit(db, limits.retentionMs, nowMs);
    report.clock = limit?.warning;
    if (limit !== undefined) report.removed += yield* removeBefore(db, limit.hour);
  }
  yield* packHours(db, nowMs, report);
  yield* joinDeltas(db);
  yield* removeSurplus(db, limits.maxBytes / FILES_PER_DATA, report);
  yield* giveBackPages(db);
  return report;
}

/** Forgets uploads that a repeat is no longer expected of, and those of a clock that was ahead. */
function* forgetUploads(db: Database, nowMs: number): Steps<void> {
  const look = db.prepare(`SELECT key, seen_ms FROM upload WHERE key > ? ORDER BY key LIMIT ${KEYS_A_LOOK}`);
  const remove = db.prepare('DELETE FROM upload WHERE key = ?');
  for (let last = ''; ;) {
    const rows = look.all(last) as { key: string; seen_ms: number }[];
    if (rows.length === 0) return;
    last = rows[rows.length - 1].key;
    const old = rows.filter(({ seen_ms }) => Math.abs(nowMs - seen_ms) > REPEAT_MS);
    for (let i = 0; i < old.length; i += MAX_ROWS_A_STEP) {
      inTransaction(db, () => old.slice(i, i + MAX_ROWS_A_STEP).forEach(({ key }) => remove.run(key)));
      yield 0;
    }
    yield 0;
  }
}

/** Removes the oldest hours until at most `maxDataBytes` are in use; the newest hour stays. */
export function* removeSurplus(db: Database, maxDataBytes: number, report: UpkeepReport): Steps<void> {
  while (dataBytes(db) > maxDataBytes) {
    const row = db
      .prepare('SELECT min(first_hour) AS first, max(last_hour) AS last FROM series WHERE service_id > 0')
      .get() as { first: number | null; last: number | null };
    if (row.first === null || row.last === null || row.first >= row.last) return;
    report.removed += yield* removeBefore(db, row.first + 1);
    yield 0;
  }
}

/**
 * Rows of hours that are over, to one block for each series and dictionary. An hour is over by the clock, or once the
 * newest profile is of two hours later: the clock may stand still.
 */
function* packHours(db: Database, nowMs: number, report: UpkeepReport): Steps<void> {
  const { newest } = db.prepare('SELECT max(last_hour) AS newest FROM series WHERE service_id > 0').get() as {
    newest: number | null;
  };
  const over = Math.max(hourOf((nowMs - SETTLE_MS) * US_PER_MS), (newest ?? -Infinity) - 1) * US_PER_HOUR;
  // By the index, from series to series: what is left to do is found without looking at every row.
  const nextSeries = db.prepare(
    'SELECT series_id AS id, time_us FROM raw WHERE series_id > ? ORDER BY series_id, time_us LIMIT 1',
  );
  const nextRow = db.prepare('SELECT time_us FROM raw WHERE series_id = ? AND time_us >= ? ORDER BY time_us LIMIT 1');
  const partsOf = db.prepare(
    'SELECT DISTINCT part_id AS part FROM raw WHERE series_id = ? AND time_us >= ? AND time_us < ?',
  );
  let looked = 0;
  for (let last = -1; ;) {
    const first = nextSeries.get(last) as { id: number; time_us: number } | undefined;
    if (first === undefined) return;
    const { id } = first;
    last = id;
    if (++looked % SERIES_A_STEP === 0) yield 0;
    for (let row: { time_us: number } | undefined = first; row !== undefined && row.time_us < over;) {
      yield 0;
      const hour = hourOf(row.time_us);
      const end = (hour + 1) * US_PER_HOUR;
      for (const { part } of partsOf.all(id, hour * US_PER_HOUR, end) as { part: number }[]) {
        while (packHour(db, id, hour, part, report)) yield 0;
      }
      row = nextRow.get(id, end) as { time_us: number } | undefined;
    }
  }
}

/** @returns whether rows are left, as one block was full. */
function packHour(db: Database, series: number, hour: number, part: number, report: UpkeepReport): boolean {
  const builder = new HourBlockBuilder(hour * US_PER_HOUR);
  const vector = new SampleVector();
  const taken: number[] = [];
  const { nodes } = (db.prepare('SELECT nodes FROM part WHERE id = ?').get(part) as { nodes: number } | undefined) ?? {
    nodes: 0,
  };
  const rows = db
    .prepare(
      `SELECT seq, time_us, period, data FROM raw
       WHERE series_id = ? AND time_us >= ? AND time_us < ? AND part_id = ? ORDER BY time_us, seq`,
    )
    .iterate(series, hour * US_PER_HOUR, (hour + 1) * US_PER_HOUR, part) as Iterable<{
    seq: number;
    time_us: number;
    period: number;
    data: Uint8Array;
  }>;
  let isFull = false;
  let bytes = 0;
  for (const { seq, time_us, period, data } of rows) {
    try {
      decodeVector(openBlob(data), nodes, vector);
    } catch (error) {
      if (!(error instanceof DamagedBlob)) throw error;
      // It stays as it is: readers tell of it too.
      report.warnings.push(`Profile ${seq} cannot be packed: it ${error.message}.`);
      continue;
    }
    bytes += data.length;
    const isBeyond = taken.length === MAX_ROWS_A_BLOCK || (taken.length > 0 && bytes > MAX_BYTES_A_BLOCK);
    if (isBeyond || builder.samples + vector.length > MOST_SAMPLES_OF_A_BLOCK) {
      isFull = true;
      break;
    }
    builder.add(time_us, period, vector);
    taken.push(seq);
  }
  if (taken.length === 0) return false;
  const { points, sums, index, values } = builder.encode();
  const blobs = [points, sums, index, values].map((payload) => sealBlob(payload, true));
  inTransaction(db, () => {
    const { gen } = db
      .prepare('SELECT coalesce(max(gen), 0) + 1 AS gen FROM hour WHERE series_id = ? AND hour = ? AND part_id = ?')
      .get(series, hour, part) as { gen: number };
    db.prepare(
      `INSERT INTO hour(series_id, hour, part_id, gen, profiles, total, points, sums, sample_index, sample_values)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(series, hour, part, gen, builder.profiles, builder.total(), ...blobs);
    const remove = db.prepare('DELETE FROM raw WHERE seq = ?');
    for (const seq of taken) remove.run(seq);
  });
  report.packed++;
  return isFull;
}

/** Many small deltas of a dictionary to few packed ones. Deltas are only ever appended, so those read here stay true. */
function* joinDeltas(db: Database): Steps<void> {
  const candidates = db
    .prepare(
      `SELECT part_id AS part FROM dict JOIN part ON part.id = part_id GROUP BY part_id
       HAVING count(*) >= ? + part.nodes / ${NODES_OF_A_DELTA}`,
    )
    .all(LEAST_DELTAS_TO_JOIN) as { part: number }[];
  const remove = db.prepare('DELETE FROM dict WHERE part_id = ? AND first_node = ?');
  const insert = db.prepare('INSERT INTO dict(part_id, first_node, data) VALUES (?, ?, ?)');
  for (const { part } of candidates) {
    yield 0;
    const columns = new PartColumns();
    /** Where the joined deltas end, and the first nodes of those that each is made of. */
    const marks: PartMark[] = [columns.mark()];
    const firsts: number[][] = [[]];
    try {
      for (const { first_node, data } of readDeltas(db, part, 0)) {
        columns.append(openBlob(data));
        const joined = firsts[firsts.length - 1];
        joined.push(first_node);
        if (columns.nodes - marks[marks.length - 1].nodes < NODES_OF_A_DELTA && joined.length < MAX_DELTAS_JOINED)
          continue;
        marks.push(columns.mark());
        firsts.push([]);
      }
    } catch (error) {
      if (error instanceof DamagedBlob) continue; // readers tell of it
      throw error;
    }
    marks.push(columns.mark());
    for (let i = 0; i < firsts.length; i++) {
      const joined = firsts[i];
      if (joined.length < LEAST_DELTAS_TO_JOIN / 2) continue;
      const data = sealBlob(columns.encode(marks[i], marks[i + 1]), true);
      yield 0;
      inTransaction(db, () => {
        for (const first of joined) remove.run(part, first);
        insert.run(part, marks[i].nodes, data);
      });
      yield 0;
    }
  }
}
