/** Reads services and series, without damaged rows. */

import { seriesCheck, type SeriesColumns } from './row-check.ts';
import { Rows, type Connection } from './rows.ts';

/** Larger numbers of rows come from damage. */
const MAX_ID = 2 ** 40;
/** Maximum number of damaged rows that the search for the oldest and newest hour skips. */
const MAX_PASSED = 1000;

export interface StoredSeries extends SeriesColumns {
  readonly row_check: number | null;
}

export const SERIES_COLUMNS = 'series.id, service_id, type, labels, first_hour, last_hour, row_check, sample_labels';

/**
 * A valid row. Nothing is added to a damaged one: its series starts again under another number, and readers report the
 * damage.
 */
export function isWholeSeries(row: StoredSeries): boolean {
  return seriesCheck(row) === row.row_check;
}

/** Whether a row can have this number. */
export function isNumber(id: unknown): id is number {
  return typeof id === 'number' && id > 0 && id < MAX_ID;
}

/** First and last hour with a profile, by the series whose rows are whole; undefined if there are none. */
export function storedHours(db: Connection): { readonly first: number; readonly last: number } | undefined {
  const first = extreme(db, 'min(first_hour)')?.first_hour;
  const last = extreme(db, 'max(last_hour)')?.last_hour;
  return first === undefined || last === undefined ? undefined : { first, last };
}

function extreme(db: Connection, which: 'min(first_hour)' | 'max(last_hour)'): StoredSeries | undefined {
  // The other columns are those of the row with the extreme.
  const rows = new Rows<StoredSeries & { extreme: unknown }>(
    db,
    `SELECT ${which} AS extreme, ${SERIES_COLUMNS} FROM series
     WHERE service_id > 0 AND id NOT IN (SELECT value FROM json_each(?))`,
  );
  const passed: number[] = [];
  while (passed.length < MAX_PASSED) {
    const [row] = rows.all([JSON.stringify(passed)], () => undefined);
    if (row === undefined || row.extreme === null) return undefined;
    if (isWholeSeries(row)) return row;
    passed.push(row.id);
  }
  return undefined;
}

/** The next numbers. A number that rows still refer to is not reused, even if its own row is lost. */
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
    after(['id', 'service'], ['service_id', 'series'], ['service_id', 'part'], ['service_id', 'span']),
    after(['id', 'series'], ['series_id', 'ledger'], ['series_id', 'raw'], ['series_id', 'hour']),
    after(['id', 'part'], ['part_id', 'dict'], ['part_id', 'span']),
  ];
}
