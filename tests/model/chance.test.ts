/** Many tests at once. */
import { describe, expect, it } from 'vitest';
import { chosenQuantile, discoveries } from '#model/chance.ts';

describe('many tests', () => {
  it('a test that weighs more needs less, and the others more', () => {
    // A tail of 0.0214 of two: against 0.015.
    expect([...discoveries([2.3, 0.1], 0.03)]).toEqual([0, 0]);
    expect([...discoveries([2.3, 0.1], 0.03, [9, 1])]).toEqual([1, 0]);
    expect([...discoveries([2.3, 0.1], 0.03, [1, 9])]).toEqual([0, 0]);
  });

  it('intervals of what was chosen from many are wider', () => {
    expect(chosenQuantile(1, 1)).toBeCloseTo(1.96, 2);
    // 0.05 / 100
    expect(chosenQuantile(1, 100)).toBeCloseTo(3.4808, 3);
    expect(chosenQuantile(100, 100)).toBeCloseTo(1.96, 2);
    expect(chosenQuantile(300, 100)).toBeCloseTo(1.96, 2);
  });

  it('false discoveries are bounded as Benjamini and Hochberg do it', () => {
    // Tails 0.001, 0.012, 0.03, 0.04, 0.6: against 0.01, 0.02, 0.03, 0.04, 0.05 the first four.
    expect([...discoveries([3.29, -2.513, 2.171, 2.054, 0.52], 0.05)]).toEqual([1, 1, 1, 1, 0]);
    expect([...discoveries([1, -1.5, 0], 0.05)]).toEqual([0, 0, 0]);
  });
});
