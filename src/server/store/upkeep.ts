/**
 * What keeps the store small and fast, beside the writing: hours that are over become blocks, deltas of dictionaries are
 * joined, what is too old or too much is removed. Every step is one short transaction, so that it can stop anywhere and
 * writes wait for it for some milliseconds only.
 */

import type { Steps } from '#base/steps.ts';
import { DamagedBlob, openBlob, sealBlob } from './blob.ts';
import { damageIn, type Damage } from './damage.ts';
import { inTransaction, readDeltas, type Database } from './database.ts';
import { HourBlockBuilder, MOST_SAMPLES_OF_A_BLOCK } from './hour-block.ts';
import { hourOf, HOURS_PER_DAY, US_PER_HOUR, US_PER_MS } from './hours.ts';
import { LedgerWriter, rawMark } from './ledger.ts';
import { PartColumns, type PartMark } from './part-columns.ts';
import { REPEAT_MS } from './profile-writer.ts';
import { dictCheck, HOUR_BLOBS, hourBlobCheck, hourCheck, partCheck, rawCheck, seriesCheck } from './row-check.ts';
import { Rows } from './rows.ts';
import { decodeVector, SampleVector } from './sample-vector.ts';
import { wholeSeries } from './stored-series.ts';

/** After its end an hour waits this long for what comes late. */
const SETTLE_MS = 5 * 60_000;
/** Rows of one transaction when removing. */
const ROWS_A_STEP = 50;
/** Deltas of one dictionary that are worth joining. */
const LEAST_DELTAS_TO_JOIN = 16;
/** Nodes of one joined delta: some 10 ms of packing. */
const NODES_OF_A_DELTA = 1 << 16;

export interface Limits {
  /** Age beyond which profiles are removed, ms; undefined keeps all. */
  readonly retentionMs: number | undefined;
  /** Bytes of data beyond which the oldest hours are removed. */
  readonly maxBytes: number;
}

export interface UpkeepReport {
  /** Blocks made of rows. */
  packed: number;
  /** Hours of a series, or single rows, removed for their age or for space. */
  removed: number;
  /** What could not be read and stays as it is. */
  readonly damage: Damage[];
}

/** One round. Each yield is a place to stop; nothing is half done there. */
export function* upkeep(db: Database, limits: Limits, nowMs: number): Steps<UpkeepReport> {
  const report: UpkeepReport = { packed: 0, removed: 0, damage: [] };
  db.prepare('DELETE FROM upload WHERE seen_ms < ?').run(nowMs - REPEAT_MS);
  if (limits.retentionMs !== undefined) {
    yield* removeBefore(db, hourOf((nowMs - limits.retentionMs) * US_PER_MS), report);
  }
  yield* packHours(db, nowMs, report);
  yield* joinDeltas(db);
  yield* removeSurplus(db, limits.maxBytes, report);
  return report;
}

/** Bytes of data in the file: pages in use, without those that wait to be used again. */
export function dataBytes(db: Database): number {
  const pragma = (name: string): number =>
    Object.values(db.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[0];
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}

/** Removes the oldest hours until at most `maxBytes` are in use; the newest hour stays. */
export function* removeSurplus(db: Database, maxBytes: number, report: UpkeepReport): Steps<void> {
  while (dataBytes(db) > maxBytes) {
    const rows = wholeSeries(db);
    const first = rows.reduce((least, row) => Math.min(least, row.first_hour), Infinity);
    if (!rows.some((row) => row.last_hour > first)) return;
    yield* removeBefore(db, first + 1, report);
  }
}

/** Rows of hours that are over, to one block for each series and dictionary. */
function* packHours(db: Database, nowMs: number, report: UpkeepReport): Steps<void> {
  const over = hourOf((nowMs - SETTLE_MS) * US_PER_MS) * US_PER_HOUR;
  const series = new Rows<{ id: number }>(db, 'SELECT id FROM series ORDER BY id').all([], () => undefined);
  const times = new Rows<{ hour: number }>(
    db,
    'SELECT DISTINCT time_us / 3600000000 AS hour FROM raw WHERE series_id = ? AND time_us < ?',
  );
  const parts = new Rows<{ part: number }>(
    db,
    'SELECT DISTINCT part_id AS part FROM raw WHERE series_id = ? AND time_us >= ? AND time_us < ?',
  );
  for (const { id } of series) {
    const damaged = (what: string): void => {
      const text = `Profiles of series ${id} cannot be packed: the table ${what}.`;
      report.damage.push({ key: `packing ${id}`, text });
    };
    for (const { hour } of times.all([id, over], damaged)) {
      yield 0;
      for (const { part } of parts.all([id, hour * US_PER_HOUR, (hour + 1) * US_PER_HOUR], damaged)) {
        try {
          while (packHour(db, id, hour, part, report)) yield 0;
        } catch (error) {
          const what = damageIn(error);
          if (what === undefined) throw error;
          damaged(what);
        }
      }
    }
  }
}

/** @returns whether rows are left, as one block was full. */
function packHour(db: Database, series: number, hour: number, part: number, report: UpkeepReport): boolean {
  const builder = new HourBlockBuilder(hour * US_PER_HOUR);
  const vector = new SampleVector();
  const taken: number[] = [];
  let marks = 0;
  const nodes = nodesOf(db, part);
  const rows = new Rows<{
    seq: number;
    time_us: number;
    period: number;
    total: number;
    row_check: number | null;
    data: Uint8Array;
  }>(
    db,
    `SELECT seq, time_us, period, total, row_check, data FROM raw
     WHERE series_id = ? AND time_us >= ? AND time_us < ? AND part_id = ? ORDER BY time_us, seq`,
  );
  const note = (key: string, text: string): void => void report.damage.push({ key, text });
  let isFull = false;
  const range = [series, hour * US_PER_HOUR, (hour + 1) * US_PER_HOUR, part];
  for (const row of rows.each(range, (what) =>
    note(`packing ${series}`, `Profiles of series ${series} cannot be packed: the table ${what}.`),
  )) {
    const { seq, time_us, period, total, row_check } = row;
    try {
      const check = rawCheck(series, time_us, part, period, total);
      if (row_check !== null && check !== row_check) throw new DamagedBlob('does not match its checksum');
      decodeVector(openBlob(row.data, check), nodes, vector);
    } catch (error) {
      const what = damageIn(error);
      if (what === undefined) throw error;
      // It stays as it is: readers tell of it too.
      note(`raw ${seq}`, `Profile ${seq} of series ${series} cannot be packed: it ${what}.`);
      continue;
    }
    if (builder.samples + vector.length > MOST_SAMPLES_OF_A_BLOCK) {
      isFull = true;
      break;
    }
    // Older versions took in periods that no double holds.
    builder.add(time_us, Number.isSafeInteger(period) ? period : 0, vector);
    marks += rawMark(time_us);
    taken.push(seq);
  }
  if (taken.length === 0) return false;
  const { points, sums, index, values } = builder.encode();
  const { gen } = db
    .prepare('SELECT coalesce(max(gen), 0) + 1 AS gen FROM hour WHERE series_id = ? AND hour = ? AND part_id = ?')
    .get(series, hour, part) as { gen: number };
  const row = { hour, part_id: part, gen, profiles: builder.profiles, total: builder.total() };
  const check = hourCheck(series, row);
  const blobs = [points, sums, index, values].map((payload, i) =>
    sealBlob(payload, hourBlobCheck(check, HOUR_BLOBS[i]), true),
  );
  const ledger = new LedgerWriter(db);
  inTransaction(db, () => {
    ledger.add(series, hour, 0, check - marks);
    db.prepare(
      `INSERT INTO hour(series_id, hour, part_id, gen, profiles, total, points, sums, sample_index, sample_values)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(series, hour, part, gen, builder.profiles, row.total, ...blobs);
    const remove = db.prepare('DELETE FROM raw WHERE seq = ?');
    for (const seq of taken) remove.run(seq);
  });
  report.packed++;
  return isFull;
}

/** Infinity where the row is damaged: what the leaves of a profile are is covered by its own checksum. */
function nodesOf(db: Database, part: number): number {
  const rows = new Rows<Record<'service_id' | 'day' | 'nodes' | 'row_check', number>>(
    db,
    'SELECT service_id, day, nodes, row_check FROM part WHERE id = ?',
  );
  const [row] = rows.all([part], () => undefined);
  const isWhole = row !== undefined && partCheck(part, row.service_id, row.day, row.nodes) === row.row_check;
  return isWhole ? row.nodes : Infinity;
}

/** Many small deltas of a dictionary to few packed ones. Deltas are only ever appended, so those read here stay true. */
function* joinDeltas(db: Database): Steps<void> {
  const candidates = new Rows<{ part: number }>(
    db,
    'SELECT part_id AS part FROM dict GROUP BY part_id HAVING count(*) >= ?',
  );
  for (const { part } of candidates.all([LEAST_DELTAS_TO_JOIN], () => undefined)) {
    yield 0;
    const columns = new PartColumns();
    const marks: PartMark[] = [columns.mark()];
    const firsts: number[] = [];
    try {
      const damaged = (why: string): never => {
        throw new DamagedBlob(why);
      };
      for (const { first_node, data } of readDeltas(db, part, 0, damaged)) {
        columns.append(openBlob(data, dictCheck(part, first_node)));
        firsts.push(first_node);
        const last = marks[marks.length - 1];
        if (columns.nodes - last.nodes >= NODES_OF_A_DELTA) marks.push(columns.mark());
      }
    } catch (error) {
      if (error instanceof DamagedBlob) continue; // readers tell of it
      throw error;
    }
    const end = columns.mark();
    if (marks[marks.length - 1].nodes < end.nodes) marks.push(end);
    if (firsts.length < marks.length + LEAST_DELTAS_TO_JOIN / 2) continue;
    const joined: { first: number; data: Uint8Array }[] = [];
    for (let i = 1; i < marks.length; i++) {
      const first = marks[i - 1].nodes;
      const delta = columns.encode(marks[i - 1], marks[i]);
      joined.push({ first, data: sealBlob(delta, dictCheck(part, first), true) });
      yield 0;
    }
    inTransaction(db, () => {
      const remove = db.prepare('DELETE FROM dict WHERE part_id = ? AND first_node = ?');
      for (const first of firsts) remove.run(part, first);
      const insert = db.prepare('INSERT INTO dict(part_id, first_node, data) VALUES (?, ?, ?)');
      for (const { first, data } of joined) insert.run(part, first, data);
    });
  }
}

/** Removes all that lies before an hour, then what nothing refers to any more. */
function* removeBefore(db: Database, hour: number, report: UpkeepReport): Steps<void> {
  const old = new Set(wholeSeries(db).flatMap((row) => (row.first_hour < hour ? [row.id] : [])));
  // The ledger knows series too whose rows are lost.
  const counted = new Rows<{ id: number }>(db, 'SELECT DISTINCT series_id AS id FROM ledger WHERE hour < ?');
  for (const { id } of counted.all([hour], () => undefined)) old.add(id);
  if (old.size === 0) return;
  // First, so that nothing is missed that is being removed.
  const forget = db.prepare('DELETE FROM ledger WHERE series_id = ? AND hour < ?');
  const removeHours = db.prepare(
    'DELETE FROM hour WHERE id IN (SELECT id FROM hour WHERE series_id = ? AND hour < ? LIMIT ?)',
  );
  const removeRows = db.prepare(
    'DELETE FROM raw WHERE seq IN (SELECT seq FROM raw WHERE series_id = ? AND time_us < ? LIMIT ?)',
  );
  for (const id of old) {
    forget.run(id, hour);
    for (const [statement, before] of [
      [removeHours, hour],
      [removeRows, hour * US_PER_HOUR],
    ] as const) {
      let changes: number;
      do {
        changes = statement.run(id, before, ROWS_A_STEP).changes;
        report.removed += changes;
        yield 0;
      } while (changes === ROWS_A_STEP);
    }
  }
  // In one transaction with the mark that tells others to forget what they know of series and dictionaries.
  inTransaction(db, () => {
    db.prepare('DELETE FROM series WHERE last_hour < ?').run(hour);
    beginAt(db, hour);
    const day = Math.floor(hour / HOURS_PER_DAY);
    const parts = db.prepare('SELECT id FROM part WHERE day < ?').all(day) as { id: number }[];
    for (const { id } of parts) {
      db.prepare('DELETE FROM dict WHERE part_id = ?').run(id);
      db.prepare('DELETE FROM part WHERE id = ?').run(id);
    }
    for (const id of old) forget.run(id, hour);
    db.prepare('DELETE FROM service WHERE id NOT IN (SELECT service_id FROM series)').run();
    db.prepare("INSERT INTO meta VALUES ('removals', 1) ON CONFLICT(key) DO UPDATE SET value = value + 1").run();
  });
  yield 0;
}

/** Series that began earlier begin at this hour. */
function beginAt(db: Database, hour: number): void {
  const update = db.prepare('UPDATE series SET first_hour = ?, row_check = ? WHERE id = ?');
  for (const row of wholeSeries(db))
    if (row.first_hour < hour) update.run(hour, seriesCheck({ ...row, first_hour: hour }), row.id);
}
