/** Rows of a statement as far as they can be read: a damaged row does not hide the others. */

import type { DatabaseSync } from '@photostructure/sqlite';
import { damageIn } from './damage.ts';

export type Connection = InstanceType<typeof DatabaseSync>;

export class Rows<Row extends object> {
  readonly #db: Connection;
  readonly #sql: string;
  readonly #statement: ReturnType<Connection['prepare']>;

  constructor(db: Connection, sql: string) {
    this.#db = db;
    this.#sql = sql;
    this.#statement = db.prepare(sql);
  }

  /**
   * Values are of any type where the file is damaged; integers beyond 2^53 are given as the nearest double.
   * @param damaged called with the reason when rows are missing @throws every SQLite error but damage
   */
  all(parameters: readonly (number | string | null)[], damaged: (why: string) => void): Row[] {
    try {
      return this.#statement.all(...parameters) as Row[];
    } catch (error) {
      if (damageIn(error) === undefined) throw error;
    }
    return [...this.each(parameters, damaged)];
  }

  /** The same one by one, where not all rows should be in memory at once. Damage ends it. */
  *each(parameters: readonly (number | string | null)[], damaged: (why: string) => void): Generator<Row, void> {
    try {
      // The driver refuses all rows if one integer exceeds a double. A statement of its own, as it stays in this mode.
      const statement = this.#db.prepare(this.#sql);
      statement.setReadBigInts(true);
      for (const row of statement.iterate(...parameters)) yield withDoubles(row as Record<string, unknown>) as Row;
    } catch (error) {
      const why = damageIn(error);
      if (why === undefined) throw error;
      damaged(why);
    }
  }
}

function withDoubles(row: Record<string, unknown>): Record<string, unknown> {
  for (const name in row) if (typeof row[name] === 'bigint') row[name] = Number(row[name]);
  return row;
}
