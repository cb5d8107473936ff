import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Series } from '#model/series.ts';
import { isSnapshot, rateScaleOf, stepFor, uploadIntervalOf } from '#model/series-values.ts';

const MINUTE = 60_000;
const hours = (count: number) => ({ startMs: 0, endMs: count * 60 * MINUTE });
const at = (...timesMs: number[]): Series => ({
  labels: [],
  timesMs: Float64Array.from(timesMs),
  values: new Float64Array(timesMs.length),
});

describe('the step of a chart', () => {
  it.each([
    [1, 360, undefined, 10],
    [1, 360, 15_000, 30],
    [1, 360, 10_000, 30],
    [24, 720, 15_000, 120],
    [7 * 24, 700, 15_000, 900],
    [30 * 24, 100, undefined, 43_200],
    [400 * 24, 100, undefined, 4 * 86_400],
  ])('of %d h in %d points, uploads every %s ms, is %d s', (length, points, interval, wanted) => {
    expect(stepFor(hours(length), points, interval)).toBe(wanted * 1000);
  });

  it('gives no more points than asked for, and holds two uploads', () => {
    const lengths = fc.integer({ min: 1000, max: 1e12 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 2000 }), fc.nat(3_600_000), (endMs, points, interval) => {
        const step = stepFor({ startMs: 0, endMs }, points, interval);
        expect(endMs / step).toBeLessThanOrEqual(points + 1e-9);
        expect(step).toBeGreaterThanOrEqual(2 * interval);
      }),
    );
  });
});

it.each([
  ['of regular uploads', [at(0, 15, 30, 45)], 15],
  ['gaps do not lengthen', [at(0, 15, 30, 90, 105), at(0, 300)], 15],
  ['of nothing is not known', [], undefined],
  ['of one upload is not known', [at(7)], undefined],
])('the upload interval %s', (_, series, wanted) => {
  expect(uploadIntervalOf(series)).toBe(wanted);
});

it('what is in use is a snapshot, what was allocated is not', () => {
  const types = ['memory:inuse_space:bytes:space:bytes', 'goroutines:goroutine:count:goroutine:count'];
  expect(types.map(isSnapshot)).toEqual([true, true]);
  expect(['memory:alloc_space:bytes:space:bytes', 'nonsense'].map(isSnapshot)).toEqual([false, false]);
});

it.each([
  // Sum per second, what it is called, axis.
  ['process_cpu:cpu:nanoseconds:cpu:nanoseconds', 3.9e9, '3.90 cores', 'cores'],
  ['process_cpu:cpu:milliseconds:cpu:nanoseconds', 500, '0.500 cores', 'cores'],
  ['mutex:delay:nanoseconds:contentions:count', 2e9, '2.00 s/s', 's/s'],
  ['memory:alloc_space:bytes:space:bytes', 12 * 2 ** 20, '12.0 MiB/s', 'bytes/s'],
  ['memory:alloc_objects:count:space:bytes', 240, '240 /s', 'alloc_objects/s'],
  ['memory:inuse_space:bytes:space:bytes', 12 * 2 ** 20, '12.0 MiB', 'bytes'],
])('%s', (type, sum, wanted, unit) => {
  const scale = rateScaleOf(type);
  expect(scale.format(sum * scale.factor).replaceAll('\u00a0', ' ')).toBe(wanted);
  expect(scale.unit).toBe(unit);
});

it('one series has the same values whatever the unit of its time', () => {
  const factors = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds'].map(
    (unit) => rateScaleOf(`wall:wall:${unit}:wall:${unit}`).factor,
  );
  expect(factors).toEqual([1e-9, 1e-6, 1e-3, 1]);
});
