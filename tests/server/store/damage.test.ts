/** One flipped bit, anywhere: every answer is right, or says that it left something out. */

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { openForReading, openForWriting, type Database } from '#server/store/database.ts';
import { warningsOf } from '#server/store/damage.ts';
import type { ProfileSelector } from '#server/store/profile-reader.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { dropService, sweepRetired } from '#server/store/removal.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { incoming, madeLabels, type MadeProfile } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HEAP = 'memory:inuse_space:bytes:space:bytes';
const HOUR_MS = 3_600_000;
const BASE_MS = 500_000 * HOUR_MS;
const HOURS = 4;
/** Far more than a file as small as these needs. */
const MAX_STEPS = 3000;
const KEEP_ALL = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };
const noStop = (): void => undefined;

let folder: string;
let whole: string;
let right: Answers;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'damage-'));
  whole = join(folder, 'whole.db');
  const db = openForWriting(whole);
  fill(db);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  right = ask(whole).answers;
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Three hours in blocks and one in rows, of two services and types. */
function fill(db: Database): void {
  db.exec('PRAGMA synchronous = OFF');
  const writer = new ProfileWriter(db);
  for (let i = 0; i < HOURS * 12; i++) {
    for (const service of ['shop', 'cart']) writer.add(incoming(profile(service, i)), BASE_MS);
    writer.flush();
  }
  finish(upkeep(db, KEEP_ALL, BASE_MS + (HOURS - 1) * HOUR_MS + 10 * 60_000));
  expect(db.prepare('SELECT count(*) AS n FROM raw').get()).toEqual({ n: 24 });
  expect(db.prepare('SELECT count(*) AS n FROM hour').get()).toEqual({ n: 12 });
}

function profile(service: string, i: number): MadeProfile {
  const profileType = i % 3 === 0 ? HEAP : CPU;
  return {
    labels: madeLabels(service, profileType, {}),
    service,
    profileType,
    timeUs: (BASE_MS + i * 5 * 60_000) * 1000 + 17,
    period: 10_000_000,
    stacks: [
      { frames: ['main:1', `step${i % 5}:2`], value: 10 + i },
      { frames: ['main:1', 'idle:9'], value: 1000 },
    ],
  };
}

type Answers = Readonly<Record<string, unknown>>;

const selector = (profileType: string, from = 0, until = HOURS): ProfileSelector => ({
  profileType,
  matchers: [{ name: 'service_name', operator: '=', value: 'shop' }],
  callSite: [],
  startMs: BASE_MS + from * HOUR_MS,
  endMs: BASE_MS + until * HOUR_MS,
});

/** Every kind of answer, each with what it warns of. */
function ask(file: string): { answers: Answers; warned: ReadonlySet<string>; warnings: readonly string[] } {
  const db = openForReading(file);
  try {
    const store = new ProfileStore(db);
    const answers: Record<string, unknown> = {};
    const warned = new Set<string>();
    const warnings: string[] = [];
    const note = (name: string, answer: () => unknown): void => {
      answers[name] = answer();
      const damage = store.takeDamage();
      if (damage.length > 0) warned.add(name);
      warnings.push(...warningsOf(damage));
    };
    for (const type of [CPU, HEAP]) {
      const all = selector(type);
      const part = selector(type, 0.4, 3.6);
      note(`merge ${type}`, () => store.merge(all, 'names', noStop).total[0]);
      note(`largest ${type}`, () => store.merge(all, 'names', noStop, 3).total[0]);
      note(`pprof ${type}`, () => sum(store.merge(all, 'lines', noStop).self));
      note(`part ${type}`, () => store.merge(part, 'names', noStop).total[0]);
      note(`path ${type}`, () => store.merge({ ...all, callSite: ['main', 'idle'] }, 'names', noStop).total[0]);
      note(`slices ${type}`, () => Array.from(store.slices(part, 7, noStop).value));
      note(`series ${type}`, () => seriesOf(store, all));
      note(`minute ${type}`, () => seriesOf(store, selector(type, HOURS - 0.5, HOURS)));
      note(`path over time ${type}`, () => seriesOf(store, { ...all, callSite: ['main'] }));
    }
    note('labels', () => store.series({ ...selector(CPU), matchers: [] }));
    note('types', () => store.profileTypes(selector(CPU)));
    note('extent', () => store.extent());
    return { answers, warned, warnings };
  } finally {
    db.close();
  }
}

function seriesOf(store: ProfileStore, asked: ProfileSelector): unknown {
  return store
    .timeSeries(asked, ['service_name'], 60_000, noStop, true)
    .map(({ labels, timesMs, sums, exemplars }) => [labels, Array.from(timesMs), Array.from(sums), exemplars]);
}

function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}

/** What is wrong and not said. */
function silent(file: string, wanted = right): string[] {
  const { answers, warned } = ask(file);
  return Object.keys(wanted).filter(
    (name) => !warned.has(name) && JSON.stringify(answers[name]) !== JSON.stringify(wanted[name]),
  );
}

it('warns of nothing while all is whole', () => {
  expect(ask(whole).warnings).toEqual([]);
});

it.each(['service', 'series', 'part', 'dict', 'raw', 'hour', 'ledger', 'meta'])(
  'one flipped bit in a column of %s is harmless or reported',
  (table) => {
    const random = seeded(table.length);
    const file = join(folder, `${table}.db`);
    copyFileSync(whole, file);
    const db = openForWriting(file);
    db.exec('PRAGMA synchronous = OFF');
    const columns = (db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all() as { name: string }[]).map(
      ({ name }) => name,
    );
    let flips = 0;
    for (const column of columns) {
      for (let round = 0; round < 12; round++) {
        const before = db.prepare(`SELECT * FROM ${table}`).all() as Record<string, Value>[];
        const row = before[random() % before.length];
        const flipped = flip(row[column], random);
        if (flipped === undefined || (table === 'meta' && row['key'] === 'format')) continue;
        const where = columns.map((name) => `${name} IS ?`).join(' AND ');
        const values = columns.map((name) => row[name]);
        try {
          db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(flipped, ...values);
        } catch {
          continue; // another row has this value: SQLite does not let it in by this way
        }
        flips++;
        expect({ column, was: row[column], is: flipped, silent: silent(file) }).toMatchObject({ silent: [] });
        const now = columns.map((name) => (name === column ? flipped : row[name]));
        db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(row[column], ...now);
      }
    }
    expect(flips).toBeGreaterThan(columns.length * 4);
    expect(silent(file)).toEqual([]);
    db.close();
  },
);

it('one flipped bit in the file is harmless or reported', () => {
  const random = seeded(7);
  const bytes = readFileSync(whole);
  const file = join(folder, 'flipped.db');
  let read = 0;
  for (let round = 0; round < 600; round++) {
    const flipped = Uint8Array.from(bytes);
    // Beyond the head and the schema: with these the file cannot be opened, and is set aside.
    const at = 8192 + (random() % (bytes.length - 8192));
    flipped[at] ^= 1 << (random() % 8);
    writeFileSync(file, flipped);
    expect({ at, page: Math.floor(at / 8192), silent: silent(file) }).toMatchObject({ silent: [] });
    read++;
  }
  expect(read).toBe(600);
});

it('a server that goes on with a damaged file loses nothing else', () => {
  const random = seeded(3);
  const bytes = readFileSync(whole);
  const later = { ...profile('shop', 1), timeUs: (BASE_MS + HOURS * HOUR_MS) * 1000 - 1 };
  const next = join(folder, 'next.db');
  copyFileSync(whole, next);
  goOn(next, later);
  const wanted = ask(next).answers;
  let kept = 0;
  for (let round = 0; round < 150; round++) {
    const flipped = Uint8Array.from(bytes);
    const at = 8192 + (random() % (bytes.length - 8192));
    flipped[at] ^= 1 << (random() % 8);
    const file = join(folder, `${round}.db`);
    writeFileSync(file, flipped);
    try {
      goOn(file, later);
    } catch (error) {
      // What cannot be written is refused to its sender.
      expect(error).toHaveProperty('message', expect.stringMatching(/malformed|constraint/));
      continue;
    }
    expect({ at, page: Math.floor(at / 8192), silent: silent(file, wanted) }).toMatchObject({ silent: [] });
    kept++;
  }
  expect(kept).toBeGreaterThan(120);
});

it('upkeep and removal come to an end in a damaged file', () => {
  const random = seeded(23);
  const bytes = readFileSync(whole);
  const nowMs = BASE_MS + (HOURS + 1) * HOUR_MS;
  for (let round = 0; round < 150; round++) {
    const flipped = Uint8Array.from(bytes);
    // In the page of the ledger, where rows cannot go before their entry; then anywhere.
    const at = round < 8 ? 17 * 8192 + 7728 : 8192 + (random() % (bytes.length - 8192));
    flipped[at] ^= 1 << (round < 8 ? round : random() % 8);
    const file = join(folder, `${round}-ends.db`);
    writeFileSync(file, flipped);
    let steps = 0;
    const db = openForWriting(file);
    try {
      db.exec('PRAGMA synchronous = OFF');
      for (const task of [
        () => upkeep(db, { retentionMs: 2 * HOUR_MS, maxBytes: Infinity, spans: KEEP_SPANS }, nowMs),
        () => upkeep(db, { retentionMs: 2 * HOUR_MS, maxBytes: 1, spans: KEEP_SPANS }, nowMs),
        () => dropService(db, 'shop'),
        () => sweepRetired(db),
      ])
        for (const running = task(); steps < MAX_STEPS && running.next().done !== true;) steps++;
    } catch (error) {
      expect(error).toHaveProperty('message', expect.stringMatching(/malformed|constraint/));
    } finally {
      db.close();
    }
    expect({ at, page: Math.floor(at / 8192), isAtEnd: steps < MAX_STEPS }).toMatchObject({ isAtEnd: true });
  }
});

/** As a start, an upload and a round of upkeep. */
function goOn(file: string, later: MadeProfile): void {
  const db = openForWriting(file);
  try {
    db.exec('PRAGMA synchronous = OFF');
    const writer = new ProfileWriter(db);
    writer.add(incoming(later), BASE_MS);
    writer.flush();
    finish(upkeep(db, KEEP_ALL, BASE_MS + (HOURS + 1) * HOUR_MS));
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

it('damage of one series does not affect another', () => {
  const file = join(folder, 'other.db');
  copyFileSync(whole, file);
  const db = openForWriting(file);
  const { id } = db.prepare("SELECT id FROM series WHERE labels LIKE '%cart%' LIMIT 1").get() as { id: number };
  db.prepare('UPDATE hour SET total = total + 1, profiles = profiles + 1 WHERE series_id = ?').run(id);
  db.prepare("UPDATE raw SET data = x'00' WHERE series_id = ?").run(id);
  db.close();
  const { answers, warnings } = ask(file);
  expect(answers).toEqual(right);
  // Times of profiles are asked for of all services at once.
  expect(warnings.filter((text) => !text.includes(`series ${id} `))).toEqual([]);
});

it('each damaged row is one sentence, however many answers meet it', () => {
  const file = join(folder, 'once.db');
  copyFileSync(whole, file);
  const db = openForWriting(file);
  db.exec('UPDATE raw SET period = 9007199254740995 WHERE seq = (SELECT max(seq) FROM raw)');
  db.exec("UPDATE series SET labels = '[broken' WHERE labels LIKE '%shop%' AND type LIKE 'memory%'");
  db.close();
  expect(new Set(ask(file).warnings).size).toBeLessThanOrEqual(2);
});

it('an entry of an index under another series is missed, wherever the scan of an answer begins', () => {
  const bytes = readFileSync(whole);
  const db = openForReading(whole);
  const [{ pageno }] = db.prepare("SELECT pageno FROM dbstat WHERE name = 'raw_time'").all() as { pageno: number }[];
  const entries = db.prepare('SELECT DISTINCT time_us FROM raw').all() as { time_us: number }[];
  db.close();
  const page = bytes.subarray((pageno - 1) * 8192, pageno * 8192);
  const file = join(folder, 'index.db');
  let flips = 0;
  for (const { time_us } of entries) {
    const time = Buffer.alloc(8);
    time.writeBigInt64BE(BigInt(time_us));
    for (let at = page.indexOf(time); at >= 0; at = page.indexOf(time, at + 1)) {
      // The number of the series stands before the time; 1 needs no byte.
      if (page[at - 1] < 2 || page[at - 1] > 4) continue;
      for (const bit of [0, 1, 6]) {
        page[at - 1] ^= 1 << bit;
        writeFileSync(file, bytes);
        expect({ time_us, bit, silent: silent(file) }).toMatchObject({ silent: [] });
        page[at - 1] ^= 1 << bit;
        flips++;
      }
    }
  }
  expect(flips).toBeGreaterThan(30);
});

type Value = number | bigint | string | Uint8Array | null;

/** The value with one other bit; undefined for NULL. */
function flip(value: Value, random: () => number): Value | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? flipInteger(value, random) : value * 2;
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    bytes[random() % bytes.length] ^= 1 << (random() % 7);
    return bytes.toString();
  }
  if (value instanceof Uint8Array) {
    const bytes = Uint8Array.from(value);
    bytes[random() % bytes.length] ^= 1 << (random() % 8);
    return bytes;
  }
  return undefined;
}

function flipInteger(value: number, random: () => number): bigint {
  return BigInt(value) ^ (1n << BigInt(random() % 62));
}

/** Whole numbers, the same ones every time. */
function seeded(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}
