import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Markers } from '#server/markers.ts';
import { readWarnings } from '#wire/warnings.ts';

let folder: string;
let markers: Markers;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-markers-'));
});

afterEach(() => {
  markers.close();
  rmSync(folder, { recursive: true });
});

function add(): number {
  const body = new TextEncoder().encode(JSON.stringify({ time: 1000, title: 'v2' }));
  return markers.answer('POST', '/api/markers', '', body).status;
}

function list(): number {
  return markers.answer('GET', '/api/markers', '', new Uint8Array()).status;
}

it('that are damaged are set aside, and new ones are begun', () => {
  writeFileSync(join(folder, 'markers.db'), 'no database, but long enough to be taken for one'.repeat(100));
  markers = new Markers(folder);
  expect(markers.notes).toEqual([expect.stringContaining('was set aside as')]);
  expect(readdirSync(folder)).toContain('markers.db.damaged-1');
  expect(add()).toBe(201);
  const warned = (): string =>
    markers.answer('GET', '/api/markers', '', new Uint8Array()).headers['flametide-warnings'];
  expect(warned()).toContain('set aside as markers.db.damaged-1');
  markers.close();
  markers = new Markers(folder);
  expect(warned()).toContain('markers.db.damaged-1');
  markers.close();
  renameSync(join(folder, 'markers.db.damaged-1'), join(folder, 'elsewhere'));
  markers = new Markers(folder);
  expect(warned()).toBeUndefined();
});

it('that cannot be opened answer with a sentence', () => {
  mkdirSync(join(folder, 'markers.db'));
  markers = new Markers(folder);
  expect(markers.notes).toEqual([expect.stringContaining('markers.db in the data folder cannot be used')]);
  expect([add(), list()]).toEqual([503, 503]);
});

it('of a folder that was removed or replaced meanwhile are not made', () => {
  markers = new Markers(folder);
  expect(add()).toBe(201);
  const elsewhere = `${folder}-elsewhere`;
  renameSync(folder, elsewhere);
  expect(add()).toBe(503);
  mkdirSync(folder);
  writeFileSync(join(folder, 'markers.db'), '');
  expect(add()).toBe(503);
  rmSync(folder, { recursive: true });
  renameSync(elsewhere, folder);
  expect([add(), list()]).toEqual([201, 200]);
});

it.each([
  'time = time + 1024',
  'time = 1 << 60',
  'data = substr(data, 2)',
  "data = replace(data, 'first', 'other')",
  'row_check = row_check + 1',
])('a damaged row is left out, and the answer says so: %s', (damage) => {
  markers = new Markers(folder);
  markers.add({ time: 1000, title: 'first' });
  markers.add({ time: 2000, title: 'second' });
  const db = new DatabaseSync(join(folder, 'markers.db'));
  db.exec(`UPDATE marker SET ${damage} WHERE id = 1`);
  db.close();
  const { status, headers, body } = markers.answer('GET', '/api/markers', '', new Uint8Array());
  expect(status).toBe(200);
  expect(JSON.parse(new TextDecoder().decode(body))).toEqual({ markers: [{ id: 2, time: 2000, title: 'second' }] });
  if (damage !== 'time = 1 << 60')
    expect(readWarnings(headers['flametide-warnings'])).toEqual(['Marker 1 is damaged and was left out.']);
});

it('markers of older versions have no check, and are listed', () => {
  markers = new Markers(folder);
  const db = new DatabaseSync(join(folder, 'markers.db'));
  db.exec(`INSERT INTO marker(time, data) VALUES (5, '{"time":5,"title":"old"}')`);
  db.close();
  expect(markers.list(0, 10, undefined)).toEqual([{ id: 1, time: 5, title: 'old' }]);
});
