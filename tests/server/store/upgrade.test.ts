/** A folder of format 2 of the store, whose checksums cover blobs alone: read as it was, and added to. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { openForReading, openForWriting, type Database } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { incoming, madeLabels, type MadeProfile } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HOUR_MS = 3_600_000;
const BASE_MS = 500_000 * HOUR_MS;
const KEEP_ALL = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };
const noStop = (): void => undefined;

let folder: string;
let file: string;
let db: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upgrade-'));
  file = join(folder, 'profiles.db');
  db = openForWriting(file);
  db.exec('PRAGMA synchronous = OFF');
  put(0, 5, 70, 75);
  finish(upkeep(db, KEEP_ALL, BASE_MS + 1.2 * HOUR_MS));
  makeOld();
  db = openForWriting(file);
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

it('is read, packed and added to as before, and nothing is said to be missing', () => {
  expect(answers()).toEqual({ total: 4 * 1001, points: 4, warnings: [] });
  put(10, 80);
  expect(answers()).toEqual({ total: 6 * 1001, points: 6, warnings: [] });
  finish(upkeep(db, KEEP_ALL, BASE_MS + 3 * HOUR_MS));
  expect(db.prepare('SELECT count(*) AS n FROM raw').get()).toEqual({ n: 0 });
  expect(answers()).toEqual({ total: 6 * 1001, points: 6, warnings: [] });
  // From here on a row that vanishes is detected.
  db.exec('DELETE FROM hour WHERE id = (SELECT max(id) FROM hour)');
  expect(answers().warnings).toEqual([expect.stringContaining('are missing')]);
});

it('a period that no double holds stops neither answers nor upkeep', () => {
  db.exec('UPDATE raw SET period = 9007199254740993 WHERE seq = (SELECT min(seq) FROM raw)');
  expect(answers()).toEqual({ total: 4 * 1001, points: 4, warnings: [] });
  const { packed, damage } = finish(upkeep(db, KEEP_ALL, BASE_MS + 3 * HOUR_MS));
  expect({ packed, damage }).toEqual({ packed: 1, damage: [] });
  expect(answers()).toEqual({ total: 4 * 1001, points: 4, warnings: [] });
});

it.each([
  "period = 'text'",
  'total = 9007199254740993',
  "data = 'text'",
  'part_id = 77',
  "data = x'0102'",
  'part_id = 1 << 60',
])('a row with %s is left out and reported, and the others are packed', (damage) => {
  db.exec(`UPDATE raw SET ${damage} WHERE seq = (SELECT min(seq) FROM raw)`);
  put(80);
  const { total, warnings } = answers();
  if (total !== 5 * 1001) expect(warnings).not.toEqual([]);
  expect(total).toBeGreaterThanOrEqual(4 * 1001);
  expect(finish(upkeep(db, KEEP_ALL, BASE_MS + 3 * HOUR_MS)).packed).toBeGreaterThan(0);
  const after = answers();
  if (after.total !== 5 * 1001) expect(after.warnings).not.toEqual([]);
  expect(after.total).toBeGreaterThanOrEqual(4 * 1001);
});

it('a series with labels that are not JSON is left out and reported', () => {
  put(80);
  db.exec("INSERT INTO series VALUES (99, 1, 'x', '[[', 500000, 500001, NULL, NULL)");
  db.exec("UPDATE meta SET value = value + 1 WHERE key = 'series_changes'");
  const { total, warnings } = answers();
  expect(total).toBe(5 * 1001);
  expect(warnings).toEqual([expect.stringContaining('Series 99 was left out')]);
});

function put(...minutes: readonly number[]): void {
  const writer = new ProfileWriter(db);
  for (const minute of minutes) writer.add(incoming(profile(minute)), BASE_MS);
  writer.flush();
}

function profile(minute: number): MadeProfile {
  return {
    labels: madeLabels('shop', CPU, {}),
    service: 'shop',
    profileType: CPU,
    timeUs: (BASE_MS + minute * 60_000) * 1000,
    period: 10_000_000,
    stacks: [
      { frames: ['main:1', 'work:2'], value: 1000 },
      { frames: ['main:1'], value: 1 },
    ],
  };
}

function answers(): { total: number; points: number; warnings: string[] } {
  const readerDb = openForReading(file);
  try {
    const store = new ProfileStore(readerDb);
    const asked = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 2 * HOUR_MS };
    const total = store.merge(asked, 'names', noStop).total[0];
    const series = store.timeSeries(asked, [], 60_000, noStop);
    const points = series.reduce((count, { timesMs }) => count + timesMs.length, 0);
    return { total, points, warnings: store.takeDamage().map(({ text }) => text) };
  } finally {
    readerDb.close();
  }
}

/** What format 3 has added is taken away. */
function makeOld(): void {
  for (const [table, id, columns] of [
    ['raw', 'seq', ['data']],
    ['dict', 'id', ['data']],
    ['hour', 'id', ['points', 'sums', 'sample_index', 'sample_values']],
  ] as const) {
    for (const column of columns) {
      const rows = db.prepare(`SELECT ${id} AS id, ${column} AS blob FROM ${table}`).all();
      for (const { id: row, blob } of rows as { id: number; blob: Uint8Array }[]) {
        blob[4] &= 1;
        new DataView(blob.buffer, blob.byteOffset).setUint32(0, crc32(blob.subarray(4)), true);
        db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${id} = ?`).run(blob, row);
      }
    }
  }
  db.exec('ALTER TABLE series DROP COLUMN sample_labels');
  for (const table of ['raw', 'series', 'part']) db.exec(`ALTER TABLE ${table} DROP COLUMN row_check`);
  db.exec(
    "DROP TABLE ledger; UPDATE meta SET value = 2 WHERE key = 'format'; DELETE FROM meta WHERE key = 'series_changes'",
  );
  db.close();
}
