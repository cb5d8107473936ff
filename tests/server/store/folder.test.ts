import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dropBallast, makeBallast, openFolder, whyNoRoom, type OpenFolder } from '#server/store/folder.ts';

let folder: string;
const opened: OpenFolder[] = [];

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'flametide-folder-')), 'data');
});
afterEach(() => {
  for (const { db, lock } of opened.splice(0)) {
    db.close();
    lock.close();
  }
  rmSync(join(folder, '..'), { recursive: true });
});

function open(): OpenFolder {
  const one = openFolder(folder);
  opened.push(one);
  return one;
}

function close(): void {
  for (const { db, lock } of opened.splice(0)) {
    db.close();
    lock.close();
  }
}

it('is made, and opens again', () => {
  expect(open().notes).toEqual([]);
  close();
  expect(open().notes).toEqual([]);
});

it('of an older format is read on, and says so to older versions', () => {
  const format = "SELECT value FROM meta WHERE key = 'format'";
  const { value } = open().db.prepare(format).get() as { value: number };
  opened[0].db.exec("UPDATE meta SET value = 1 WHERE key = 'format'");
  close();
  expect(open().db.prepare(format).get()).toEqual({ value });
});

it('belongs to one process', () => {
  open();
  expect(() => openFolder(folder)).toThrow('in use by another Flametide');
});

it('is not taken when other things lie in it', () => {
  rmSync(folder, { recursive: true, force: true });
  folder = join(folder, '..');
  writeFileSync(join(folder, 'thesis.txt'), 'mine');
  expect(() => openFolder(folder)).toThrow('holds other files');
  expect(readdirSync(folder)).toEqual(['thesis.txt']);
  folder = join(folder, 'data');
});

it('sets a damaged file aside, keeps it, and goes on with a new one', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'profiles.db'), 'not a database, but long enough to be taken for one'.repeat(100));
  const { notes, db } = open();
  expect(notes).toEqual([expect.stringContaining('set aside as')]);
  expect(db.prepare('SELECT count(*) AS n FROM raw').get()).toEqual({ n: 0 });
  expect(readFileSync(join(folder, 'profiles.db.damaged-1'), 'utf8')).toContain('not a database');
});

it('keeps room to be given up', () => {
  open();
  expect(existsSync(join(folder, 'ballast'))).toBe(true);
  expect(dropBallast(folder)).toBe(true);
  expect(dropBallast(folder)).toBe(false);
  makeBallast(folder);
  expect(existsSync(join(folder, 'ballast'))).toBe(true);
  expect(whyNoRoom(folder)).toBeUndefined();
});
