/** An empty store in a temporary folder for each test of a file. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openForReading, openForWriting, type Database } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { incoming, type MadeProfile } from './made-profiles.ts';

interface TestStore {
  /** Of the running test. */
  readonly file: string;
  readonly db: Database;
  writer: ProfileWriter;
  /** On a connection that stays open while the test runs. */
  readonly store: ProfileStore;
  /** Adds profiles in one commit. */
  put(profiles: readonly MadeProfile[], nowMs: number): void;
  /** As a new start. */
  reopen(): void;
  /** On a connection of its own, as a reader has one. */
  read<T>(work: (store: ProfileStore) => T): T;
}

/** @param seriesBudget label sets of a service and day */
export function testStore(seriesBudget?: number): TestStore {
  let folder: string;
  let file: string;
  let db: Database;
  let readerDb: Database;
  let writer: ProfileWriter;
  let store: ProfileStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'store-'));
    file = join(folder, 'profiles.db');
    db = openForWriting(file);
    // These tests are not about crashes, and disk syncs would take most of their time.
    db.exec('PRAGMA synchronous = OFF');
    readerDb = openForReading(file);
    writer = new ProfileWriter(db, seriesBudget);
    store = new ProfileStore(readerDb);
  });
  afterEach(() => {
    readerDb.close();
    db.close();
    rmSync(folder, { recursive: true });
  });
  return {
    get file() {
      return file;
    },
    get db() {
      return db;
    },
    get writer() {
      return writer;
    },
    set writer(next) {
      writer = next;
    },
    get store() {
      return store;
    },
    put(profiles, nowMs) {
      for (const profile of profiles) writer.add(incoming(profile), nowMs);
      writer.flush();
    },
    reopen() {
      db.close();
      db = openForWriting(file);
      writer = new ProfileWriter(db, seriesBudget);
    },
    read(work) {
      const reader = openForReading(file);
      try {
        return work(new ProfileStore(reader));
      } finally {
        reader.close();
      }
    },
  };
}
