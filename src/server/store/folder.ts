/** The data folder: its lock, its files and its free space. */

import {
  accessSync,
  closeSync,
  constants as access,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { LostData } from './damage.ts';
import { openForWriting, UnusableStore, type Database } from './database.ts';
import { makeShrinkable } from './shrinkable.ts';

const PROFILES = 'profiles.db';
const LOCK = 'lock.db';
const BALLAST = 'ballast';
/**
 * Removing profiles needs space too, as a transaction first grows the log. The ballast file has this size, at most this
 * share of the free space; it is deleted when the disk is full.
 */
const MAX_BALLAST_BYTES = 64 << 20;
const BALLAST_SHARE = 1 / 16;
const BALLAST_STEP = 1 << 20;
/** Writes stop when less than this, or this share of the disk, is free: whichever is less. */
const MIN_FREE_BYTES = 16 << 20;
const MIN_FREE_SHARE = 0.05;
const SQLITE_FULL = 13;
const NO_ROOM = new Set([constants.errno.ENOSPC, constants.errno.EDQUOT, constants.errno.EFBIG]);

export interface OpenFolder {
  readonly db: Database;
  /** Path of the profiles' file, for further connections. */
  readonly file: string;
  /** Held while the process runs: no other process can open the folder, and a kill releases it. */
  readonly lock: Database;
  /** Files that were set aside as they are damaged, now or earlier. */
  readonly lost: readonly LostData[];
  /** For the log: the repairs that opening it needed. */
  readonly notes: readonly string[];
}

/** Makes the folder when it is not there. @throws UnusableStore */
export function openFolder(folder: string): OpenFolder {
  const entries = entriesOf(folder);
  if (entries.length > 0 && !entries.includes(PROFILES) && !entries.includes(LOCK)) {
    throw new UnusableStore(
      `The folder ${folder} contains other files and no data of Flametide: choose an empty or new one with --data.`,
    );
  }
  const lock = takeLock(folder);
  const file = join(folder, PROFILES);
  const notes: string[] = [];
  let db: Database;
  try {
    db = openForWriting(file, freeBytes(folder));
  } catch (error) {
    if (error instanceof UnusableStore || !isDamage(error)) {
      lock.close();
      if (error instanceof UnusableStore) throw error;
      throw new UnusableStore(
        `The data in ${folder} cannot be opened: ${reason(error)}. Check who owns ${file}, or choose another folder with --data.`,
      );
    }
    // Set aside, never deleted; the server accepts new profiles.
    const aside = setAside(file);
    notes.push(`${file} is damaged (${reason(error)}): it was set aside as ${aside}, and a new one was started.`);
    db = openForWriting(file, freeBytes(folder));
  }
  db = makeShrinkable(db, file, freeBytes(folder), notes);
  makeBallast(folder);
  return { db, file, lock, lost: setAsideBefore(folder), notes };
}

/** @throws UnusableStore unless the path is a writable folder */
function entriesOf(folder: string): string[] {
  const other = 'Choose another with --data.';
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, access.R_OK | access.W_OK | access.X_OK);
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new UnusableStore(`The data folder ${folder} is a file, or lies below one. ${other}`);
    if (code === 'EROFS') throw new UnusableStore(`The data folder ${folder} is on a read-only volume. ${other}`);
    if (code === 'EACCES' || code === 'EPERM')
      throw new UnusableStore(`The data folder ${folder} cannot be written by this user. ${other}`);
    if (code === 'ENOSPC')
      throw new UnusableStore(
        `The volume of the data folder ${folder} is full: free some space, or choose another with --data.`,
      );
    throw new UnusableStore(`The data folder ${folder} cannot be used: ${reason(error)}. ${other}`);
  }
}

/** Bytes that are free on the volume of a folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Why writing is refused, as a sentence; undefined while there is space. */
export function whyNoRoom(folder: string): string | undefined {
  const { bavail, blocks, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const least = Math.min(MIN_FREE_BYTES, blocks * bsize * MIN_FREE_SHARE);
  if (free >= least) return undefined;
  return `Only ${Math.floor(free / 1e6)} MB of disk space are free; ${Math.ceil(least / 1e6)} MB are needed: free some, or lower --max-disk or --retention.`;
}

/** Deletes the ballast file. @returns whether there was one */
export function dropBallast(folder: string): boolean {
  const file = join(folder, BALLAST);
  try {
    rmSync(file);
    return true;
  } catch {
    return false;
  }
}

/** Makes the ballast file again, smaller where the volume has little space. */
export function makeBallast(folder: string): void {
  const file = join(folder, BALLAST);
  try {
    const has = sizeOf(file);
    const room = (freeBytes(folder) + has) * BALLAST_SHARE;
    const wanted = Math.floor(Math.min(MAX_BALLAST_BYTES, room) / BALLAST_STEP) * BALLAST_STEP;
    if (has > wanted) truncateSync(file, wanted);
    if (has >= wanted / 2 || whyNoRoom(folder) !== undefined) return;
    const handle = openSync(file, 'w');
    try {
      const zeros = new Uint8Array(BALLAST_STEP);
      for (let written = 0; written < wanted; written += zeros.length) writeSync(handle, zeros);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    dropBallast(folder);
  }
}

/** Bytes on disk, by purpose. */
export interface FolderBytes {
  /** The profiles' file with its log: what `--max-disk` is about. */
  readonly profiles: number;
  readonly links: number;
  readonly snapshots: number;
  readonly markers: number;
  /** Counts of requests. */
  readonly work: number;
  readonly ballast: number;
  /** Files that were set aside as damaged. */
  readonly setAside: number;
  readonly other: number;
}

export function folderBytes(folder: string): FolderBytes {
  const bytes = { profiles: 0, links: 0, snapshots: 0, markers: 0, work: 0, ballast: 0, setAside: 0, other: 0 };
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (/\.(damaged|set-aside)-\d+/.test(name)) bytes.setAside += treeBytes(path);
    else if (name.startsWith(PROFILES)) bytes.profiles += treeBytes(path);
    else if (name.startsWith('links.db')) bytes.links += treeBytes(path);
    else if (name.startsWith('markers.db')) bytes.markers += treeBytes(path);
    else if (name.startsWith('work.db')) bytes.work += treeBytes(path);
    else if (name === 'snapshots') bytes.snapshots += treeBytes(path);
    else if (name === BALLAST) bytes.ballast += treeBytes(path);
    else bytes.other += treeBytes(path);
  }
  return bytes;
}

/** Size of a file, or of the files directly in a folder. */
function treeBytes(path: string): number {
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory()) return stat.size;
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
  } catch {
    return 0; // gone meanwhile
  }
}

/** 0 where there is no such file. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Whether there was no space to write: the disk is full, or a quota or limit applies, which SQLite reports as a disk
 * failure.
 */
export function isFull(error: unknown): boolean {
  const { errcode, systemErrno = 0 } = (error ?? {}) as { errcode?: number; systemErrno?: number };
  return errcode === SQLITE_FULL || NO_ROOM.has(systemErrno);
}

export function isDamage(error: unknown): boolean {
  return error instanceof Error && /malformed|not a database|SQLITE_CORRUPT|SQLITE_NOTADB/i.test(describe(error));
}

function describe(error: Error): string {
  const { message, code = '' } = error as NodeJS.ErrnoException;
  return `${message} ${code}`;
}

function takeLock(folder: string): Database {
  try {
    const lock = new DatabaseSync(join(folder, LOCK), { timeout: 0 });
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    if (error instanceof Error && /locked|busy/i.test(error.message)) {
      throw new UnusableStore(
        `The data folder ${folder} is in use by another Flametide: stop it, or choose another with --data.`,
      );
    }
    throw new UnusableStore(
      `The data folder ${folder} cannot be written: ${reason(error)}. Choose another with --data.`,
    );
  }
}

function setAsideBefore(folder: string): LostData[] {
  return readdirSync(folder)
    .filter((name) => /^profiles\.db\.damaged-\d+$/.test(name))
    .map((name) => {
      const beforeMs = statSync(join(folder, name)).ctimeMs;
      const when = new Date(beforeMs).toISOString();
      const text = `The profiles stored before ${when} are missing: their file was damaged and set aside as ${name}. This warning stays until that file is moved away.`;
      return { text, beforeMs };
    });
}

/** Renames a damaged file with its log. @returns its new path */
export function setAside(file: string): string {
  for (let number = 1; ; number++) {
    const aside = `${file}.damaged-${number}`;
    if (existsSync(aside)) continue;
    for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, aside + end);
    return aside;
  }
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
