/** Removed profiles are not reported as missing, wherever a kill cuts their removal short. */

import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { dropService, removeBefore, sweepRetired } from '#server/store/removal.ts';
import { MAX_ROWS_A_STEP } from '#server/store/remove-rows.ts';
import { newReport, removeSurplus, upkeep } from '#server/store/upkeep.ts';
import { incoming, madeLabels } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';
import {
  BASE_HOUR,
  BASE_MS,
  CPU,
  diskOfTwoServices,
  HOUR_MS,
  HOURS,
  KEEP_ALL,
  PODS,
  profile,
  runSome,
  whole,
} from '../../support/two-services.ts';

const disk = diskOfTwoServices();

describe('a service that is dropped', () => {
  it('leaves nothing behind that is missed, wherever a kill cuts it short', () => {
    disk.killedAfterEach(
      () => disk.dropAll('shop'),
      (killedAfter) => {
        const shop = disk.ask('shop');
        expect({ killedAfter, ...shop }).toMatchObject({ warnings: [] });
        expect(shop.total % HOURS).toBe(0);
        expect(disk.ask('cart')).toEqual(whole(HOURS * PODS.length));
        if (killedAfter < 2) return; // not dropped yet
        // The first labels may be of a series that is not retired yet.
        disk.put(...PODS.map((pod) => profile('shop', 3, pod, 10)));
        expect(disk.ask('shop').warnings).toEqual([]);
        finish(upkeep(disk.db, KEEP_ALL, BASE_MS + (HOURS + 2) * HOUR_MS));
        expect(disk.ask('shop')).toEqual(whole(10 * PODS.length));
        expect(disk.ask('cart')).toEqual(whole(HOURS * PODS.length));
        expect(disk.leftovers()).toBe(0);
      },
    );
  });

  it('changes few rows in a step, however many hours its series have', () => {
    disk.put(...Array.from({ length: 900 }, (_, hour) => profile('shop', hour, 'a')));
    const changes = disk.db.prepare('SELECT total_changes() AS n');
    const changed = (): number => (changes.get() as { n: number }).n;
    let most = 0;
    const steps = disk.dropAll('shop');
    for (let before = changed(); steps.next().done !== true; before = changed())
      most = Math.max(most, changed() - before);
    expect(most).toBeLessThanOrEqual(MAX_ROWS_A_STEP + 3);
    expect(disk.count('ledger')).toBe(0);
  });

  it('is not what a lost or changed row of a service looks like', () => {
    disk.fill();
    for (const damage of [
      "DELETE FROM service WHERE name = 'shop'",
      "UPDATE service SET name = CAST('shop' AS BLOB) WHERE name = 'shop'",
      "UPDATE service SET name = 'shoq' WHERE name = 'shop'",
    ]) {
      disk.db.exec(damage);
      disk.restart();
      disk.put(profile('shop', 3, 'a'));
      finish(upkeep(disk.db, KEEP_ALL, BASE_MS + (HOURS + 2) * HOUR_MS));
    }
    expect(disk.ask('shop')).toEqual(whole(HOURS * PODS.length + 3));
    expect(disk.ask('cart')).toEqual(whole(HOURS * PODS.length));
  });
});

describe('what is too old', () => {
  const LIMIT = 20;

  it('is not missed, wherever a kill cuts its removal short', () => {
    const left = PODS.length * (HOURS - LIMIT);
    disk.killedAfterEach(
      () => removeBefore(disk.db, BASE_HOUR + LIMIT),
      (killedAfter) => {
        expect({ killedAfter, ...disk.ask('shop', LIMIT) }).toMatchObject(whole(left));
        expect({ killedAfter, ...disk.ask('shop') }).toMatchObject({ warnings: [] });
        // Late, into an hour that is half gone.
        disk.put(profile('shop', 7, 'b', 10), profile('shop', LIMIT + 2, 'c', 100));
        expect(disk.ask('shop').warnings).toEqual([]);
        expect(disk.ask('shop', LIMIT)).toEqual(whole(left + 100));
        finish(removeBefore(disk.db, BASE_HOUR + LIMIT));
        expect(disk.ask('shop')).toEqual(whole(left + 100));
        expect(disk.count(`ledger WHERE hour < ${BASE_HOUR + LIMIT}`)).toBe(0);
        expect(disk.leftovers()).toBe(0);
        // Rows that vanish from here on are detected.
        disk.db.exec('DELETE FROM raw WHERE seq = (SELECT max(seq) FROM raw)');
        expect(disk.ask('shop').warnings).toEqual([expect.stringContaining('1 of 2 profiles')]);
      },
    );
  });

  it('goes though its series is lost, and with it all that was said about it', () => {
    disk.fill();
    disk.db.exec(`DELETE FROM series WHERE id = 1`);
    disk.db.exec(`UPDATE series SET labels = '[' WHERE id = 2`);
    disk.restart();
    expect(disk.ask('shop').warnings).toHaveLength(2);
    finish(removeBefore(disk.db, BASE_HOUR + LIMIT));
    expect(disk.count(`raw WHERE time_us < ${(BASE_HOUR + LIMIT) * 3_600_000_000}`)).toBe(0);
    expect(disk.count(`hour WHERE hour < ${BASE_HOUR + LIMIT}`)).toBe(0);
    expect(disk.ask('shop').warnings).toHaveLength(2);
    finish(removeBefore(disk.db, BASE_HOUR + HOURS));
    expect(disk.ask('shop')).toEqual(whole(0));
    expect([disk.count('series'), disk.count('ledger'), disk.leftovers()]).toEqual([0, 0, 0]);
  });

  it.each(['first_hour = -5', 'last_hour = 1 << 40', 'last_hour = -5', 'first_hour = 1 << 61', "last_hour = 'x'"])(
    'is found though a series has %s, and nothing newer goes',
    (damage) => {
      disk.fill();
      disk.db.exec(`UPDATE series SET ${damage} WHERE id = 2`);
      disk.restart();
      const before = disk.db.prepare(`SELECT count(*) AS n FROM raw WHERE time_us >= ?`);
      const newer = (): unknown => before.get((BASE_HOUR + LIMIT) * 3_600_000_000);
      const kept = newer();
      const limits = { retentionMs: (HOURS - LIMIT) * HOUR_MS, maxBytes: Infinity, spans: KEEP_SPANS };
      const { damage: found, removed } = finish(upkeep(disk.db, limits, BASE_MS + (HOURS - 1) * HOUR_MS));
      expect({ found, removed: removed > 0 }).toEqual({ found: [], removed: true });
      expect(disk.count(`ledger WHERE hour < ${BASE_HOUR + LIMIT - 1}`)).toBe(0);
      // Upkeep has packed the newer ones.
      expect(kept).not.toEqual({ n: 0 });
      expect(disk.ask('cart', LIMIT).total + disk.ask('shop', LIMIT).total).toBe(5 * (HOURS - LIMIT));
      // Removing for space ends at the newest hour of what can be read.
      finish(removeSurplus(disk.db, 1, newReport()));
      expect(disk.ask('cart').total + disk.ask('shop').total).toBe(5);
    },
  );
});

describe('label sets', () => {
  it('that were folded into one are counted there', () => {
    disk.restart();
    disk.writer = new ProfileWriter(disk.db, 3);
    const folded = (i: number) => {
      const one = incoming(profile('shop', 0, `a`));
      const labels = madeLabels('shop', CPU, { pod: 'a', span: `${i}` });
      return { ...one, series: one.series.map((series) => ({ ...series, labels, base: series.labels })) };
    };
    for (let i = 0; i < 10; i++) {
      disk.writer.add(folded(i), BASE_MS);
      if (i % 3 === 0) disk.writer.flush();
    }
    disk.writer.flush();
    expect(disk.ask('shop')).toEqual(whole(10));
    finish(upkeep(disk.db, KEEP_ALL, BASE_MS + 3 * HOUR_MS));
    expect(disk.ask('shop')).toEqual(whole(10));
    disk.db.exec('DELETE FROM hour WHERE id = (SELECT id FROM hour ORDER BY profiles DESC LIMIT 1)');
    expect(disk.ask('shop')).toEqual({ total: 3, warnings: [expect.stringContaining('7 of 7 profiles')] });
  });

  it('of a dropped service that come again push the old series aside, and nothing is missed', () => {
    disk.fill();
    const steps = dropService(disk.db, 'shop');
    // The name is gone, the series are still there.
    expect(runSome(steps, 2)).toBe(false);
    disk.put(...PODS.map((pod) => profile('shop', 1, pod, 10)));
    finish(steps);
    expect(disk.ask('shop')).toEqual(whole(30));
    finish(sweepRetired(disk.db));
    expect(disk.ask('shop')).toEqual(whole(30));
    expect(disk.leftovers()).toBe(0);
  });
});
