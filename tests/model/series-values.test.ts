import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSnapshot, rateScaleOf, stepFor, uploadIntervalOf, withoutOpenSteps } from '#model/series-values.ts';
import type { Series } from '#model/series.ts';

const HOUR = 3_600_000;
const series = (times: readonly number[], values = times.map(() => 1)): Series => ({
  labels: [],
  timesMs: Float64Array.from(times),
  values: Float64Array.from(values),
});

describe('steps', () => {
  it.each([
    [HOUR, 720, undefined, 5000],
    [HOUR, 720, 15_000, 30_000],
    [24 * HOUR, 720, 15_000, 120_000],
    [30 * 24 * HOUR, 720, 15_000, 3_600_000],
    [400 * 24 * HOUR, 60, undefined, 7 * 24 * HOUR],
  ])('of %d ms in %d points, uploaded every %s ms: %d ms', (lengthMs, points, interval, stepMs) => {
    expect(stepFor({ startMs: 0, endMs: lengthMs }, points, interval)).toBe(stepMs);
  });

  it('are whole seconds, hold two uploads, and do not exceed the requested number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 1e12 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 0, max: 1e7 }),
        (lengthMs, points, interval) => {
          const stepMs = stepFor({ startMs: 0, endMs: lengthMs }, points, interval);
          expect(stepMs % 1000).toBe(0);
          expect(stepMs).toBeGreaterThanOrEqual(2 * interval);
          expect(lengthMs / stepMs).toBeLessThanOrEqual(points);
        },
      ),
    );
  });

  it('the upload interval is the usual one: neither gaps nor a hasty last profile count', () => {
    expect(uploadIntervalOf([series([0, 15, 30, 45, 46, 120, 135, 150])])).toBe(15);
    expect(uploadIntervalOf([series([5]), series([])])).toBeUndefined();
  });

  it('the step that still fills is left out, but not of the past, and never the only one', () => {
    const points = series([10_000, 20_000, 30_000]);
    const lengthAt = (nowMs: number, endMs = nowMs): number =>
      withoutOpenSteps(points, 10_000, { startMs: 0, endMs }, nowMs).timesMs.length;
    expect([30_000, 37_499, 37_500].map((nowMs) => lengthAt(nowMs))).toEqual([2, 2, 3]);
    expect(lengthAt(34_000, 5000)).toBe(3);
    expect(lengthAt(0)).toBe(1);
  });

  it('the first step is left out where only its edge is in the range', () => {
    const { timesMs } = withoutOpenSteps(series([10, 20, 30]), 10, { startMs: 10, endMs: 30 }, 9999);
    expect([...timesMs]).toEqual([20, 30]);
  });
});

describe('values in the words of their type', () => {
  const MIB = 2 ** 20;
  it.each([
    ['process_cpu:cpu:nanoseconds:cpu:nanoseconds', 3.9e9, '3.90 cores', 'cores'],
    ['wall:wall:microseconds:wall:microseconds', 2e6, '2.00 s/s', 's/s'],
    ['mutex:delay:nanoseconds:contentions:count', 5e8, '0.500 s/s', 's/s'],
    ['memory:alloc_space:bytes:space:bytes', 12.1 * MIB, '12.1 MiB/s', 'MiB/s'],
    ['memory:alloc_objects:count:space:bytes', 240, '240 objects/s', 'objects/s'],
    ['mutex:contentions:count:contentions:count', 1.5, '1.50 contentions/s', 'contentions/s'],
    ['memory:inuse_space:bytes:space:bytes', 3 * MIB, '3.00 MiB', 'MiB'],
    ['goroutine:goroutine:count:goroutine:count', 84, '84.0 goroutines', 'goroutines'],
    ['odd', 2, '2.00 /s', '/s'],
  ])('%s: %d a second is %s on an axis of %s', (type, perSecond, words, axis) => {
    const scale = rateScaleOf(type);
    const rate = perSecond * scale.factor;
    expect(scale.format(rate).replaceAll('\u00a0', ' ')).toBe(words);
    expect(scale.axisFor(rate).title).toBe(axis);
  });

  it('a hostile type makes no long axis', () => {
    expect(rateScaleOf(`a:${'x'.repeat(5000)}:count::`).axisFor(1).title.length).toBeLessThan(60);
    // Before a type is chosen.
    expect([rateScaleOf('').axisFor(1).title, rateScaleOf('').format(2)]).toEqual(['', '2.00']);
    expect(rateScaleOf('a:b:constructor::').axisFor(1)).toEqual({ title: 'b/s', size: 1 });
  });

  it('snapshots are recognised by their sample type', () => {
    const types = [
      'memory:inuse_space:bytes',
      'goroutine:goroutines:count',
      'memory:live:count',
      'memory:alloc_space:bytes',
    ];
    expect(types.map((type) => isSnapshot(`${type}:space:bytes`))).toEqual([true, true, true, false]);
    expect(isSnapshot('inuse')).toBe(false);
  });
});
