import { mkdtempSync, rmSync } from 'node:fs';
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
  markers = new Markers(folder);
});

afterEach(() => {
  markers.close();
  rmSync(folder, { recursive: true });
});

it.each([
  'time = time + 1024',
  'time = 1 << 60',
  'data = substr(data, 2)',
  "data = replace(data, 'first', 'other')",
  'row_check = row_check + 1',
])('a damaged row is left out, and the answer says so: %s', (damage) => {
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
  const db = new DatabaseSync(join(folder, 'markers.db'));
  db.exec(`INSERT INTO marker(time, data) VALUES (5, '{"time":5,"title":"old"}')`);
  db.close();
  expect(markers.list(0, 10, undefined)).toEqual([{ id: 1, time: 5, title: 'old' }]);
});
