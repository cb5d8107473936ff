/** The steps of upkeep: the changes of each, and commits in between. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { finish, type Steps } from '#base/steps.ts';
import { CommitTurn } from '#server/store/commit-turn.ts';
import { openForReading, openForUpkeep, openForWriting, type Database } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { dropService, sweepRetired } from '#server/store/removal.ts';
import { MAX_ROWS_A_STEP } from '#server/store/remove-rows.ts';
import { MAX_ROWS_A_BLOCK } from '#server/store/hour-packer.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { incoming, madeLabels, type MadeProfile } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BASE_MS = 20_000 * DAY_MS;
const KEEP_ALL = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };
/** Rows beside the blobs that a step may write: `meta`, the block itself. */
const EXTRA_ROWS = 3;

let folder: string;
let db: Database;
let keeper: Database;
let readerDb: Database;
let writer: ProfileWriter;
let store: ProfileStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steps-'));
  const file = join(folder, 'profiles.db');
  db = openForWriting(file);
  // A commit that meets a lock fails at once.
  db.exec('PRAGMA synchronous = OFF; PRAGMA busy_timeout = 0');
  keeper = openForUpkeep(file);
  keeper.exec('PRAGMA synchronous = OFF');
  readerDb = openForReading(file);
  writer = new ProfileWriter(db, 100_000);
  store = new ProfileStore(readerDb);
});

afterEach(() => {
  for (const one of [readerDb, keeper, db]) one.close();
  rmSync(folder, { recursive: true });
});

function at(ms: number, pod: string, service = 'shop', stack = 'main'): MadeProfile {
  return {
    labels: madeLabels(service, CPU, { pod }),
    service,
    profileType: CPU,
    timeUs: (BASE_MS + ms) * 1000,
    period: 0,
    stacks: [{ frames: [`${stack}:1`], value: 1 }],
  };
}

function put(profiles: readonly MadeProfile[]): void {
  for (const profile of profiles) writer.add(incoming(profile), BASE_MS);
  writer.flush();
}

function total(service: string, startMs = BASE_MS, endMs = BASE_MS + 3 * DAY_MS): number {
  const matchers = [{ name: 'service_name', operator: '=' as const, value: service }];
  const tree = store.merge({ profileType: CPU, matchers, callSite: [], startMs, endMs }, 'names', () => undefined);
  expect(tree.warnings).toEqual([]);
  return tree.total[0];
}

/** Runs all steps. @param between runs where commits go. @returns the most rows that one step changed */
function run<T>(steps: Steps<T>, between: () => void = () => undefined): number {
  const changes = keeper.prepare('SELECT total_changes() AS n');
  const count = (): number => (changes.get() as { n: number }).n;
  let most = 0;
  for (let before = count(), isDone = false; !isDone; before = count()) {
    isDone = steps.next().done === true;
    expect(keeper.isTransaction).toBe(false);
    most = Math.max(most, count() - before);
    between();
  }
  return most;
}

function manySeries(count: number, ms: number): MadeProfile[] {
  return Array.from({ length: count }, (_, i) => at(ms, `pod-${i}`));
}

it('changes few rows in a step, however many series there are', () => {
  put(manySeries(1500, 0));
  expect(run(upkeep(keeper, KEEP_ALL, BASE_MS + 2 * HOUR_MS))).toBeLessThanOrEqual(MAX_ROWS_A_STEP + EXTRA_ROWS);
  put([at(DAY_MS, 'new', 'cart')]);
  // Retention: all of them go.
  const limits = { retentionMs: 30 * 60_000, maxBytes: Infinity, spans: KEEP_SPANS };
  put([at(1.5 * HOUR_MS, 'later')]);
  expect(run(upkeep(keeper, { ...limits, retentionMs: 23 * HOUR_MS }, BASE_MS + DAY_MS))).toBeLessThanOrEqual(
    MAX_ROWS_A_STEP + EXTRA_ROWS,
  );
  expect(db.prepare('SELECT count(*) AS n FROM series').get()).toEqual({ n: 2 });
  expect(total('shop')).toBe(1);
});

it('changes few rows in a step, however many rows an hour of a series has', () => {
  put(Array.from({ length: 2 * MAX_ROWS_A_BLOCK + 5 }, (_, i) => at(i, 'one')));
  expect(run(upkeep(keeper, KEEP_ALL, BASE_MS + 2 * HOUR_MS))).toBeLessThanOrEqual(MAX_ROWS_A_BLOCK + EXTRA_ROWS);
  expect(db.prepare('SELECT count(*) AS n FROM hour').get()).toEqual({ n: 3 });
  expect(total('shop')).toBe(2 * MAX_ROWS_A_BLOCK + 5);
});

it('changes few rows in a step, however many deltas a dictionary has', () => {
  for (let i = 0; i < 1100; i++) put([at(i, 'one', 'shop', `f${i}`)]);
  expect(run(upkeep(keeper, KEEP_ALL, BASE_MS))).toBeLessThanOrEqual(512 + EXTRA_ROWS);
  expect((db.prepare('SELECT count(*) AS n FROM dict').get() as { n: number }).n).toBeLessThan(10);
  expect(total('shop')).toBe(1100);
});

it('changes few rows in a step, however many uploads are forgotten', () => {
  const insert = db.prepare('INSERT INTO upload VALUES (?, ?)');
  db.exec('BEGIN');
  for (let i = 0; i < 12_000; i++) insert.run(`key ${i}`, BASE_MS + (i % 2) * HOUR_MS);
  db.exec('COMMIT');
  expect(run(upkeep(keeper, KEEP_ALL, BASE_MS + 1.5 * HOUR_MS))).toBeLessThanOrEqual(MAX_ROWS_A_STEP);
  expect(db.prepare('SELECT count(*) AS n FROM upload').get()).toEqual({ n: 6000 });
});

it('deletes few bytes in a step', () => {
  put([at(0, 'one')]);
  const insert = db.prepare(
    'INSERT INTO raw(series_id, time_us, part_id, period, total, data) VALUES (1, ?, 1, 0, 1, ?)',
  );
  for (let i = 0; i < 150; i++) insert.run(BASE_MS * 1000, new Uint8Array(100_000));
  const pages = (): number =>
    (keeper.prepare('PRAGMA freelist_count').get() as { freelist_count: number }).freelist_count;
  let free = pages();
  let most = 0;
  finish(dropService(keeper, 'shop'));
  run(sweepRetired(keeper), () => {
    most = Math.max(most, pages() - free);
    free = pages();
  });
  expect(most * 8192).toBeLessThan(4 << 20);
  expect(free * 8192).toBeGreaterThan(2 << 20);
});

it('lets commits in between any two steps, and loses none', () => {
  put(manySeries(300, 0));
  let stored = 0;
  const limits = { retentionMs: DAY_MS, maxBytes: Infinity, spans: KEEP_SPANS };
  const between = (): void => {
    // Old and new, of series that go meanwhile and of new ones.
    put([
      at(20 * HOUR_MS + stored, `pod-${stored % 300}`),
      at(DAY_MS + 10 * HOUR_MS + stored, `pod-${(stored * 7) % 400}`),
    ]);
    stored++;
  };
  for (let round = 0; round < 3; round++) run(upkeep(keeper, limits, BASE_MS + DAY_MS + 11 * HOUR_MS), between);
  expect(stored).toBeGreaterThan(20);
  expect(total('shop', BASE_MS + 12 * HOUR_MS)).toBe(2 * stored);
});

it('a service that is dropped is gone, and one of its name begins anew, whatever comes in between', () => {
  put(manySeries(500, 0));
  put([at(0, 'one', 'cart')]);
  finish(upkeep(keeper, KEEP_ALL, BASE_MS + 2 * HOUR_MS));
  put(manySeries(500, 2 * HOUR_MS));
  let after = 0;
  let isFirst = true;
  const between = (): void => {
    // The first step only looks whether there is one.
    if (!isFirst) put([at(2 * HOUR_MS + ++after, `pod-${after % 500}`, 'shop', 'again')]);
    isFirst = false;
    expect(total('cart')).toBe(1);
  };
  expect(run(dropService(keeper, 'shop'), between)).toBeLessThanOrEqual(MAX_ROWS_A_STEP + EXTRA_ROWS);
  expect(total('shop')).toBe(after);
  expect(run(sweepRetired(keeper), between)).toBeLessThanOrEqual(MAX_ROWS_A_STEP + EXTRA_ROWS);
  expect(total('shop')).toBe(after);
  expect(total('cart')).toBe(1);
  expect(db.prepare("SELECT count(*) AS n FROM service WHERE typeof(name) <> 'text'").get()).toEqual({ n: 0 });
  expect(db.prepare('SELECT count(*) AS n FROM part').get()).toEqual({ n: 2 });
  expect(db.prepare('SELECT count(*) AS n FROM dict WHERE part_id NOT IN (SELECT id FROM part)').get()).toEqual({
    n: 0,
  });
  expect(db.prepare('SELECT count(*) AS n FROM raw WHERE series_id NOT IN (SELECT id FROM series)').get()).toEqual({
    n: 0,
  });
  expect(finish(dropService(keeper, 'nobody'))).toBe(false);
});

it('a drop that a kill has cut short goes on in the next round', () => {
  put(manySeries(500, 0));
  put([at(0, 'one', 'cart')]);
  const steps = dropService(keeper, 'shop');
  for (let i = 0; i < 3; i++) steps.next();
  // As after a start.
  writer = new ProfileWriter(db, 100_000);
  put([at(1, 'pod-450')]);
  finish(upkeep(keeper, KEEP_ALL, BASE_MS));
  expect(total('shop')).toBe(1);
  expect(total('cart')).toBe(1);
  expect(db.prepare('SELECT count(*) AS n FROM series').get()).toEqual({ n: 2 });
});

it('readers forget what they know by number once it may be given again', () => {
  put([at(0, 'old', 'shop', 'before')]);
  expect(total('shop')).toBe(1);
  const removals = (): number =>
    (db.prepare("SELECT value FROM meta WHERE key = 'removals'").get() as { value: number }).value;
  const before = removals();
  finish(dropService(keeper, 'shop'));
  finish(sweepRetired(keeper));
  expect(removals()).toBeGreaterThan(before);
  finish(sweepRetired(keeper));
  const once = removals();
  expect(once).toBe(before + 1);
  writer = new ProfileWriter(db, 100_000);
  expect(removals()).toBe(once + 1);
  put([at(0, 'new', 'shop', 'after')]);
  const tree = store.merge(
    { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 1 },
    'names',
    () => undefined,
  );
  expect(tree.functions.names).toEqual(['after']);
});

it('a turn says while a commit waits or runs, also of one that fails', () => {
  const turn = new CommitTurn();
  expect(turn.isCommitting).toBe(false);
  expect(turn.commit(() => turn.isCommitting)).toBe(true);
  expect(() =>
    turn.commit(() => {
      throw new Error('full');
    }),
  ).toThrow('full');
  expect(turn.isCommitting).toBe(false);
  turn.stepAside(); // returns
});

it('a commit takes its turn from the first try for the lock on', () => {
  const turn = new CommitTurn();
  const seen: boolean[] = [];
  const watched = new Proxy(db, {
    get(target, key) {
      const value = Reflect.get(target, key) as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (key === 'exec' && /BEGIN|COMMIT/.test(String(args[0]))) seen.push(turn.isCommitting);
        return (value as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  writer = new ProfileWriter(watched, 100, turn);
  put([at(0, 'one')]);
  expect(seen).toEqual([true, true, true, true]);
});
