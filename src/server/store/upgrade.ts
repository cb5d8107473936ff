/** From formats 1 and 2 of the store to format 3: rows get checks of their numbers. What is on disk is taken to be right. */

import { partCheck, seriesCheck, type SeriesColumns } from './row-check.ts';
import { Rows, type Connection } from './rows.ts';

/**
 * Within the transaction that opens the file. Small tables are checked from here on; rows of `raw` and blobs of `hour` and
 * `dict` stay as they are, and their marks say that their checksums cover the blob alone.
 */
export function upgrade(db: Connection): void {
  if (addRowCheck(db, 'series')) checkSeries(db);
  if (addRowCheck(db, 'part')) checkParts(db);
  addRowCheck(db, 'raw');
}

/** The column for a check of the row, null in rows that are there. @returns whether it was missing */
export function addRowCheck(db: Connection, table: string): boolean {
  const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all() as { name: string }[];
  if (columns.some(({ name }) => name === 'row_check')) return false;
  db.exec(`ALTER TABLE ${table} ADD COLUMN row_check INTEGER`);
  return true;
}

function checkSeries(db: Connection): void {
  const all = new Rows<SeriesColumns>(db, 'SELECT id, service_id, type, labels, first_hour, last_hour FROM series');
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
