/** What the tables say about services and series, without the rows that are damaged. */

import { seriesCheck, type SeriesColumns } from './row-check.ts';
import { Rows, type Connection } from './rows.ts';

/** Numbers of rows beyond come from damage. */
const MAX_ID = 2 ** 40;

/** Numbers by name. */
export function storedServices(db: Connection): Map<string, number> {
  const rows = new Rows<{ id: number; name: string }>(db, 'SELECT id, name FROM service').all([], () => undefined);
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/**
 * Rows that are as they were written. A damaged one is not added to: its series begins anew under another number, and readers
 * tell of the damage.
 */
export function wholeSeries(db: Connection): SeriesColumns[] {
  const all = new Rows<SeriesColumns & { row_check: number }>(
    db,
    'SELECT id, service_id, type, labels, first_hour, last_hour, row_check FROM series',
  );
  return all.all([], () => undefined).filter((row) => seriesCheck(row) === row.row_check);
}

/** The next numbers. Those that rows still refer to are not given again, though the row of that number may be lost. */
export function freeNumbers(db: Connection): [service: number, series: number, part: number] {
  const after = (...columns: readonly [column: string, table: string][]): number => {
    let largest = 0;
    for (const [column, table] of columns) {
      const sql = `SELECT max(${column}) AS id FROM ${table} WHERE ${column} < ${MAX_ID}`;
      const [row] = new Rows<{ id: number | null }>(db, sql).all([], () => undefined);
      largest = Math.max(largest, row?.id ?? 0);
    }
    return largest + 1;
  };
  return [
    after(['id', 'service'], ['service_id', 'part']),
    after(['id', 'series'], ['series_id', 'ledger'], ['series_id', 'raw'], ['series_id', 'hour']),
    after(['id', 'part'], ['part_id', 'dict']),
  ];
}
