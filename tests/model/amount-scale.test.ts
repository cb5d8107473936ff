import { describe, expect, it } from 'vitest';
import { amountScale } from '#model/amount-scale.ts';
import { difference } from '#model/difference.ts';

const cpu = { type: 'cpu', unit: 'nanoseconds' };

describe('a table has one unit and decimals that line up', () => {
  it('shares, and changes in points', () => {
    const scale = amountScale({ kind: 'share', sampleType: cpu }, 0.3);
    expect([scale.suffix, scale.changeSuffix]).toEqual(['%', 'points']);
    expect([0.3, 0.0321, 0, 0.000_01].map(scale.amount)).toEqual(['30.00', '3.21', '0.00', '<0.01']);
    expect([0.00688, -0.000987, 0.0000985, 0, -0.000_01, 0.000_01].map(scale.change)).toEqual([
      '+0.69',
      '−0.10',
      '+0.01',
      '0',
      '−0.00',
      '+0.00',
    ]);
  });

  it('amounts as recorded have the unit of the largest', () => {
    const scale = amountScale({ kind: 'absolute', sampleType: cpu }, 2_166e9);
    expect([scale.suffix, scale.amount(2_166e9), scale.amount(6e9), scale.change(-6e9), scale.change(1e6)]).toEqual([
      'core-min',
      '36.1',
      '0.1',
      '−0.1',
      '+0.0',
    ]);
  });

  it.each([
    [cpu, 1.5e9, 'cores', '1.50'],
    [{ type: 'alloc_space', unit: 'bytes' }, 3 * 2 ** 20, 'MiB/s', '3.00'],
    [{ type: 'contentions', unit: 'count' }, 12, 'count/s', '12'],
  ])('%o by the second', (sampleType, value, suffix, text) => {
    const scale = amountScale({ kind: 'per-second', sampleType }, value);
    expect([scale.suffix, scale.amount(value)]).toEqual([suffix, text]);
  });
});

it('a rounding error of doubles is not a change; integers are exact', () => {
  expect(difference(0.1 + 0.2, 0.3)).toBe(0);
  expect(difference(1 / 3, 1 - 2 / 3)).toBe(0);
  expect(difference(2 ** 52, 2 ** 52 + 1)).toBe(1);
  expect(difference(0.3, 0.300_001)).toBeCloseTo(1e-6, 12);
});
