/** How many samples stand behind amounts. */
import { describe, expect, it } from 'vitest';
import { samplesPerQuantum } from '#model/samples-per-unit.ts';

describe('amounts that nobody counted', () => {
  it('are samples where all are whole numbers of a period', () => {
    expect(samplesPerQuantum([30_000_000, 0, 10_000_000, 70_000_000])).toBe(1 / 10_000_000);
    expect(samplesPerQuantum(Float64Array.of(10_101_010 * 3, 10_101_010 * 2))).toBe(1 / 10_101_010);
    expect(samplesPerQuantum([-20_000_000, 30_000_000])).toBe(1 / 10_000_000);
  });

  it('are not known where they have no large part in common', () => {
    expect(samplesPerQuantum([30_000_001, 10_000_000])).toBeUndefined();
    expect(samplesPerQuantum([4096, 8192])).toBeUndefined();
    expect(samplesPerQuantum([1.5e7, 1e7 / 3])).toBeUndefined();
    expect(samplesPerQuantum([Number.NaN])).toBeUndefined();
    expect(samplesPerQuantum([])).toBeUndefined();
  });
});
