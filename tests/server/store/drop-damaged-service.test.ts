/** A service is dropped with all its data, also from before its row was damaged. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { openForReading, openForWriting, type Database } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { dropService, sweepRetired } from '#server/store/removal.ts';
import { incoming, madeLabels } from '../../support/made-profiles.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const BASE_MS = 480_000 * 3_600_000;

let folder: string;
let db: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drop-'));
  db = openForWriting(join(folder, 'profiles.db'));
  db.exec('PRAGMA synchronous = OFF');
  put('shop', 'a', 'b');
  put('cart', 'a');
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

it.each([
  ['is gone', "DELETE FROM service WHERE name = 'shop'"],
  ['has another name', "UPDATE service SET name = 'shoq' WHERE name = 'shop'"],
  ['has a name that is no text', "UPDATE service SET name = x'73686f70' WHERE name = 'shop'"],
])('its row %s', (_, damage) => {
  db.exec(damage);
  put('shop', 'c');
  expect(labelSets()).toEqual(['cart a', 'shop a', 'shop b', 'shop c']);
  expect(finish(dropService(db, 'shop'))).toBe(true);
  expect(labelSets()).toEqual(['cart a']);
  finish(sweepRetired(db));
  for (const table of ['series', 'part', 'service', 'raw', 'ledger']) expect([table, count(table)]).toEqual([table, 1]);
  expect(finish(dropService(db, 'shop'))).toBe(false);
});

it('nothing was uploaded since its row was lost', () => {
  db.exec("DELETE FROM service WHERE name = 'shop'");
  expect(finish(dropService(db, 'shop'))).toBe(true);
  expect(labelSets()).toEqual(['cart a']);
});

it('a damaged series that claims to be of the service takes no other service with it', () => {
  db.exec(
    "UPDATE series SET labels = replace(replace(labels, 'cart', 'shop'), '\"a\"', '\"z\"') WHERE labels LIKE '%cart%'",
  );
  finish(dropService(db, 'shop'));
  expect(count("service WHERE name = 'cart'")).toBe(1);
  expect(count('series WHERE service_id = (SELECT id FROM service)')).toBe(1);
});

it('a value that spells the label of another service does not select it', () => {
  put('mail', '["service_name","shop"]');
  finish(dropService(db, 'shop'));
  expect(labelSets()).toEqual(['cart a', 'mail ["service_name","shop"]']);
});

function put(service: string, ...pods: readonly string[]): void {
  const writer = new ProfileWriter(db);
  for (const pod of pods) {
    const labels = madeLabels(service, CPU, { pod });
    const stacks = [{ frames: ['main:1'], value: 1 }];
    writer.add(incoming({ labels, service, profileType: CPU, timeUs: BASE_MS * 1000, period: 0, stacks }), BASE_MS);
  }
  writer.flush();
}

function labelSets(): string[] {
  const reader = openForReading(join(folder, 'profiles.db'));
  try {
    const range = { startMs: BASE_MS - 1, endMs: BASE_MS + 1 };
    return new ProfileStore(reader)
      .series({ matchers: [], ...range })
      .map((labels) => ['service_name', 'pod'].map((name) => labels.find((one) => one.name === name)?.value).join(' '))
      .sort();
  } finally {
    reader.close();
  }
}

function count(what: string): number {
  return (db.prepare(`SELECT count(*) AS n FROM ${what}`).get() as { n: number }).n;
}
