/** The test of one rate against another. */
import { describe, expect, it } from 'vitest';
import { poisson, seeded } from '#base/seeded.ts';
import { noiseOf } from '#model/noise.ts';
import { estimateOf, intervalOf, score, type Stratum, zOf } from '#model/score-test.ts';
import { SLICES } from '../support/shop.ts';

describe('score test', () => {
  const flat = (value: number): Float64Array => new Float64Array(SLICES).fill(value);
  const flatOf = (slices: number, value: number): Float64Array => new Float64Array(slices).fill(value);
  const stratum = (xA: number, xB: number): Stratum => ({ xA: flat(xA), mA: flat(100), xB: flat(xB), mB: flat(100) });
  const noise = noiseOf([], { samplesPerUnit: 1 }, { samplesPerUnit: 1 }, 0.01);

  it('new and gone are as clear as each other, and have an end that is known', () => {
    const [fresh, gone] = [score([stratum(0, 5)], 1, 1)!, score([stratum(5, 0)], 1, 1)!];
    expect(zOf(fresh, noise)).toBeGreaterThan(6);
    expect(zOf(gone, noise)).toBeCloseTo(-zOf(fresh, noise), 9);
    expect(estimateOf(fresh)).toBe(Number.POSITIVE_INFINITY);
    expect(intervalOf(fresh, noise)).toEqual({ low: expect.closeTo(20, -1.5), high: Number.POSITIVE_INFINITY });
    expect(intervalOf(gone, noise).low).toBe(-1);
  });

  it('the interval holds its estimate, and no change where the test sees none', () => {
    const same = score([stratum(10, 10.4)], 1, 1)!;
    const { low, high } = intervalOf(same, noise);
    expect(Math.abs(zOf(same, noise))).toBeLessThan(1.96);
    expect(low < 0 && 0 < high && low < estimateOf(same) && estimateOf(same) < high).toBe(true);
    expect(estimateOf(same)).toBeCloseTo(0.04, 6);
  });

  it('what lasts from slice to slice is seen through counting noise, and not made up where there is little', () => {
    const lasting = (height: number): Stratum => {
      const random = seeded('lasting');
      const x = Float64Array.from({ length: 24 }, (_, i) => poisson(40 + height * Math.sin(i / 3), random));
      return { xA: x, mA: flatOf(24, 1000), xB: x, mB: flatOf(24, 1000) };
    };
    const correlationAt = (height: number): number => {
      const tests = Array.from({ length: 12 }, () => score([lasting(height)], 1, 1)!);
      return noiseOf(tests, { samplesPerUnit: 1 }, { samplesPerUnit: 1 }, 0).a.correlation;
    };
    const lagged = score([lasting(12)], 1, 1)!.a.lagged;
    expect(correlationAt(12)).toBeGreaterThan(lagged + 0.15);
    expect(correlationAt(0)).toBeLessThan(0.35);
  });

  it('two parts of a whole change by the same measure', () => {
    const { xA, mA, xB, mB } = stratum(60, 90);
    const [part, rest] = [score([{ xA, mA, xB, mB }], 1, 1)!, score([{ xA: mA, mA: xA, xB: mB, mB: xB }], 1, 1)!];
    expect(zOf(rest, noise)).toBeCloseTo(-zOf(part, noise), 9);
  });
});
