/**
 * Files of older versions cannot give free pages back. Such a file is rewritten once, before anything else opens it.
 */

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { openForWriting, pragma, type Database } from './database.ts';
import { dataBytes } from './space.ts';

/** Larger files stay as they are: the server would start too late. Their free pages are used again. */
const MAX_DATA_BYTES = 4 * 2 ** 30;
const INCREMENTAL = 2;

/**
 * @param notes gets a sentence about what was done, or why it was not
 * @returns the connection to go on with: `db`, or one to the new file in its place
 */
export function makeShrinkable(db: Database, file: string, freeBytes: number, notes: string[]): Database {
  const draft = `${file}.shrinkable`;
  rmSync(draft, { force: true }); // of a process that ended meanwhile
  if (pragma(db, 'auto_vacuum') === INCREMENTAL) return db;
  const data = dataBytes(db);
  const megabytes = `${Math.ceil(data / 1e6)} MB`;
  if (data > MAX_DATA_BYTES || data * 2 > freeBytes) {
    notes.push(
      `${file} is of an older version and keeps its size on disk when profiles are removed: ` +
        (data > MAX_DATA_BYTES
          ? `its ${megabytes} of data are too much to rewrite.`
          : `rewriting it needs twice its ${megabytes} of data free on the disk.`),
    );
    return db;
  }
  try {
    db.exec(`PRAGMA auto_vacuum = INCREMENTAL`);
    db.prepare('VACUUM INTO ?').run(draft);
    sync(draft);
    // SQLite would apply the old log to the new file: if the log cannot be removed, the old file stays.
    db.exec('PRAGMA journal_mode = DELETE');
  } catch (error) {
    rmSync(draft, { force: true });
    notes.push(
      `${file} is of an older version and could not be rewritten: ${(error as Error).message}. It is used unchanged.`,
    );
    return db;
  }
  db.close();
  if (existsSync(`${file}-wal`)) rmSync(draft, { force: true });
  else {
    renameSync(draft, file);
    if (process.platform !== 'win32') sync(dirname(file));
    notes.push(`${file} was of an older version: it was rewritten, and now shrinks when profiles are removed.`);
  }
  return openForWriting(file, freeBytes);
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
