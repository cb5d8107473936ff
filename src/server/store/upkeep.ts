/**
 * What keeps the store small and fast, beside the writing: hours that are over become blocks, deltas of dictionaries are
 * joined, what is too old or too much is removed. Every step is one short transaction, so that it can stop anywhere and
 * writes wait for it for some milliseconds only.
 */

import type { Steps } from '#base/steps.ts';
import { DamagedBlob, openBlob, sealBlob } from './blob.ts';
import { inTransaction, readDeltas, type Database } from './database.ts';
import { HourBlockBuilder, MOST_SAMPLES_OF_A_BLOCK } from './hour-block.ts';
import { hourOf, HOURS_PER_DAY, US_PER_HOUR, US_PER_MS } from './hours.ts';
import { PartColumns, type PartMark } from './part-columns.ts';
import { REPEAT_MS } from './profile-writer.ts';
import { decodeVector, SampleVector } from './sample-vector.ts';

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
  /** What could not be read and stays as it is, in plain sentences. */
  readonly warnings: string[];
}

/** One round. Each yield is a place to stop; nothing is half done there. */
export function* upkeep(db: Database, limits: Limits, nowMs: number): Steps<UpkeepReport> {
  const report: UpkeepReport = { packed: 0, removed: 0, warnings: [] };
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
    const row = db.prepare('SELECT min(first_hour) AS first, max(last_hour) AS last FROM series').get() as {
      first: number | null;
      last: number | null;
    };
    if (row.first === null || row.last === null || row.first >= row.last) return;
    yield* removeBefore(db, row.first + 1, report);
  }
}

/** Rows of hours that are over, to one block for each series and dictionary. */
function* packHours(db: Database, nowMs: number, report: UpkeepReport): Steps<void> {
  const over = hourOf((nowMs - SETTLE_MS) * US_PER_MS) * US_PER_HOUR;
  const series = db.prepare('SELECT id FROM series ORDER BY id').all() as { id: number }[];
  const times = db.prepare('SELECT DISTINCT time_us / 3600000000 AS hour FROM raw WHERE series_id = ? AND time_us < ?');
  for (const { id } of series) {
    for (const { hour } of times.all(id, over) as { hour: number }[]) {
      yield 0;
      const parts = db
        .prepare('SELECT DISTINCT part_id AS part FROM raw WHERE series_id = ? AND time_us >= ? AND time_us < ?')
        .all(id, hour * US_PER_HOUR, (hour + 1) * US_PER_HOUR) as { part: number }[];
      for (const { part } of parts) {
        while (packHour(db, id, hour, part, report)) yield 0;
      }
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
  for (const { seq, time_us, period, data } of rows) {
    try {
      decodeVector(openBlob(data), nodes, vector);
    } catch (error) {
      if (!(error instanceof DamagedBlob)) throw error;
      // It stays as it is: readers tell of it too.
      report.warnings.push(`Profile ${seq} cannot be packed: it ${error.message}.`);
      continue;
    }
    if (builder.samples + vector.length > MOST_SAMPLES_OF_A_BLOCK) {
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
    .prepare('SELECT part_id AS part FROM dict GROUP BY part_id HAVING count(*) >= ?')
    .all(LEAST_DELTAS_TO_JOIN) as { part: number }[];
  for (const { part } of candidates) {
    yield 0;
    const columns = new PartColumns();
    const marks: PartMark[] = [columns.mark()];
    const firsts: number[] = [];
    try {
      for (const { first_node, data } of readDeltas(db, part, 0)) {
        columns.append(openBlob(data));
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
      joined.push({ first: marks[i - 1].nodes, data: sealBlob(columns.encode(marks[i - 1], marks[i]), true) });
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
  const old = db.prepare('SELECT id, last_hour FROM series WHERE first_hour < ?').all(hour) as {
    id: number;
    last_hour: number;
  }[];
  if (old.length === 0) return;
  const removeHours = db.prepare(
    'DELETE FROM hour WHERE id IN (SELECT id FROM hour WHERE series_id = ? AND hour < ? LIMIT ?)',
  );
  const removeRows = db.prepare(
    'DELETE FROM raw WHERE seq IN (SELECT seq FROM raw WHERE series_id = ? AND time_us < ? LIMIT ?)',
  );
  for (const { id } of old) {
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
    db.prepare('UPDATE series SET first_hour = ? WHERE first_hour < ?').run(hour, hour);
    const day = Math.floor(hour / HOURS_PER_DAY);
    const parts = db.prepare('SELECT id FROM part WHERE day < ?').all(day) as { id: number }[];
    for (const { id } of parts) {
      db.prepare('DELETE FROM dict WHERE part_id = ?').run(id);
      db.prepare('DELETE FROM part WHERE id = ?').run(id);
    }
    db.prepare('DELETE FROM service WHERE id NOT IN (SELECT service_id FROM series)').run();
    db.prepare("INSERT INTO meta VALUES ('removals', 1) ON CONFLICT(key) DO UPDATE SET value = value + 1").run();
  });
  yield 0;
}
