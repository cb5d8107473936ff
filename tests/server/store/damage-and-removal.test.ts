/** Removal with the ledger and checks: removed profiles are not reported as missing, and damage does not spread. */

import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finish, type Steps } from '#base/steps.ts';
import { openForReading, openForWriting, pragma, type Database } from '#server/store/database.ts';
import { openFolder } from '#server/store/folder.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { dropService, removeBefore, sweepRetired } from '#server/store/removal.ts';
import { MAX_ROWS_A_STEP } from '#server/store/remove-rows.ts';
import { newReport, removeSurplus, upkeep } from '#server/store/upkeep.ts';
import { incoming, madeLabels, type MadeProfile } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HOUR_MS = 3_600_000;
const BASE_HOUR = 480_000;
const BASE_MS = BASE_HOUR * HOUR_MS;
const KEEP_ALL = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };
const HOURS = 30;
const PODS = ['a', 'b', 'c'];

let folder: string;
let file: string;
let db: Database;
let writer: ProfileWriter;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meeting-'));
  file = join(folder, 'profiles.db');
  open();
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** As a start. */
function open(budget?: number): void {
  db = openForWriting(file);
  db.exec('PRAGMA synchronous = OFF');
  writer = new ProfileWriter(db, budget);
}

/** As a kill and a start. */
function restart(): void {
  db.close();
  open();
}

function profile(service: string, hour: number, pod: string, value = 1): MadeProfile {
  return {
    labels: madeLabels(service, CPU, { pod }),
    service,
    profileType: CPU,
    timeUs: (BASE_MS + hour * HOUR_MS) * 1000 + 5,
    period: 0,
    stacks: [{ frames: ['main:1', `${pod}:1`], value }],
  };
}

function put(...profiles: readonly MadeProfile[]): void {
  for (const one of profiles) writer.add(incoming(one), BASE_MS);
  writer.flush();
}

/** One profile an hour of each pod of two services; those of even hours are packed, others are rows. */
function fill(hours = HOURS): void {
  const made = (parity: number): MadeProfile[] =>
    Array.from({ length: hours }, (_, hour) => hour)
      .filter((hour) => hour % 2 === parity)
      .flatMap((hour) => ['shop', 'cart'].flatMap((service) => PODS.map((pod) => profile(service, hour, pod))));
  put(...made(0));
  finish(upkeep(db, KEEP_ALL, BASE_MS + (hours + 2) * HOUR_MS));
  put(...made(1));
}

function ask(service: string, firstHour = 0, lastHour = HOURS + 100): { total: number; warnings: readonly string[] } {
  const reader = openForReading(file);
  try {
    const store = new ProfileStore(reader);
    const matchers = [{ name: 'service_name', operator: '=' as const, value: service }];
    const range = { startMs: BASE_MS + firstHour * HOUR_MS, endMs: BASE_MS + lastHour * HOUR_MS };
    const asked = { profileType: CPU, matchers, callSite: [], ...range };
    const total = store.merge(asked, 'names', () => undefined).total[0];
    const [series] = store.timeSeries(asked, [], 60_000, () => undefined);
    expect((series?.sums ?? []).reduce((a, b) => a + b, 0)).toBe(total);
    store.extent();
    return { total, warnings: store.takeDamage().map(({ text }) => text) };
  } finally {
    reader.close();
  }
}

const whole = (total: number) => ({ total, warnings: [] });

function count(sql: string): number {
  return (db.prepare(`SELECT count(*) AS n FROM ${sql}`).get() as { n: number }).n;
}

/** Rows that nothing refers to, and entries of the ledger that no series has. */
function leftovers(): number {
  return (
    count('ledger WHERE series_id NOT IN (SELECT id FROM series)') +
    count('raw WHERE series_id NOT IN (SELECT id FROM series)') +
    count('hour WHERE series_id NOT IN (SELECT id FROM series)') +
    count('dict WHERE part_id NOT IN (SELECT id FROM part)') +
    count('series WHERE service_id = 0') +
    count('part WHERE service_id = 0')
  );
}

/** Runs some of the steps; the rest is lost with the process. @returns whether all were run */
function runSome(steps: Steps<unknown>, most: number): boolean {
  for (let i = 0; i < most; i++) if (steps.next().done === true) return true;
  return false;
}

/** From one file, with the process killed after each number of steps. @param check after the kill and a start */
function killedAfterEach(steps: () => Steps<unknown>, check: (killedAfter: number) => void): void {
  fill();
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  const kept = file;
  for (let most = 0, isDone = false; !isDone; most++) {
    file = join(folder, `${most}.db`);
    copyFileSync(kept, file);
    open();
    isDone = runSome(steps(), most);
    restart();
    check(most);
    db.close();
  }
  open();
}

function* dropAll(service: string): Steps<void> {
  yield* dropService(db, service);
  yield* sweepRetired(db);
}

describe('a service that is dropped', () => {
  it('leaves nothing behind that is missed, wherever a kill cuts it short', { timeout: 60_000 }, () => {
    killedAfterEach(
      () => dropAll('shop'),
      (killedAfter) => {
        const shop = ask('shop');
        expect({ killedAfter, ...shop }).toMatchObject({ warnings: [] });
        expect(shop.total % HOURS).toBe(0);
        expect(ask('cart')).toEqual(whole(HOURS * PODS.length));
        if (killedAfter < 2) return; // not dropped yet
        // The first labels may be of a series that is not retired yet.
        put(...PODS.map((pod) => profile('shop', 3, pod, 10)));
        expect(ask('shop').warnings).toEqual([]);
        finish(upkeep(db, KEEP_ALL, BASE_MS + (HOURS + 2) * HOUR_MS));
        expect(ask('shop')).toEqual(whole(10 * PODS.length));
        expect(ask('cart')).toEqual(whole(HOURS * PODS.length));
        expect(leftovers()).toBe(0);
      },
    );
  });

  it('changes few rows in a step, however many hours its series have', () => {
    put(...Array.from({ length: 900 }, (_, hour) => profile('shop', hour, 'a')));
    const changes = db.prepare('SELECT total_changes() AS n');
    const changed = (): number => (changes.get() as { n: number }).n;
    let most = 0;
    const steps = dropAll('shop');
    for (let before = changed(); steps.next().done !== true; before = changed())
      most = Math.max(most, changed() - before);
    expect(most).toBeLessThanOrEqual(MAX_ROWS_A_STEP + 3);
    expect(count('ledger')).toBe(0);
  });

  it('is not what a lost or changed row of a service looks like', () => {
    fill();
    for (const damage of [
      "DELETE FROM service WHERE name = 'shop'",
      "UPDATE service SET name = CAST('shop' AS BLOB) WHERE name = 'shop'",
      "UPDATE service SET name = 'shoq' WHERE name = 'shop'",
    ]) {
      db.exec(damage);
      restart();
      put(profile('shop', 3, 'a'));
      finish(upkeep(db, KEEP_ALL, BASE_MS + (HOURS + 2) * HOUR_MS));
    }
    expect(ask('shop')).toEqual(whole(HOURS * PODS.length + 3));
    expect(ask('cart')).toEqual(whole(HOURS * PODS.length));
  });
});

describe('what is too old', () => {
  const LIMIT = 20;

  it('is not missed, wherever a kill cuts its removal short', { timeout: 60_000 }, () => {
    const left = PODS.length * (HOURS - LIMIT);
    killedAfterEach(
      () => removeBefore(db, BASE_HOUR + LIMIT),
      (killedAfter) => {
        expect({ killedAfter, ...ask('shop', LIMIT) }).toMatchObject(whole(left));
        expect({ killedAfter, ...ask('shop') }).toMatchObject({ warnings: [] });
        // Late, into an hour that is half gone.
        put(profile('shop', 7, 'b', 10), profile('shop', LIMIT + 2, 'c', 100));
        expect(ask('shop').warnings).toEqual([]);
        expect(ask('shop', LIMIT)).toEqual(whole(left + 100));
        finish(removeBefore(db, BASE_HOUR + LIMIT));
        expect(ask('shop')).toEqual(whole(left + 100));
        expect(count(`ledger WHERE hour < ${BASE_HOUR + LIMIT}`)).toBe(0);
        expect(leftovers()).toBe(0);
        // Rows that vanish from here on are detected.
        db.exec('DELETE FROM raw WHERE seq = (SELECT max(seq) FROM raw)');
        expect(ask('shop').warnings).toEqual([expect.stringContaining('1 of 2 profiles')]);
      },
    );
  });

  it('goes though its series is lost, and with it all that was said about it', () => {
    fill();
    db.exec(`DELETE FROM series WHERE id = 1`);
    db.exec(`UPDATE series SET labels = '[' WHERE id = 2`);
    restart();
    expect(ask('shop').warnings).toHaveLength(2);
    finish(removeBefore(db, BASE_HOUR + LIMIT));
    expect(count(`raw WHERE time_us < ${(BASE_HOUR + LIMIT) * 3_600_000_000}`)).toBe(0);
    expect(count(`hour WHERE hour < ${BASE_HOUR + LIMIT}`)).toBe(0);
    expect(ask('shop').warnings).toHaveLength(2);
    finish(removeBefore(db, BASE_HOUR + HOURS));
    expect(ask('shop')).toEqual(whole(0));
    expect([count('series'), count('ledger'), leftovers()]).toEqual([0, 0, 0]);
  });

  it.each(['first_hour = -5', 'last_hour = 1 << 40', 'last_hour = -5', 'first_hour = 1 << 61', "last_hour = 'x'"])(
    'is found though a series has %s, and nothing newer goes',
    (damage) => {
      fill();
      db.exec(`UPDATE series SET ${damage} WHERE id = 2`);
      restart();
      const before = db.prepare(`SELECT count(*) AS n FROM raw WHERE time_us >= ?`);
      const newer = (): unknown => before.get((BASE_HOUR + LIMIT) * 3_600_000_000);
      const kept = newer();
      const limits = { retentionMs: (HOURS - LIMIT) * HOUR_MS, maxBytes: Infinity, spans: KEEP_SPANS };
      const { damage: found, removed } = finish(upkeep(db, limits, BASE_MS + (HOURS - 1) * HOUR_MS));
      expect({ found, removed: removed > 0 }).toEqual({ found: [], removed: true });
      expect(count(`ledger WHERE hour < ${BASE_HOUR + LIMIT - 1}`)).toBe(0);
      // Upkeep has packed the newer ones.
      expect(kept).not.toEqual({ n: 0 });
      expect(ask('cart', LIMIT).total + ask('shop', LIMIT).total).toBe(5 * (HOURS - LIMIT));
      // Removing for space ends at the newest hour of what can be read.
      finish(removeSurplus(db, 1, newReport()));
      expect(ask('cart').total + ask('shop').total).toBe(5);
    },
  );
});

describe('rows that cannot be deleted', () => {
  const STUCK = 250;
  const cannotDelete = (table: string, which: string): void =>
    db.exec(`CREATE TRIGGER stuck_${table} BEFORE DELETE ON ${table} WHEN ${which}
      BEGIN SELECT RAISE(ABORT, 'database disk image is malformed'); END`);
  const left = (table: string): unknown => db.prepare(`SELECT count(*) AS n FROM ${table}`).get();

  it.each(['raw', 'hour'])('do not keep those behind them, more than a page of them in %s', (table) => {
    put(...Array.from({ length: 400 }, (_, hour) => profile('shop', hour, 'a')));
    if (table === 'hour') finish(upkeep(db, KEEP_ALL, BASE_MS + 500 * HOUR_MS));
    expect(left(table)).toEqual({ n: 400 });
    const hourOf = table === 'raw' ? 'old.time_us / 3600000000' : 'old.hour';
    cannotDelete(table, `${hourOf} < ${BASE_HOUR + STUCK}`);
    expect(finish(removeBefore(db, BASE_HOUR + 390))).toBe(390 - STUCK);
    expect(left(table)).toEqual({ n: STUCK + 10 });
    db.exec(`DROP TRIGGER stuck_${table}`);
    expect(finish(removeBefore(db, BASE_HOUR + 390))).toBe(STUCK);
    expect(left(table)).toEqual({ n: 10 });
  });

  it('do not keep the deltas of a dictionary, or the entries of the ledger, behind them', () => {
    for (let hour = 0; hour < 24; hour++) for (let i = 0; i < 18; i++) put(profile('shop', hour, `${hour}-${i}`));
    const deltas = 24 * 18;
    expect([left('dict'), left('ledger')]).toEqual([{ n: deltas }, { n: deltas }]);
    cannotDelete('dict', `old.id <= ${STUCK}`);
    cannotDelete('ledger', 'old.hour % 2 = 0');
    finish(dropAll('shop'));
    expect([left('dict'), left('ledger')]).toEqual([{ n: STUCK }, { n: deltas / 2 }]);
  });
});

describe('a series whose row is damaged', () => {
  it('begins anew under another number, and the rest of it is reported until it is too old', () => {
    put(profile('shop', 0, 'a'), profile('shop', 0, 'b'));
    db.exec("UPDATE series SET type = 'x' WHERE id = (SELECT max(id) FROM series)");
    restart();
    put(profile('shop', 1, 'b', 10), profile('shop', 1, 'a', 100));
    const ids = db.prepare('SELECT id FROM series ORDER BY id').all();
    expect(ids).toEqual([{ id: 1 }, { id: 3 }]);
    expect(ask('shop')).toEqual({ total: 111, warnings: [expect.stringContaining('Series 2 was left out')] });
    restart();
    put(profile('shop', 2, 'b', 1000), profile('shop', 2, 'new', 1));
    expect(ask('shop').total).toBe(1112);
    expect(count('series WHERE id = 2')).toBe(0);
    finish(removeBefore(db, BASE_HOUR + 1));
    expect(ask('shop')).toEqual(whole(1111));
    expect(leftovers()).toBe(0);
  });

  it('goes with its service', () => {
    fill();
    db.exec("UPDATE series SET labels = '[' WHERE id = 1");
    restart();
    finish(dropAll('shop'));
    expect(ask('shop')).toEqual(whole(0));
    expect(ask('cart')).toEqual(whole(HOURS * PODS.length));
    expect(leftovers()).toBe(0);
  });
});

describe('label sets', () => {
  it('that were folded into one are counted there', () => {
    restart();
    writer = new ProfileWriter(db, 3);
    const folded = (i: number) => {
      const one = incoming(profile('shop', 0, `a`));
      const labels = madeLabels('shop', CPU, { pod: 'a', span: `${i}` });
      return { ...one, series: one.series.map((series) => ({ ...series, labels, base: series.labels })) };
    };
    for (let i = 0; i < 10; i++) {
      writer.add(folded(i), BASE_MS);
      if (i % 3 === 0) writer.flush();
    }
    writer.flush();
    expect(ask('shop')).toEqual(whole(10));
    finish(upkeep(db, KEEP_ALL, BASE_MS + 3 * HOUR_MS));
    expect(ask('shop')).toEqual(whole(10));
    db.exec('DELETE FROM hour WHERE id = (SELECT id FROM hour ORDER BY profiles DESC LIMIT 1)');
    expect(ask('shop')).toEqual({ total: 3, warnings: [expect.stringContaining('7 of 7 profiles')] });
  });

  it('of a dropped service that come again push the old series aside, and nothing is missed', () => {
    fill();
    const steps = dropService(db, 'shop');
    // The name is gone, the series are still there.
    expect(runSome(steps, 2)).toBe(false);
    put(...PODS.map((pod) => profile('shop', 1, pod, 10)));
    finish(steps);
    expect(ask('shop')).toEqual(whole(30));
    finish(sweepRetired(db));
    expect(ask('shop')).toEqual(whole(30));
    expect(leftovers()).toBe(0);
  });
});

describe('a file of an older version', () => {
  /** Of format 2, which cannot give pages back. */
  const makeOld = (isUpgraded: boolean): void => {
    db.close();
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
    // Elsewhere: connections of this process hold the file until all their statements are collected.
    const elsewhere = join(folder, 'elsewhere.db');
    const old = new DatabaseSync(elsewhere);
    old.exec(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID; INSERT INTO meta VALUES ('format', 2)",
    );
    old.close();
    db = openForWriting(elsewhere);
    writer = new ProfileWriter(db);
    fill();
    db.exec('ALTER TABLE series DROP COLUMN sample_labels');
    for (const table of ['raw', 'series', 'part']) db.exec(`ALTER TABLE ${table} DROP COLUMN row_check`);
    db.exec("DROP TABLE ledger; UPDATE meta SET value = 2 WHERE key = 'format'");
    db.close();
    if (isUpgraded) openForWriting(elsewhere).close();
    db = openForReading(elsewhere);
    expect(db.prepare("SELECT value FROM meta WHERE key = 'format'").get()).toEqual({ value: isUpgraded ? 4 : 2 });
    db.close();
    db = new DatabaseSync(elsewhere);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    copyFileSync(elsewhere, file);
    for (const end of ['', '-wal', '-shm']) rmSync(elsewhere + end, { force: true });
  };

  it.each(['never', 'before it is written anew', 'while it is written anew'])(
    'gets checks and can shrink, with a kill %s',
    (killed) => {
      makeOld(killed !== 'never');
      if (killed === 'while it is written anew') writeFileSync(`${file}.shrinkable`, 'half of a file');
      const { db: opened, lock, notes } = openFolder(folder);
      db = opened;
      try {
        expect(notes).toEqual([expect.stringContaining('rewritten')]);
        expect(pragma(db, 'auto_vacuum')).toBe(2);
        expect(db.prepare("SELECT value FROM meta WHERE key = 'format'").get()).toEqual({ value: 4 });
        expect(readdirSync(folder).filter((name) => name.includes('shrinkable'))).toEqual([]);
        expect(ask('shop')).toEqual(whole(HOURS * PODS.length));
        writer = new ProfileWriter(db);
        put(profile('shop', 3, 'a', 10));
        expect(ask('shop')).toEqual(whole(HOURS * PODS.length + 10));
        // The hour that was added to is counted, rows of older versions and all.
        db.exec(
          `DELETE FROM raw WHERE seq = (SELECT min(seq) FROM raw WHERE series_id = 1 AND time_us / 3600000000 = ${BASE_HOUR + 3})`,
        );
        expect(ask('shop').warnings).toEqual([expect.stringContaining('1 of 2 profiles')]);
      } finally {
        lock.close();
      }
    },
  );
});
