/** Damage and removal do not spread: rows that cannot be deleted, damaged rows of series, files of older versions. */

import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { openForReading, openForWriting, pragma } from '#server/store/database.ts';
import { openFolder } from '#server/store/folder.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { removeBefore } from '#server/store/removal.ts';
import { upkeep } from '#server/store/upkeep.ts';
import {
  BASE_HOUR,
  BASE_MS,
  diskOfTwoServices,
  HOUR_MS,
  HOURS,
  KEEP_ALL,
  PODS,
  profile,
  whole,
} from '../../support/two-services.ts';

const disk = diskOfTwoServices();

describe('rows that cannot be deleted', () => {
  const STUCK = 250;
  const cannotDelete = (table: string, which: string): void =>
    disk.db.exec(`CREATE TRIGGER stuck_${table} BEFORE DELETE ON ${table} WHEN ${which}
      BEGIN SELECT RAISE(ABORT, 'database disk image is malformed'); END`);
  const left = (table: string): unknown => disk.db.prepare(`SELECT count(*) AS n FROM ${table}`).get();

  it.each(['raw', 'hour'])('do not keep those behind them, more than a page of them in %s', (table) => {
    disk.put(...Array.from({ length: 400 }, (_, hour) => profile('shop', hour, 'a')));
    if (table === 'hour') finish(upkeep(disk.db, KEEP_ALL, BASE_MS + 500 * HOUR_MS));
    expect(left(table)).toEqual({ n: 400 });
    const hourOf = table === 'raw' ? 'old.time_us / 3600000000' : 'old.hour';
    cannotDelete(table, `${hourOf} < ${BASE_HOUR + STUCK}`);
    expect(finish(removeBefore(disk.db, BASE_HOUR + 390))).toBe(390 - STUCK);
    expect(left(table)).toEqual({ n: STUCK + 10 });
    disk.db.exec(`DROP TRIGGER stuck_${table}`);
    expect(finish(removeBefore(disk.db, BASE_HOUR + 390))).toBe(STUCK);
    expect(left(table)).toEqual({ n: 10 });
  });

  it('do not keep the deltas of a dictionary, or the entries of the ledger, behind them', () => {
    for (let hour = 0; hour < 24; hour++) for (let i = 0; i < 18; i++) disk.put(profile('shop', hour, `${hour}-${i}`));
    const deltas = 24 * 18;
    expect([left('dict'), left('ledger')]).toEqual([{ n: deltas }, { n: deltas }]);
    cannotDelete('dict', `old.id <= ${STUCK}`);
    cannotDelete('ledger', 'old.hour % 2 = 0');
    finish(disk.dropAll('shop'));
    expect([left('dict'), left('ledger')]).toEqual([{ n: STUCK }, { n: deltas / 2 }]);
  });
});

describe('a series whose row is damaged', () => {
  it('begins anew under another number, and the rest of it is reported until it is too old', () => {
    disk.put(profile('shop', 0, 'a'), profile('shop', 0, 'b'));
    disk.db.exec("UPDATE series SET type = 'x' WHERE id = (SELECT max(id) FROM series)");
    disk.restart();
    disk.put(profile('shop', 1, 'b', 10), profile('shop', 1, 'a', 100));
    const ids = disk.db.prepare('SELECT id FROM series ORDER BY id').all();
    expect(ids).toEqual([{ id: 1 }, { id: 3 }]);
    expect(disk.ask('shop')).toEqual({ total: 111, warnings: [expect.stringContaining('Series 2 was left out')] });
    disk.restart();
    disk.put(profile('shop', 2, 'b', 1000), profile('shop', 2, 'new', 1));
    expect(disk.ask('shop').total).toBe(1112);
    expect(disk.count('series WHERE id = 2')).toBe(0);
    finish(removeBefore(disk.db, BASE_HOUR + 1));
    expect(disk.ask('shop')).toEqual(whole(1111));
    expect(disk.leftovers()).toBe(0);
  });

  it('goes with its service', () => {
    disk.fill();
    disk.db.exec("UPDATE series SET labels = '[' WHERE id = 1");
    disk.restart();
    finish(disk.dropAll('shop'));
    expect(disk.ask('shop')).toEqual(whole(0));
    expect(disk.ask('cart')).toEqual(whole(HOURS * PODS.length));
    expect(disk.leftovers()).toBe(0);
  });
});

describe('a file of an older version', () => {
  /** Of format 2, which cannot give pages back. */
  const makeOld = (isUpgraded: boolean): void => {
    disk.db.close();
    for (const end of ['', '-wal', '-shm']) rmSync(disk.file + end, { force: true });
    // Elsewhere: connections of this process hold the file until all their statements are collected.
    const elsewhere = join(disk.folder, 'elsewhere.db');
    const old = new DatabaseSync(elsewhere);
    old.exec(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID; INSERT INTO meta VALUES ('format', 2)",
    );
    old.close();
    disk.db = openForWriting(elsewhere);
    disk.writer = new ProfileWriter(disk.db);
    disk.fill();
    disk.db.exec('ALTER TABLE series DROP COLUMN sample_labels');
    for (const table of ['raw', 'series', 'part']) disk.db.exec(`ALTER TABLE ${table} DROP COLUMN row_check`);
    disk.db.exec("DROP TABLE ledger; UPDATE meta SET value = 2 WHERE key = 'format'");
    disk.db.close();
    if (isUpgraded) openForWriting(elsewhere).close();
    disk.db = openForReading(elsewhere);
    expect(disk.db.prepare("SELECT value FROM meta WHERE key = 'format'").get()).toEqual({ value: isUpgraded ? 4 : 2 });
    disk.db.close();
    disk.db = new DatabaseSync(elsewhere);
    disk.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    disk.db.close();
    copyFileSync(elsewhere, disk.file);
    for (const end of ['', '-wal', '-shm']) rmSync(elsewhere + end, { force: true });
  };

  it.each(['never', 'before it is written anew', 'while it is written anew'])(
    'gets checks and can shrink, with a kill %s',
    (killed) => {
      makeOld(killed !== 'never');
      if (killed === 'while it is written anew') writeFileSync(`${disk.file}.shrinkable`, 'half of a file');
      const { db: opened, lock, notes } = openFolder(disk.folder);
      disk.db = opened;
      try {
        expect(notes).toEqual([expect.stringContaining('rewritten')]);
        expect(pragma(disk.db, 'auto_vacuum')).toBe(2);
        expect(disk.db.prepare("SELECT value FROM meta WHERE key = 'format'").get()).toEqual({ value: 4 });
        expect(readdirSync(disk.folder).filter((name) => name.includes('shrinkable'))).toEqual([]);
        expect(disk.ask('shop')).toEqual(whole(HOURS * PODS.length));
        disk.writer = new ProfileWriter(disk.db);
        disk.put(profile('shop', 3, 'a', 10));
        expect(disk.ask('shop')).toEqual(whole(HOURS * PODS.length + 10));
        // The hour that was added to is counted, rows of older versions and all.
        disk.db.exec(
          `DELETE FROM raw WHERE seq = (SELECT min(seq) FROM raw WHERE series_id = 1 AND time_us / 3600000000 = ${BASE_HOUR + 3})`,
        );
        expect(disk.ask('shop').warnings).toEqual([expect.stringContaining('1 of 2 profiles')]);
      } finally {
        lock.close();
      }
    },
  );
});
