import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FilesInPlace } from '#server/store/files-in-place.ts';
import { dropBallast, folderBytes, makeBallast, openFolder, whyNoRoom, type OpenFolder } from '#server/store/folder.ts';

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
  expect(() => openFolder(folder)).toThrow('contains other files');
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
  expect(folderBytes(folder).ballast).toBeLessThanOrEqual(64 << 20);
  expect(dropBallast(folder)).toBe(true);
  expect(dropBallast(folder)).toBe(false);
  makeBallast(folder);
  expect(existsSync(join(folder, 'ballast'))).toBe(true);
  expect(whyNoRoom(folder)).toBeUndefined();
});

it('keeps less room where an older version kept more than is wanted', () => {
  open();
  const { size } = statSync(join(folder, 'ballast'));
  writeFileSync(join(folder, 'ballast'), new Uint8Array(80 << 20));
  makeBallast(folder);
  expect(statSync(join(folder, 'ballast')).size).toBeLessThanOrEqual(Math.max(size, 64 << 20));
});

it('opens with something else in the place of the ballast', () => {
  open();
  close();
  rmSync(join(folder, 'ballast'));
  mkdirSync(join(folder, 'ballast'));
  open();
  expect(dropBallast(folder)).toBe(false);
});

it('that is a file, or lies below one, is refused in words', () => {
  writeFileSync(folder, 'mine');
  for (const path of [folder, join(folder, 'data')]) {
    expect(() => openFolder(path)).toThrow('is a file, or lies below one. Choose another with --data.');
  }
});

it('whose files are something else is refused in words', () => {
  mkdirSync(join(folder, 'profiles.db'), { recursive: true });
  expect(() => openFolder(folder)).toThrow(/cannot be opened: .*choose another folder with --data/);
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, 'lock.db'), { recursive: true });
  expect(() => openFolder(folder)).toThrow(/cannot be written: .*Choose another with --data/);
});

it('reports the files in it', () => {
  open();
  writeFileSync(join(folder, 'links.db'), new Uint8Array(10));
  mkdirSync(join(folder, 'snapshots'));
  writeFileSync(join(folder, 'snapshots', 'one'), new Uint8Array(20));
  writeFileSync(join(folder, 'snapshots', 'two'), new Uint8Array(22));
  writeFileSync(join(folder, 'profiles.db.damaged-1'), new Uint8Array(30));
  const { profiles, links, snapshots, markers, setAside } = folderBytes(folder);
  expect({ links, snapshots, markers, setAside }).toEqual({ links: 10, snapshots: 42, markers: 0, setAside: 30 });
  expect(profiles).toBeGreaterThan(0);
});

it('knows when its files were removed or replaced', () => {
  const { file } = open();
  const inPlace = new FilesInPlace([file, `${file}-wal`]);
  expect(inPlace.whyNot()).toBeUndefined();
  const elsewhere = `${folder}-elsewhere`;
  renameSync(folder, elsewhere);
  expect(inPlace.whyNot()).toContain('was removed or replaced while the server was running');
  mkdirSync(folder);
  for (const end of ['', '-wal']) writeFileSync(file + end, readFileSync(join(elsewhere, `profiles.db${end}`)));
  expect(inPlace.whyNot()).toContain('was removed or replaced');
  rmSync(folder, { recursive: true });
  renameSync(elsewhere, folder);
  expect(inPlace.whyNot()).toBeUndefined();
  rmSync(`${file}-wal`);
  expect(inPlace.whyNot()).toContain('profiles.db-wal was removed');
});
