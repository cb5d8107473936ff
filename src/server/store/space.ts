/** Disk space: returns free pages to the volume in small steps, and empties a long log. */

import { existsSync, statSync } from 'node:fs';
import type { Steps } from '#base/steps.ts';
import { pragma, type Database } from './database.ts';

/** Free pages that stay for reuse, as a share of the pages in use. */
const FREE_SHARE = 0.1;
/** Length of the log that stays, as a share of the data. */
const LOG_SHARE = 0.1;
/** The files at rest, as a multiple of the data. */
export const FILES_PER_DATA = 1 + FREE_SHARE + LOG_SHARE;
/** Pages that one step gives back. */
const MAX_PAGES_A_STEP = 128;
const INCREMENTAL = 2;

/** Bytes of data in the file: pages in use, without those that wait to be used again. */
export function dataBytes(db: Database): number {
  return (pragma(db, 'page_count') - pragma(db, 'freelist_count')) * pragma(db, 'page_size');
}

/** Gives free pages back until few are left. Files of older versions keep theirs (shrinkable.ts). */
export function* giveBackPages(db: Database): Steps<void> {
  if (pragma(db, 'auto_vacuum') !== INCREMENTAL) return;
  for (;;) {
    const free = pragma(db, 'freelist_count');
    const surplus = free - Math.floor((pragma(db, 'page_count') - free) * FREE_SHARE);
    if (surplus <= 0) return;
    db.exec(`PRAGMA incremental_vacuum(${Math.min(surplus, MAX_PAGES_A_STEP)})`);
    if (pragma(db, 'freelist_count') >= free) return;
    yield 0;
  }
}

/** Folds a long log into the file and cuts it off. Uploads do not wait for it: where one is under way, the log stays. */
export function* emptyLog(db: Database, file: string): Steps<void> {
  const log = `${file}-wal`;
  if (!existsSync(log) || statSync(log).size <= dataBytes(db) * LOG_SHARE) return;
  db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  yield 0;
  const timeout = pragma(db, 'busy_timeout');
  db.exec('PRAGMA busy_timeout = 0');
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.exec(`PRAGMA busy_timeout = ${timeout}`);
  }
  yield 0;
}
