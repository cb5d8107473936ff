/** Retention, with correct and wrong clocks. */

import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { upkeep, type UpkeepReport } from '#server/store/upkeep.ts';
import { incoming, madeLabels } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';
import { testStore } from '../../support/test-store.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BASE_MS = 20_000 * DAY_MS;
const WEEK = { retentionMs: 7 * DAY_MS, maxBytes: Infinity, spans: KEEP_SPANS };

const disk = testStore();

/** One profile in each hour of a range, both ends included. */
function put(firstHour: number, lastHour: number, pod = 'one'): void {
  for (let hour = firstHour; hour <= lastHour; hour++) {
    const labels = madeLabels('shop', CPU, { pod });
    const timeUs = (BASE_MS + hour * HOUR_MS) * 1000;
    const stacks = [{ frames: ['main:1'], value: 1 }];
    disk.writer.add(incoming({ labels, service: 'shop', profileType: CPU, timeUs, period: 0, stacks }), BASE_MS);
  }
  disk.writer.flush();
}

function runAt(hour: number, limits = WEEK): UpkeepReport {
  return finish(upkeep(disk.db, limits, BASE_MS + hour * HOUR_MS));
}

/** The hours that hold a profile. */
function kept(): number[] {
  const range = { startMs: BASE_MS - 1000 * DAY_MS, endMs: BASE_MS + 1000 * DAY_MS };
  const asked = { profileType: CPU, matchers: [], callSite: [], ...range };
  const series = disk.store.timeSeries(asked, [], HOUR_MS, () => undefined);
  return series.flatMap(({ timesMs }) => [...timesMs].map((time) => (time - BASE_MS) / HOUR_MS));
}

const DAYS = 24;

it('removes profiles older than the retention, and nothing else', () => {
  put(0, 8 * DAYS);
  const { removed, clock } = runAt(8 * DAYS);
  expect(clock).toBeUndefined();
  expect(removed).toBe(DAYS);
  expect(kept()[0]).toBe(DAYS);
  expect(kept()).toHaveLength(7 * DAYS + 1);
});

describe('a clock that jumps ahead past the retention', () => {
  it.each([8, 30, 365, 5000])('by %i days removes nothing, and is reported', (days) => {
    put(0, 6 * DAYS);
    const { removed, clock } = runAt(6 * DAYS + days * DAYS);
    expect(removed).toBe(0);
    expect(clock).toContain('by the clock of this machine');
    expect(kept()).toHaveLength(6 * DAYS + 1);
  });

  it.each([
    ['the same series', 'one'],
    ['other series', 'two'],
  ])('removes nothing when profiles of %s are stored by it', (_, pod) => {
    put(0, 6 * DAYS);
    for (let hour = 36 * DAYS; hour < 40 * DAYS; hour += 5) {
      put(hour, hour, pod);
      const { removed, clock } = runAt(hour);
      expect(removed).toBe(0);
      expect(clock).toContain('The clock may have jumped');
    }
  });

  it('and back, and ahead again, removes nothing', () => {
    put(0, 2 * DAYS);
    put(30 * DAYS, 30 * DAYS + 2);
    expect(runAt(30 * DAYS + 2).removed).toBe(0);
    put(2 * DAYS + 1, 3 * DAYS);
    expect(runAt(3 * DAYS).removed).toBe(0);
    put(60 * DAYS, 60 * DAYS + 2);
    expect(runAt(60 * DAYS + 2).removed).toBe(0);
    expect(runAt(20 * DAYS).removed).toBe(0);
    expect(kept()).toHaveLength(3 * DAYS + 1 + 3 + 3);
  });

  it('goes on where the time after the gap is as long as the retention', () => {
    put(0, DAYS);
    put(20 * DAYS, 27 * DAYS + 1);
    const { removed, clock } = runAt(27 * DAYS + 1);
    expect(clock).toBeUndefined();
    expect(removed).toBe(DAYS + 2);
    expect(kept()[0]).toBe(20 * DAYS + 1);
  });

  it('keeps only the retention before the gap, too', () => {
    put(0, 9 * DAYS);
    put(40 * DAYS, 40 * DAYS);
    runAt(40 * DAYS);
    expect(kept()[0]).toBeGreaterThan(DAYS);
    expect(kept()).toContain(9 * DAYS);
    expect(kept()).toContain(3 * DAYS);
  });

  it('holds for a retention of hours', () => {
    const limits = { retentionMs: 12 * HOUR_MS, maxBytes: Infinity, spans: KEEP_SPANS };
    put(0, 10);
    put(30, 31);
    expect(runAt(31, limits).removed).toBe(0);
    put(32, 43);
    runAt(43, limits);
    expect(kept()[0]).toBe(31);
  });
});

describe('a clock that goes back', () => {
  it('removes nothing, and future profiles stay readable', () => {
    put(0, 5);
    put(100 * DAYS, 100 * DAYS + 1);
    expect(runAt(6).removed).toBe(0);
    expect(runAt(-1000 * DAYS).removed).toBe(0);
    expect(kept()).toHaveLength(8);
  });

  it('counts age from now, not from future profiles', () => {
    put(0, 8 * DAYS);
    put(14 * DAYS, 14 * DAYS);
    runAt(8 * DAYS);
    expect(kept()[0]).toBe(DAYS);
    expect(kept()).toContain(14 * DAYS);
  });

  it('takes an upload again that was seen at a time to come', () => {
    const upload = {
      ...incoming({
        labels: madeLabels('shop', CPU, {}),
        service: 'shop',
        profileType: CPU,
        timeUs: BASE_MS * 1000,
        period: 0,
        stacks: [{ frames: ['main:1'], value: 1 }],
      }),
      repeatKey: 'key',
    };
    disk.writer.add(upload, BASE_MS + DAY_MS);
    disk.writer.flush();
    expect(disk.writer.add(upload, BASE_MS + DAY_MS + 1).isRepeat).toBe(true);
    expect(disk.writer.add(upload, BASE_MS).isRepeat).toBe(false);
    disk.writer.flush();
    expect(disk.writer.add(upload, BASE_MS + 1).isRepeat).toBe(true);
  });
});

it('a clock that stands still packs hours once newer ones are stored', () => {
  put(0, 5);
  expect(runAt(0).packed).toBe(4);
  expect(kept()).toEqual([0, 1, 2, 3, 4, 5]);
});

it('removes the oldest where the files are too large, whatever the clock says', () => {
  put(0, 5);
  finish(upkeep(disk.db, { retentionMs: undefined, maxBytes: 1, spans: KEEP_SPANS }, BASE_MS - DAY_MS));
  expect(kept()).toEqual([5]);
});
