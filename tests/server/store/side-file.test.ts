/** Readable rows of a damaged file of links or markers are copied. */

import { mkdtempSync, openSync, closeSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pragma } from '#server/store/database.ts';
import { SideFile } from '#server/store/side-file.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS thing(id INTEGER PRIMARY KEY, data TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS thing_data ON thing(data)`;
const ROWS = 300;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'side-file-'));
  file = join(folder, 'things.db');
  const side = open();
  const insert = side.db.prepare('INSERT INTO thing VALUES (?, ?, NULL)');
  for (let id = 1; id <= ROWS; id++) insert.run(id, `${id} `.repeat(100));
  side.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  side.close();
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function open(): SideFile {
  return new SideFile(file, SCHEMA, 'thing');
}

/** Overwrites the page at a share of the pages of the table or its index. */
function damage(what: 'thing' | 'thing_data', share: number): void {
  const db = new DatabaseSync(file);
  const size = pragma(db, 'page_size');
  const pages = db.prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path").all(what);
  db.close();
  const { pageno } = pages[Math.floor((pages.length - 1) * share)] as { pageno: number };
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(size, 0xa5), 0, size, (pageno - 1) * size);
  closeSync(handle);
}

function ids(side: SideFile): number[] {
  return (side.db.prepare('SELECT id FROM thing ORDER BY id').all() as { id: number }[]).map(({ id }) => id);
}

it.each([0, 0.5, 1])('a damaged page of the table costs its own rows alone: at %f of them', (share) => {
  damage('thing', share);
  const side = open();
  try {
    const saved = ids(side);
    expect(saved.length).toBeGreaterThan(ROWS * 0.8);
    expect(saved.length).toBeLessThan(ROWS);
    expect(side.note).toContain(`the ${saved.length} rows that can be read`);
    expect(side.isNew).toBe(false);
    expect(side.lost).toContain('The unreadable rows of things.db are missing');
    expect(readdirSync(folder)).toContain('things.db.damaged-1');
    const [{ data }] = side.db.prepare('SELECT data FROM thing WHERE id = ?').all(saved[0]) as { data: string }[];
    expect(data).toBe(`${saved[0]} `.repeat(100));
  } finally {
    side.close();
  }
  const again = open();
  expect(again.note).toBeUndefined();
  again.close();
});

it('a damaged index costs nothing', () => {
  damage('thing_data', 0.5);
  const side = open();
  try {
    expect(ids(side)).toHaveLength(ROWS);
    expect(side.note).toContain('was set aside');
  } finally {
    side.close();
  }
});
