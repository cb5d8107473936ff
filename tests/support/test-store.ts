/** An empty store in a temporary folder for each test of a file. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openForReading, openForWriting, type Database } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';

interface TestStore {
  /** Of the running test. */
  readonly file: string;
  readonly db: Database;
  /** As a new start. */
  reopen(): void;
  /** On a connection of its own, as a reader has one. */
  read<T>(work: (store: ProfileStore) => T): T;
}

export function testStore(): TestStore {
  let folder: string;
  let file: string;
  let db: Database;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'store-'));
    file = join(folder, 'profiles.db');
    db = openForWriting(file);
    db.exec('PRAGMA synchronous = OFF');
  });
  afterEach(() => {
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
    reopen() {
      db.close();
      db = openForWriting(file);
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
