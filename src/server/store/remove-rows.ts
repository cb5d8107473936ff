/** Deletes rows in transactions of few rows and bytes, so that no commit of uploads waits long. */

import type { Steps } from '#base/steps.ts';
import { damageIn } from './damage.ts';
import { inTransaction, type Database } from './database.ts';
import type { Rows } from './rows.ts';

/** Rows that one transaction changes, at most. */
export const MAX_ROWS_A_STEP = 200;
/** Bytes of the rows that one transaction deletes, at most; a single row may have more. */
const MAX_BYTES_A_STEP = 2 << 20;

export interface Sized {
  readonly id: number;
  readonly bytes: number;
  /** True for profiles, whose ledger entry is removed with them. */
  readonly series?: number;
  readonly hour?: number;
}

/** Deletes the rows of all pages. @param find the next page; an empty one is the end @param remove one row @returns how many */
export function* removeRows(
  db: Database,
  mostRows: number,
  find: () => Sized[],
  remove: (row: Sized) => number,
): Steps<number> {
  let removed = 0;
  for (let rows = find(); rows.length > 0; rows = find()) {
    for (let from = 0; from < rows.length;) {
      let to = from;
      const most = Math.min(rows.length, from + mostRows);
      for (let bytes = 0; to < most && (to === from || bytes + rows[to].bytes <= MAX_BYTES_A_STEP); to++)
        bytes += rows[to].bytes;
      removed += removeSome(db, rows.slice(from, to), remove);
      from = to;
      yield 0;
    }
  }
  return removed;
}

/**
 * The pages of a statement, each behind the last row of the one before it: rows that cannot be deleted do not keep those
 * behind them. Ends where a damaged index returns earlier rows again.
 * @param rows takes `given` and a key, in ascending order of keys @param first the key that is below all others
 */
export function pagesOf<Row extends Sized>(
  rows: Rows<Row>,
  given: readonly number[],
  keyOf: (row: Row) => readonly number[],
  first: readonly number[],
): () => Row[] {
  let last = first;
  return () => {
    // Unreadable rows stay: readers report them.
    const page = rows.all([...given, ...last], () => undefined);
    const end = page.at(-1);
    if (end === undefined || !isBehind(keyOf(end), last)) return [];
    last = keyOf(end);
    return page;
  };
}

function isBehind(key: readonly number[], other: readonly number[]): boolean {
  const i = key.findIndex((part, at) => part !== other[at]);
  return i >= 0 && key[i] > other[i];
}

/** One transaction, or one for each row where one of them is damaged: those that cannot be deleted stay. */
function removeSome(db: Database, rows: readonly Sized[], remove: (row: Sized) => number): number {
  try {
    return inTransaction(db, () => rows.reduce((sum, row) => sum + remove(row), 0));
  } catch (error) {
    if (damageIn(error) === undefined) throw error;
    return rows.length === 1 ? 0 : rows.reduce((sum, row) => sum + removeSome(db, [row], remove), 0);
  }
}
