/**
 * Upgrades older formats of the store. Since format 3 rows have checks of their numbers; older rows are assumed to be
 * undamaged. Since format 4 a series knows which of its labels come from samples: older ones get to know it when they are
 * uploaded again.
 */

import { partCheck, seriesCheck, type SeriesColumns } from './row-check.ts';
import { Rows, type Connection } from './rows.ts';

/**
 * Within the transaction that opens the file. Small tables are checked from here on; rows of `raw` and blobs of `hour` and
 * `dict` stay as they are, and their marks say that their checksums cover the blob alone.
 */
export function upgrade(db: Connection): void {
  addColumn(db, 'series', 'sample_labels', 'TEXT');
  if (addRowCheck(db, 'series')) checkSeries(db);
  if (addRowCheck(db, 'part')) checkParts(db);
  addRowCheck(db, 'raw');
}

/** The column for a check of the row. @returns whether it was missing */
export function addRowCheck(db: Connection, table: string): boolean {
  return addColumn(db, table, 'row_check', 'INTEGER');
}

/** A column that is null in the rows that are there. @returns whether it was missing */
function addColumn(db: Connection, table: string, column: string, type: 'INTEGER' | 'TEXT'): boolean {
  const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all() as { name: string }[];
  if (columns.some(({ name }) => name === column)) return false;
  db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  return true;
}

function checkSeries(db: Connection): void {
  const all = new Rows<SeriesColumns>(
    db,
    'SELECT id, service_id, type, labels, first_hour, last_hour, sample_labels FROM series',
  );
  const update = db.prepare('UPDATE series SET row_check = ? WHERE id = ?');
  for (const row of all.all([], unread)) update.run(checkOrNull(seriesCheck(row)), row.id);
}

function checkParts(db: Connection): void {
  const all = new Rows<Record<'id' | 'service_id' | 'day' | 'nodes', number>>(
    db,
    'SELECT id, service_id, day, nodes FROM part',
  );
  const update = db.prepare('UPDATE part SET row_check = ? WHERE id = ?');
  for (const { id, service_id, day, nodes } of all.all([], unread))
    update.run(checkOrNull(partCheck(id, service_id, day, nodes)), id);
}

/** A damaged page: its rows stay without a check. */
function unread(): void {}

/** A row that holds something else than numbers and texts stays without a check, and is known as damaged by that. */
function checkOrNull(check: number): number | null {
  return Number.isNaN(check) ? null : check;
}
