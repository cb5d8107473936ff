import { describe, expect, it } from 'vitest';
import { fineQuestion, fineStepFor, meansInSteps } from '#app/source/fine-means.ts';
import { meansOf } from '#app/source/instance-means.ts';
import type { Series } from '#model/series.ts';

/** Snapshots of 100 at the given seconds, in fine steps of 6 s; coarse ones have 30 s. */
function snapshots(...seconds: readonly number[]): Series {
  const ends = seconds.map((s) => Math.ceil(s / 6) * 6000);
  return { labels: [], timesMs: Float64Array.from(ends), values: Float64Array.from(ends, () => 100) };
}

const range = { startMs: 0, endMs: 90_000 };

function means(series: Series, within = range): unknown {
  const [{ timesMs, values }] = meansOf(meansInSteps([series], within, 30_000, 15_000), '', 1);
  return [...timesMs].map((ms, i) => [ms / 1000, values[i]]);
}

describe('a constant 100 reads 100', () => {
  it.each([
    [
      'where every step has two snapshots',
      [2, 17, 32, 47],
      [
        [30, 100],
        [60, 100],
      ],
    ],
    [
      'at a start and an end that hold one',
      [17, 32, 47, 62],
      [
        [30, 100],
        [60, 100],
        [90, 100],
      ],
    ],
    [
      'after a lost upload',
      [2, 17, 47, 62, 77],
      [
        [30, 100],
        [60, 100],
        [90, 100],
      ],
    ],
    [
      'of a pod that lived 75 s',
      [20, 35, 50, 65, 80],
      [
        [30, 100],
        [60, 100],
        [90, 100],
      ],
    ],
    [
      'where one comes late and three are in a step',
      [1, 14, 29, 44],
      [
        [30, 100],
        [60, 100],
      ],
    ],
  ])('%s', (_, seconds, wanted) => {
    expect(means(snapshots(...seconds))).toEqual(wanted);
  });

  it('two instances hold 200 while both are there', () => {
    const all = meansOf(meansInSteps([snapshots(2, 17, 32), snapshots(32, 47)], range, 30_000, 15_000), '', 1);
    expect([...all[0].values]).toEqual([100, 200]);
  });
});

describe('of three instances that hold 100 each, 300', () => {
  const sum = (within: { startMs: number; endMs: number }, ...all: Series[]): number[] => [
    ...meansOf(meansInSteps(all, within, 30_000, 15_000), '', 1)[0].values,
  ];

  it('where the range ends before two of them have sent again', () => {
    const all = [snapshots(2, 17, 32), snapshots(3, 18), snapshots(14, 29)];
    expect(sum({ startMs: 0, endMs: 35_000 }, ...all)).toEqual([300, 300]);
  });

  it('but not of one that is gone for longer than it may be late', () => {
    const all = [snapshots(2, 17, 32, 47), snapshots(3, 18, 33, 48), snapshots(14, 29)];
    expect(sum({ startMs: 0, endMs: 55_000 }, ...all)).toEqual([300, 200]);
  });

  it('where a step ends at the start of the range, with some of them', () => {
    const all = [snapshots(0, 15, 30), snapshots(3, 18), snapshots(14, 29)];
    expect(sum({ startMs: 0, endMs: 30_000 }, ...all)).toEqual([300]);
    // Better than nothing, where there is no more.
    expect(sum({ startMs: 0, endMs: 30_000 }, snapshots(0))).toEqual([100]);
  });

  it('and nothing where the range has nothing at its end', () => {
    const all = [snapshots(2, 17), snapshots(3, 18), snapshots(14, 29)];
    expect(sum({ startMs: 0, endMs: 40_000 }, ...all)).toEqual([300]);
  });
});

it.each([
  [30_000, 15_000, 6000],
  [60_000, 15_000, 6000],
  [20_000, 10_000, 5000],
  [120_000, 60_000, 30_000],
  [5000, 1000, 1000],
])('a step of %i ms of snapshots each %i ms is counted in steps of %i ms', (stepMs, intervalMs, wanted) => {
  expect(fineStepFor(stepMs, intervalMs)).toBe(wanted);
});

it('does not ask for an answer that would be too large', () => {
  const of = (hours: number) => ({
    query: { profileType: 'memory:inuse_space:bytes::', matchers: [], range: { startMs: 0, endMs: hours * 3_600_000 } },
    stepMs: 30_000,
    groupBy: ['pod'],
    callSite: [],
    limit: 100,
  });
  expect(fineQuestion(of(1), 15_000, 100)?.stepMs).toBe(6000);
  expect(fineQuestion(of(24), 15_000, 10)?.stepMs).toBe(6000);
  expect(fineQuestion(of(24), 15_000, 100)).toBeUndefined();
  expect(fineQuestion(of(24 * 7), 15_000, 1)).toBeUndefined();
});
