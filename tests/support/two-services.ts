/** A store with some hours of two services in it, for tests of removal, damage and kills. */

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { finish, type Steps } from '#base/steps.ts';
import { type Database, openForReading, openForWriting } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { dropService, sweepRetired } from '#server/store/removal.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { incoming, madeLabels, type MadeProfile } from './made-profiles.ts';
import { KEEP_SPANS } from './store-limits.ts';

export const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
export const HOUR_MS = 3_600_000;
export const BASE_HOUR = 480_000;
export const BASE_MS = BASE_HOUR * HOUR_MS;
export const KEEP_ALL = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };
/** Of the recording of each service. */
export const HOURS = 30;
export const PODS = ['a', 'b', 'c'];

/** A store in a file, started and killed by hand. */
class Disk {
  folder = '';
  file = '';
  db!: Database;
  writer!: ProfileWriter;

  /** As a start. */
  open(): void {
    this.db = openForWriting(this.file);
    this.db.exec('PRAGMA synchronous = OFF');
    this.writer = new ProfileWriter(this.db);
  }

  /** As a kill and a start. */
  restart(): void {
    this.db.close();
    this.open();
  }

  put(...profiles: readonly MadeProfile[]): void {
    for (const one of profiles) this.writer.add(incoming(one), BASE_MS);
    this.writer.flush();
  }

  /** One profile an hour of each pod of two services; those of even hours are packed, others are rows. */
  fill(hours = HOURS): void {
    const made = (parity: number): MadeProfile[] =>
      Array.from({ length: hours }, (_, hour) => hour)
        .filter((hour) => hour % 2 === parity)
        .flatMap((hour) => ['shop', 'cart'].flatMap((service) => PODS.map((pod) => profile(service, hour, pod))));
    this.put(...made(0));
    finish(upkeep(this.db, KEEP_ALL, BASE_MS + (hours + 2) * HOUR_MS));
    this.put(...made(1));
  }

  ask(service: string, firstHour = 0, lastHour = HOURS + 100): { total: number; warnings: readonly string[] } {
    const reader = openForReading(this.file);
    try {
      const store = new ProfileStore(reader);
      const matchers = [{ name: 'service_name', operator: '=' as const, value: service }];
      const range = { startMs: BASE_MS + firstHour * HOUR_MS, endMs: BASE_MS + lastHour * HOUR_MS };
      const asked = { profileType: CPU, matchers, callSite: [], ...range };
      const total = store.merge(asked, 'names', () => undefined).total[0];
      const [series] = store.timeSeries(asked, [], 60_000, () => undefined);
      const sum = (series?.sums ?? []).reduce((a, b) => a + b, 0);
      if (sum !== total) throw new Error(`The series has ${sum}, the tree has ${total}.`);
      store.extent();
      return { total, warnings: store.takeDamage().map(({ text }) => text) };
    } finally {
      reader.close();
    }
  }

  count(sql: string): number {
    return (this.db.prepare(`SELECT count(*) AS n FROM ${sql}`).get() as { n: number }).n;
  }

  /** Rows that nothing refers to, and entries of the ledger that no series has. */
  leftovers(): number {
    return (
      this.count('ledger WHERE series_id NOT IN (SELECT id FROM series)') +
      this.count('raw WHERE series_id NOT IN (SELECT id FROM series)') +
      this.count('hour WHERE series_id NOT IN (SELECT id FROM series)') +
      this.count('dict WHERE part_id NOT IN (SELECT id FROM part)') +
      this.count('series WHERE service_id = 0') +
      this.count('part WHERE service_id = 0')
    );
  }

  /** From one file, with the process killed after each number of steps. @param check after the kill and a start */
  killedAfterEach(steps: () => Steps<unknown>, check: (killedAfter: number) => void): void {
    this.fill();
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.db.close();
    const kept = this.file;
    for (let most = 0, isDone = false; !isDone; most++) {
      this.file = join(this.folder, `${most}.db`);
      copyFileSync(kept, this.file);
      this.open();
      isDone = runSome(steps(), most);
      this.restart();
      check(most);
      this.db.close();
    }
    this.open();
  }

  *dropAll(service: string): Steps<void> {
    yield* dropService(this.db, service);
    yield* sweepRetired(this.db);
  }
}

/** In a folder of its own for each test of a file. */
export function diskOfTwoServices(): Disk {
  const disk = new Disk();
  beforeEach(() => {
    disk.folder = mkdtempSync(join(tmpdir(), 'two-services-'));
    disk.file = join(disk.folder, 'profiles.db');
    disk.open();
  });
  afterEach(() => {
    disk.db.close();
    rmSync(disk.folder, { recursive: true });
  });
  return disk;
}

export function profile(service: string, hour: number, pod: string, value = 1): MadeProfile {
  return {
    labels: madeLabels(service, CPU, { pod }),
    service,
    profileType: CPU,
    timeUs: (BASE_MS + hour * HOUR_MS) * 1000 + 5,
    period: 0,
    stacks: [{ frames: ['main:1', `${pod}:1`], value }],
  };
}

export const whole = (total: number) => ({ total, warnings: [] });

/** Runs some of the steps; the rest is lost with the process. @returns whether all were run */
export function runSome(steps: Steps<unknown>, most: number): boolean {
  for (let i = 0; i < most; i++) if (steps.next().done === true) return true;
  return false;
}
