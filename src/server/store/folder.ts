/** The data folder: who may use it, what lies in it, and how much room is left. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { LostData } from './damage.ts';
import { openForWriting, UnusableStore, type Database } from './database.ts';

const PROFILES = 'profiles.db';
const LOCK = 'lock.db';
const BALLAST = 'ballast';
/** Removing needs room too, as a transaction grows the log first: this much is kept to be given up on a full disk. */
const BALLAST_BYTES = 64 << 20;
/** Writes stop when less than this, or this share of the disk, is free: whichever is less. */
const LEAST_FREE_BYTES = 1 << 30;
const LEAST_FREE_SHARE = 0.05;
const SQLITE_FULL = 13;
const NO_ROOM = new Set([constants.errno.ENOSPC, constants.errno.EDQUOT, constants.errno.EFBIG]);

export interface OpenFolder {
  readonly db: Database;
  /** Path of the profiles' file, for further connections. */
  readonly file: string;
  /** Held for life: another process cannot open the folder meanwhile, and a kill frees it. */
  readonly lock: Database;
  /** Files that were set aside as they are damaged, now or earlier. */
  readonly lost: readonly LostData[];
  /** What had to be done to open, for the log. */
  readonly notes: readonly string[];
}

/** Makes the folder when it is not there. @throws UnusableStore */
export function openFolder(folder: string): OpenFolder {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UnusableStore(`The data folder ${folder} cannot be made: ${reason(error)}. Choose another with --data.`);
  }
  const entries = readdirSync(folder);
  if (entries.length > 0 && !entries.includes(PROFILES) && !entries.includes(LOCK)) {
    throw new UnusableStore(
      `The folder ${folder} holds other files and no data of Flametide: choose an empty or new one with --data.`,
    );
  }
  const lock = takeLock(folder);
  const file = join(folder, PROFILES);
  const notes: string[] = [];
  let db: Database;
  try {
    db = openForWriting(file);
  } catch (error) {
    if (error instanceof UnusableStore || !isDamage(error)) {
      lock.close();
      if (error instanceof UnusableStore) throw error;
      throw new UnusableStore(`The data in ${folder} cannot be opened: ${reason(error)}.`);
    }
    // Set aside, never deleted; profiles go on being taken.
    const aside = setAside(file);
    notes.push(`${file} is damaged (${reason(error)}): it was set aside as ${aside}, and a new one was begun.`);
    db = openForWriting(file);
  }
  makeBallast(folder);
  return { db, file, lock, lost: setAsideBefore(folder), notes };
}

/** Why nothing may be written now, or undefined while there is room. */
export function whyNoRoom(folder: string): string | undefined {
  const { bavail, blocks, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const least = Math.min(LEAST_FREE_BYTES, blocks * bsize * LEAST_FREE_SHARE);
  if (free >= least) return undefined;
  return `Only ${Math.floor(free / 1e6)} MB of the disk are free, and ${Math.ceil(least / 1e6)} MB are needed: free some, or lower --max-disk or --retention.`;
}

/** Gives up the room that was kept for this. @returns whether there was any */
export function dropBallast(folder: string): boolean {
  const file = join(folder, BALLAST);
  const had = existsSync(file);
  rmSync(file, { force: true });
  return had;
}

/** Keeps room again, if there is any. */
export function makeBallast(folder: string): void {
  const file = join(folder, BALLAST);
  if (existsSync(file) && statSync(file).size === BALLAST_BYTES) return;
  try {
    if (whyNoRoom(folder) !== undefined) return;
    const handle = openSync(file, 'w');
    try {
      const zeros = new Uint8Array(1 << 20);
      for (let written = 0; written < BALLAST_BYTES; written += zeros.length) writeSync(handle, zeros);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    rmSync(file, { force: true });
  }
}

/** Bytes of the profiles' files on disk. */
export function fileBytes(file: string): number {
  return ['', '-wal'].reduce((sum, end) => sum + (existsSync(file + end) ? statSync(file + end).size : 0), 0);
}

/** Whether there was no room to write: on the disk, or by a quota or a limit, which SQLite takes for a failing disk. */
export function isFull(error: unknown): boolean {
  const { errcode, systemErrno = 0 } = (error ?? {}) as { errcode?: number; systemErrno?: number };
  return errcode === SQLITE_FULL || NO_ROOM.has(systemErrno);
}

function isDamage(error: unknown): boolean {
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
      const text = `The profiles stored before ${when} are missing: their file was damaged and set aside as ${name}. This is said until that file is moved away.`;
      return { text, beforeMs };
    });
}

function setAside(file: string): string {
  for (let number = 1; ; number++) {
    const aside = `${file}.damaged-${number}`;
    if (existsSync(aside)) continue;
    for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, aside + end);
    return aside;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
