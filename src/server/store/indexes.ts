/** Indexes by which the writer finds services and series: rebuilt where they are damaged, as all of it is in the tables. */

import { damageIn } from './damage.ts';
import { Rows, type Connection } from './rows.ts';

/** A damaged index would let one series begin twice. What the tables themselves have lost is left to the readers to report. */
export function mendIndexes(db: Connection): void {
  for (const table of ['service', 'series']) {
    const [found] = new Rows<{ integrity_check: string }>(db, `PRAGMA integrity_check(${table})`).all(
      [],
      () => undefined,
    );
    if (found?.integrity_check === 'ok') continue;
    try {
      db.exec(`REINDEX ${table}`);
    } catch (error) {
      if (!isAboutRows(error)) throw error;
    }
  }
}

/** Rows that cannot be read, or two of one name. */
function isAboutRows(error: unknown): boolean {
  return damageIn(error) !== undefined || (error instanceof Error && /constraint/i.test(error.message));
}
