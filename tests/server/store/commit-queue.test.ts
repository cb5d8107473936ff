/** One commit for many clients: the profile that fails it fails alone. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IncomingProfile } from '#server/incoming.ts';
import { CommitQueue } from '#server/store/commit-queue.ts';
import { openForWriting, type Database } from '#server/store/database.ts';
import { ProfileWriter, type Written } from '#server/store/profile-writer.ts';
import { incoming, madeLabels } from '../../support/made-profiles.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const NOW_MS = 1_795_000_000_000;

let folder: string;
let db: Database;
let queue: CommitQueue;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-queue-'));
  db = openForWriting(join(folder, 'profiles.db'));
  queue = new CommitQueue(new ProfileWriter(db));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function of(service: string, more: Partial<IncomingProfile> = {}): IncomingProfile {
  const labels = madeLabels(service, CPU, {});
  const stacks = [{ frames: [`${service}:1`], value: 7 }];
  const made = { labels, service, profileType: CPU, timeUs: NOW_MS * 1000, period: 0, stacks };
  return { ...incoming(made), ...more };
}

/** Services with rows, each with how many. */
function stored(): Record<string, number> {
  const rows = db
    .prepare(
      'SELECT service.name AS name, count(*) AS count FROM raw JOIN series ON series.id = series_id JOIN service ON service.id = service_id GROUP BY name',
    )
    .all() as { name: string; count: number }[];
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

const good: Written = { profiles: 1, samples: 1, dropped: 0, folded: 0, isRepeat: false };

describe('a profile that fails a commit', () => {
  it('fails alone', async () => {
    // A period that the column cannot hold.
    const evil = of('evil', { period: NaN });
    const first = queue.store([of('shop')], NOW_MS);
    const second = queue.store([of('cart'), evil, of('mail')], NOW_MS);
    const third = queue.store([of('bank')], NOW_MS);
    expect(await first).toEqual([good]);
    expect(await second).toEqual([good, expect.any(Error), good]);
    expect(await third).toEqual([good]);
    expect(stored()).toEqual({ bank: 1, cart: 1, mail: 1, shop: 1 });
    expect(await queue.store([of('shop')], NOW_MS)).toEqual([good]);
    expect(stored().shop).toBe(2);
  });

  it('fails alone when it cannot even be added', async () => {
    const broken = of('broken', { series: [{ ...of('broken').series[0], column: 5 }] });
    expect(await queue.store([of('shop'), broken, of('cart')], NOW_MS)).toEqual([good, expect.any(Error), good]);
    expect(stored()).toEqual({ cart: 1, shop: 1 });
  });
});

it('a file that cannot be written fails for all, and is not tried again for each', async () => {
  db.exec('PRAGMA query_only = ON');
  const both = [queue.store([of('shop')], NOW_MS), queue.store([of('cart')], NOW_MS)];
  for (const one of await Promise.allSettled(both)) expect(one.status).toBe('rejected');
  db.exec('PRAGMA query_only = OFF');
  expect(await queue.store([of('shop')], NOW_MS)).toEqual([good]);
  expect(stored()).toEqual({ shop: 1 });
});

it('profiles that much was unpacked for are committed at once, and wait for no others', async () => {
  const small = queue.store([of('shop')], NOW_MS, 4 << 20);
  expect(stored()).toEqual({});
  const large = queue.store([of('cart')], NOW_MS, 12 << 20);
  expect(stored()).toEqual({ cart: 1, shop: 1 });
  expect([await small, await large]).toEqual([[good], [good]]);
});
