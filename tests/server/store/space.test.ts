/** Size of the files on disk. */

import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { openForReading, openForUpkeep, openForWriting, pragma, type Database } from '#server/store/database.ts';
import { openFolder } from '#server/store/folder.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { makeShrinkable } from '#server/store/shrinkable.ts';
import { dataBytes, emptyLog, FILES_PER_DATA, giveBackPages } from '#server/store/space.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { incoming, madeLabels } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const DAY_MS = 86_400_000;
const BASE_MS = 20_000 * DAY_MS;

let folder: string;
let file: string;
const open: { close(): void }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'space-'));
  file = join(folder, 'profiles.db');
});

afterEach(() => {
  for (const one of open.splice(0).toReversed()) one.close();
  rmSync(folder, { recursive: true });
});

function kept<T extends { close(): void }>(one: T): T {
  open.push(one);
  return one;
}

/** Hours with an equal amount of data each. */
function fill(db: Database, hours: number): void {
  db.exec('PRAGMA synchronous = OFF');
  const writer = new ProfileWriter(db);
  for (let i = 0; i < hours * 20; i++) {
    const stacks = Array.from({ length: 100 }, (_, k) => ({
      frames: [`f${k}:1`],
      value: 1 + ((i * 7919 + k * 31) % 9973),
    }));
    const timeUs = (BASE_MS + i * 180_000) * 1000;
    const labels = madeLabels('shop', CPU, {});
    writer.add(incoming({ labels, service: 'shop', profileType: CPU, timeUs, period: 0, stacks }), BASE_MS);
    if (i % 20 === 19) writer.flush();
  }
}

function filesBytes(): number {
  return ['', '-wal'].reduce((sum, end) => sum + (existsSync(file + end) ? statSync(file + end).size : 0), 0);
}

describe('files at rest', () => {
  it('are little more than their data, log and all', () => {
    const db = kept(openForWriting(file));
    fill(db, 48);
    const before = filesBytes();
    const keeper = kept(openForUpkeep(file));
    finish(upkeep(keeper, { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS }, BASE_MS + 3 * DAY_MS));
    finish(emptyLog(keeper, file));
    expect(dataBytes(keeper)).toBeLessThan(before / 3);
    expect(filesBytes()).toBeLessThanOrEqual(dataBytes(keeper) * FILES_PER_DATA);
    expect(FILES_PER_DATA).toBeLessThanOrEqual(1.3);
  });

  it('hold to the most that they may take', () => {
    const db = kept(openForWriting(file));
    fill(db, 48);
    const keeper = kept(openForUpkeep(file));
    finish(upkeep(keeper, { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS }, BASE_MS + 3 * DAY_MS));
    const maxBytes = Math.floor(dataBytes(keeper) / 2);
    finish(upkeep(keeper, { retentionMs: undefined, maxBytes, spans: KEEP_SPANS }, BASE_MS + 3 * DAY_MS));
    finish(emptyLog(keeper, file));
    expect(filesBytes()).toBeLessThanOrEqual(maxBytes);
    expect(db.prepare('SELECT count(*) AS n FROM hour').get()).not.toEqual({ n: 0 });
  });

  it('give pages back in small steps', () => {
    const db = kept(openForWriting(file));
    fill(db, 48);
    db.exec('DELETE FROM raw');
    const steps = giveBackPages(db);
    let pages = pragma(db, 'page_count');
    let count = 0;
    while (steps.next().done !== true) {
      expect(pages - pragma(db, 'page_count')).toBeLessThanOrEqual(130);
      pages = pragma(db, 'page_count');
      count++;
    }
    expect(count).toBeGreaterThan(0);
  });

  it('keep a log that a reader still needs, without waiting for it', () => {
    const db = kept(openForWriting(file));
    const reader = kept(openForReading(file));
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM raw').get();
    fill(db, 10);
    finish(emptyLog(db, file));
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
    expect(pragma(db, 'busy_timeout')).toBeGreaterThan(0);
    reader.exec('COMMIT');
    finish(emptyLog(db, file));
    expect(statSync(`${file}-wal`).size).toBe(0);
  });
});

describe('a file of an older version', () => {
  const total = (): number => {
    const reader = openForReading(file);
    try {
      const range = { startMs: BASE_MS, endMs: BASE_MS + 3 * DAY_MS };
      const store = new ProfileStore(reader);
      return store.merge({ profileType: CPU, matchers: [], callSite: [], ...range }, 'names', () => undefined).total[0];
    } finally {
      reader.close();
    }
  };
  /** As it was made: without the means to give pages back. */
  const makeOld = (): number => {
    // Elsewhere: connections of this process hold the file until all their statements are collected.
    const elsewhere = join(folder, 'elsewhere.db');
    const old = new DatabaseSync(elsewhere);
    old.exec(
      'PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID',
    );
    old.exec("INSERT INTO meta VALUES ('format', 2)");
    old.close();
    const db = kept(openForWriting(elsewhere));
    fill(db, 10);
    expect(pragma(db, 'auto_vacuum')).toBe(0);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(elsewhere, file);
    return (db.prepare('SELECT sum(total) AS sum FROM raw').get() as { sum: number }).sum;
  };
  const openAll = (): { db: Database; notes: readonly string[] } => {
    const { db, lock, notes } = openFolder(folder);
    kept(db);
    kept(lock);
    return { db, notes };
  };

  it('is written anew, once, with all that it holds', () => {
    const before = makeOld();
    const { db, notes } = openAll();
    expect(notes).toEqual([expect.stringContaining('was rewritten')]);
    expect(pragma(db, 'auto_vacuum')).toBe(2);
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(total()).toBe(before);
    expect(readdirSync(folder).filter((name) => name.includes('shrinkable'))).toEqual([]);
    const again: string[] = [];
    expect(makeShrinkable(db, file, Infinity, again)).toBe(db);
    expect(again).toEqual([]);
  });

  it('stays where there is no room for a second one', () => {
    makeOld();
    const db = kept(openForWriting(file));
    const notes: string[] = [];
    expect(makeShrinkable(db, file, dataBytes(db), notes)).toBe(db);
    expect(notes).toEqual([expect.stringContaining('keeps its size')]);
    finish(giveBackPages(db));
  });
});
