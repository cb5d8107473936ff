/** A small SQLite file beside the profiles: links, markers or counts of requests. When it cannot be used, the server runs without it. */

import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Database } from './database.ts';
import { FilesInPlace } from './files-in-place.ts';
import { isDamage, reason, setAside } from './folder.ts';
import { Rows } from './rows.ts';
import { addRowCheck } from './upgrade.ts';

/** Rows that are taken over from a damaged file. */
const MAX_SAVED = 200_000;

export class SideFile {
  /** Whether the file was made now, and holds nothing. */
  readonly isNew: boolean;
  /** For the log: the repair that opening it needed, or why it cannot be used. */
  readonly note: string | undefined;
  /** A warning for every list, as long as a damaged file that was set aside is in the folder. */
  readonly lost: string | undefined;
  readonly #db: Database | undefined;
  readonly #inPlace: FilesInPlace | undefined;

  /**
   * Never throws: a damaged file is set aside, and a new one made.
   * @param schema makes its tables where they are missing @param table gets a column for the check of each row
   */
  constructor(file: string, schema: string, table: string) {
    let aside: string | undefined;
    this.isNew = !existsSync(file);
    try {
      try {
        this.#db = open(file, schema, table);
      } catch (error) {
        if (!isDamage(error)) throw error;
        aside = setAside(file);
        this.#db = open(file, schema, table);
        const saved = save(aside, this.#db, table);
        this.isNew = saved === 0;
        const begun = saved === 0 ? 'a new one was begun' : `the ${saved} rows that can be read are in a new one`;
        this.note = `${file} is damaged (${reason(error)}): it was set aside as ${aside}, and ${begun}.`;
      }
      this.#inPlace = new FilesInPlace([file, `${file}-wal`]);
      this.lost = lostBefore(file);
    } catch (error) {
      this.note = `${basename(file)} in the data folder cannot be used: ${reason(error)}. Profiles are stored without it.`;
    }
  }

  /** Why it cannot be used, in one sentence; undefined if it can. */
  whyNot(): string | undefined {
    return this.#inPlace === undefined ? this.note : this.#inPlace.whyNot();
  }

  /** To be asked for once `whyNot` names nothing. */
  get db(): Database {
    if (this.#db === undefined) throw new Error(this.note);
    return this.#db;
  }

  close(): void {
    this.#db?.close();
  }
}

/** @throws what SQLite throws */
function open(file: string, schema: string, table: string): Database {
  const db = new DatabaseSync(file);
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; ${schema}; COMMIT`);
    addRowCheck(db, table);
    const { quick_check: found } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (found !== 'ok') throw new Error(`malformed: ${found.replace(/\s+/g, ' ')}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Copies the rows of a damaged file that can be read, from both ends of the table. @returns how many */
function save(from: string, db: Database, table: string): number {
  const names = (db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all() as { name: string }[]).map(
    ({ name }) => name,
  );
  let saved = 0;
  let old: Database | undefined;
  try {
    old = new DatabaseSync(from, { readOnly: true });
    const insert = db.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${names.map(() => '?').join(', ')})`);
    db.exec('BEGIN IMMEDIATE');
    for (const order of ['ASC', 'DESC']) {
      const sql = `SELECT ${names.join(', ')} FROM ${table} ORDER BY id ${order} LIMIT ${MAX_SAVED}`;
      const rows = new Rows<Record<string, string | number | null>>(old, sql);
      for (const row of rows.each([], () => undefined)) saved += insert.run(...names.map((name) => row[name])).changes;
    }
    db.exec('COMMIT');
    return saved;
  } catch {
    // Not even the table can be found.
    if (db.isTransaction) db.exec('ROLLBACK');
    return 0;
  } finally {
    old?.close();
  }
}

/** Named after the newest file that was set aside; undefined if there is none. */
function lostBefore(file: string): string | undefined {
  const name = basename(file);
  const aside = readdirSync(dirname(file)).filter((one) => one.startsWith(`${name}.damaged-`) && /-\d+$/.test(one));
  const newest = aside.sort().at(-1);
  if (newest === undefined) return undefined;
  return `The unreadable rows of ${name} are missing: the file was damaged and set aside as ${newest}. This warning stays until that file is moved away.`;
}
