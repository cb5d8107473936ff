/** Opens the SQLite file, and defines its tables and counters. */

import { DatabaseSync } from '@photostructure/sqlite';
import { mendIndexes } from './indexes.ts';
import { Rows } from './rows.ts';
import { upgrade } from './upgrade.ts';

export type Database = InstanceType<typeof DatabaseSync>;
export type Statement = ReturnType<Database['prepare']>;

/**
 * Raised when a folder's content changes so that an older Flametide would misread it. Older ones are read: `upgrade.ts`.
 * From format 4 on a name may have several functions in a dictionary.
 */
const STORE_FORMAT = 4;

const PAGE_BYTES = 8192;
/**
 * Pages of the write-ahead log until upkeep folds it into the file: 16 MiB, less on a small volume. Uploads wait for the
 * commit that does it, so theirs does only at twice that.
 */
const MAX_CHECKPOINT_PAGES = 2048;
const MIN_CHECKPOINT_PAGES = 64;
/** The log takes at most this share of the room that was free when the file was opened. */
const LOG_SHARE = 1 / 16;
const WAL_LIMIT_BYTES = 64 << 20;
const BUSY_TIMEOUT_MS = 5000;
/** The last net of a commit: upkeep steps aside long before (commit-turn.ts). */
const COMMIT_TIMEOUT_MS = 30_000;

// Times in whole microseconds since the epoch, hours and days as their number since the epoch, values in the unit of the
// profile type. `sample_labels` as in uploads.ts, rows of `span` as in span-rows.ts. Blobs as in blob.ts, row_check and what covers the other numbers as in row-check.ts, the ledger as in
// ledger.ts. Tables with blobs keep their row ids: without, they are half as large again.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS service(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS series(
    id INTEGER PRIMARY KEY, service_id INTEGER NOT NULL, type TEXT NOT NULL, labels TEXT NOT NULL UNIQUE,
    first_hour INTEGER NOT NULL, last_hour INTEGER NOT NULL, row_check INTEGER, sample_labels TEXT);
  CREATE INDEX IF NOT EXISTS series_type ON series(type, last_hour);
  CREATE INDEX IF NOT EXISTS series_service ON series(service_id, last_hour);
  CREATE TABLE IF NOT EXISTS part(
    id INTEGER PRIMARY KEY, service_id INTEGER NOT NULL, day INTEGER NOT NULL, nodes INTEGER NOT NULL,
    row_check INTEGER);
  CREATE INDEX IF NOT EXISTS part_day ON part(service_id, day);
  CREATE TABLE IF NOT EXISTS dict(id INTEGER PRIMARY KEY, part_id INTEGER NOT NULL, first_node INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS dict_part ON dict(part_id, first_node);
  CREATE TABLE IF NOT EXISTS raw(
    seq INTEGER PRIMARY KEY, series_id INTEGER NOT NULL, time_us INTEGER NOT NULL, part_id INTEGER NOT NULL,
    period INTEGER NOT NULL, total REAL NOT NULL, row_check INTEGER, data BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS raw_time ON raw(series_id, time_us);
  CREATE TABLE IF NOT EXISTS hour(
    id INTEGER PRIMARY KEY, series_id INTEGER NOT NULL, hour INTEGER NOT NULL, part_id INTEGER NOT NULL,
    gen INTEGER NOT NULL, profiles INTEGER NOT NULL, total REAL NOT NULL,
    points BLOB NOT NULL, sums BLOB NOT NULL, sample_index BLOB NOT NULL, sample_values BLOB NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS hour_series ON hour(series_id, hour, part_id, gen);
  CREATE TABLE IF NOT EXISTS ledger(
    series_id INTEGER NOT NULL, hour INTEGER NOT NULL, profiles INTEGER NOT NULL, mark INTEGER NOT NULL,
    row_check INTEGER NOT NULL, PRIMARY KEY(series_id, hour)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS span(
    seq INTEGER PRIMARY KEY, service_id INTEGER NOT NULL, time_us INTEGER NOT NULL, part_id INTEGER NOT NULL,
    bytes INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS span_time ON span(service_id, time_us);
  CREATE INDEX IF NOT EXISTS span_part ON span(part_id);
  CREATE INDEX IF NOT EXISTS span_age ON span(time_us, bytes);
  CREATE TABLE IF NOT EXISTS upload(key TEXT PRIMARY KEY, seen_ms INTEGER NOT NULL) WITHOUT ROWID;
`;

/** A folder that cannot be used as it is. The message says why and what to do. */
export class UnusableStore extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnusableStore';
  }
}

/**
 * Opens the file for writing, and makes it when it is not there.
 * @param freeBytes of the volume: the write-ahead log is kept small where there is little
 * @throws UnusableStore, and what SQLite throws
 */
export function openForWriting(file: string, freeBytes = Infinity): Database {
  const db = new DatabaseSync(file, { timeout: COMMIT_TIMEOUT_MS });
  // FULL must be set: the build's default loses acknowledged rows when the power goes. A new file can give pages back.
  db.exec(`
    PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${checkpointPages(freeBytes) * 2};
    PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;
  `);
  const known = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'meta'").get() !== undefined;
  if (known) {
    const row = db.prepare("SELECT value FROM meta WHERE key = 'format'").get() as { value: number } | undefined;
    if (row === undefined || row.value > STORE_FORMAT) {
      db.close();
      throw new UnusableStore(
        `The data was written by a newer Flametide, or is damaged: ${file} has the format ${row?.value ?? 'unknown'}, this one reads up to ${STORE_FORMAT}. ` +
          'Use that version, a copy of the folder, or another folder with --data. Nothing was changed.',
      );
    }
  }
  db.exec('BEGIN IMMEDIATE');
  db.exec(SCHEMA);
  if (known) upgrade(db);
  db.prepare("INSERT OR REPLACE INTO meta VALUES ('format', ?)").run(STORE_FORMAT);
  db.exec('COMMIT');
  if (known) mendIndexes(db);
  return db;
}

export function openForReading(file: string): Database {
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  db.exec('PRAGMA cache_size = -16384; PRAGMA query_only = ON');
  return db;
}

/**
 * A second connection of the writing process, for the upkeep of what the first one wrote. It does not sync its commits,
 * so that uploads do not wait for its syncs: the sync of the next upload covers them, and until then they may be undone.
 */
export function openForUpkeep(file: string, freeBytes = Infinity): Database {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  db.exec(`
    PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${checkpointPages(freeBytes)};
    PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}; PRAGMA cache_size = -8192;
  `);
  return db;
}

function checkpointPages(freeBytes: number): number {
  const pages = Math.floor((freeBytes * LOG_SHARE) / PAGE_BYTES);
  return Math.max(MIN_CHECKPOINT_PAGES, Math.min(MAX_CHECKPOINT_PAGES, pages));
}

/** The number that a pragma answers with. */
export function pragma(db: Database, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[0];
}

/**
 * Counters in `meta`. Each is only compared with what it was; a damaged one is still another text than before.
 * `series_changes`: commits that added or widened series. `edits`: steps of upkeep that retired or narrowed what the writer
 * may know. `removals`: numbers may be given again from here on. `swept`: what `edits` was when all that was retired had gone.
 */
export type Counter = 'series_changes' | 'edits' | 'removals' | 'swept';

/** '' where it is not set or cannot be read. */
export function counter(db: Database, key: Counter): string {
  const sql = 'SELECT CAST(value AS TEXT) AS value FROM meta WHERE key = ?';
  const [row] = new Rows<{ value: string | null }>(db, sql).all([key], () => undefined);
  return row?.value ?? '';
}

/** Adds one. */
export function countUp(db: Database, key: Counter): void {
  db.prepare('INSERT INTO meta VALUES (?, 1) ON CONFLICT(key) DO UPDATE SET value = value + 1').run(key);
}

/** Runs `work` in one transaction; what throws rolls it back. */
export function inTransaction<T>(db: Database, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** All deltas of a part from `firstNode` on, in order, as far as they can be read. */
export function readDeltas(
  db: Database,
  part: number,
  firstNode: number,
  damaged: (why: string) => void = () => undefined,
): { first_node: number; data: Uint8Array }[] {
  const sql = 'SELECT first_node, data FROM dict WHERE part_id = ? AND first_node >= ? ORDER BY first_node';
  return new Rows<{ first_node: number; data: Uint8Array }>(db, sql).all([part, firstNode], damaged);
}
