import { describe, expect, it } from 'vitest';
import { costOf, meanHeld, meansOf } from '#app/source/instance-means.ts';
import { labelSet } from '#model/labels.ts';
import type { Series } from '#model/series.ts';

const instance = (env: string, pod: string, ...points: [number, number][]): Series => ({
  labels: labelSet([
    { name: 'env', value: env },
    { name: 'pod', value: pod },
  ]),
  timesMs: Float64Array.from(points, ([time]) => time),
  values: Float64Array.from(points, ([, value]) => value),
});
const told = (series: readonly Series[]): unknown[] =>
  series.map(({ labels, timesMs, values }) => [labels[0]?.value ?? '', [...timesMs], [...values]]);

// Four uploads in a step: an instance that holds 10 sums up to 40.
const sums = [
  instance('prod', 'a', [10, 40], [20, 80]),
  instance('prod', 'b', [20, 40]),
  instance('dev', 'c', [10, 4], [30, 8]),
];

it('adds instances up, each divided by how often it sends', () => {
  expect(told(meansOf(sums, '', 4))).toEqual([['', [10, 20, 30], [11, 30, 2]]]);
});

it('one series for each value of a label', () => {
  expect(told(meansOf(sums, 'env', 4))).toEqual([
    ['prod', [10, 20], [10, 30]],
    ['dev', [10, 30], [1, 2]],
  ]);
});

it('times are in order, whichever instance comes first', () => {
  const [all] = meansOf([instance('prod', 'a', [100, 1]), instance('prod', 'b', [20, 1], [3, 1])], '', 1);
  expect([...all.timesMs]).toEqual([3, 20, 100]);
});

it('the mean counts the steps in which something was held', () => {
  expect(meanHeld(meansOf(sums, 'env', 4))).toEqual({ mean: 43 / 3, steps: 3 });
  expect(meanHeld([])).toBeUndefined();
  expect(meanHeld([instance('prod', 'a')])).toBeUndefined();
});

describe('the cost of a series', () => {
  const asked = (profileType: string) => ({
    query: { profileType, matchers: [], range: { startMs: 0, endMs: 120_000 } },
    stepMs: 60_000,
  });
  const series = instance('prod', 'a', [60_000, 40], [120_000, 80]);

  it.each([
    ['the sum of what was used', 'process_cpu:cpu:nanoseconds:cpu:nanoseconds', 15_000, 120],
    ['what was held on average, however many snapshots a step adds up', 'memory:inuse_space:bytes::', 15_000, 15],
    ['of snapshots that come once a step, their mean', 'memory:inuse_space:bytes::', 60_000, 60],
    ['not known of snapshots that come nobody knows how often', 'memory:inuse_space:bytes::', undefined, undefined],
  ])('is %s', (_, profileType, intervalMs, wanted) => {
    expect(costOf(asked(profileType), series, intervalMs)).toBe(wanted);
  });

  it.each([
    ['process_cpu:cpu:nanoseconds:cpu:nanoseconds', 120],
    ['memory:inuse_space:bytes::', 60],
  ])('of %s leaves out the step that ends where the range begins', (profileType, wanted) => {
    const withStepBefore = instance('prod', 'a', [0, 1000], [60_000, 40], [120_000, 80]);
    expect(costOf(asked(profileType), withStepBefore, 60_000)).toBe(wanted);
  });

  it('is nothing where all of it lies before the range', () => {
    expect(costOf(asked('process_cpu:cpu:nanoseconds:cpu:nanoseconds'), instance('prod', 'a', [0, 7]), 60_000)).toBe(0);
  });
});
