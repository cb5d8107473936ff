import { describe, expect, it } from 'vitest';
import { costUnit, monthlyText } from '#app/compare/cost.ts';
import type { Normalisation } from '#model/normalise.ts';
import { compared, cpu, type Facts } from './shown-comparison.ts';

const SECOND_NS = 1e9;
/** A minute of two cores, then of three. */
const stacks = { a: `main ${120 * SECOND_NS}\n`, b: `main ${90 * SECOND_NS}\nother ${90 * SECOND_NS}\n` };

const held: Facts = { type: { type: 'inuse_space', unit: 'bytes' }, seconds: undefined, isSnapshot: true };
const allocated: Facts = { type: { type: 'alloc_space', unit: 'bytes' }, seconds: 60, isSnapshot: false };

describe('a core more costs what a core costs', () => {
  it.each<[Normalisation, number]>([
    ['per-second', 1 * SECOND_NS],
    ['absolute', 60 * SECOND_NS],
    // Of the three cores that B uses.
    ['share', 1 / 3],
    ['equal-work', 1 / 3],
  ])('%s', async (norm, change) => {
    const shown = await compared(stacks, norm);
    expect(shown.diff.kind).toBe(norm);
    expect(costUnit(shown)).toBe('core-hour');
    expect(monthlyText(shown, change, 0.04)).toBe('+$\u00a029.20');
    expect(monthlyText(shown, -change, 1)).toBe('−$\u00a0730');
  });
});

it('at equal load the price is for the load of B', async () => {
  const twice = {
    a: `main ${60 * SECOND_NS}\nx ${30 * SECOND_NS}\n`,
    b: `main ${120 * SECOND_NS}\nx ${60 * SECOND_NS}\n`,
  };
  const shown = await compared(twice, 'load-adjusted');
  expect(shown.diff.load).toBeCloseTo(2, 12);
  expect(monthlyText(shown, SECOND_NS / Math.SQRT2, 0.04)).toBe('+$\u00a029.20');
});

it('a GB held costs what a GB costs, as recorded', async () => {
  const shown = await compared({ a: 'main 1000000000\n', b: 'main 3000000000\n' }, 'absolute', held);
  expect(costUnit(shown)).toBe('GB-hour');
  expect(monthlyText(shown, 2e9, 0.005)).toBe('+$\u00a07.30');
});

it.each<[string, Facts, Normalisation]>([
  ['shares of memory', held, 'share'],
  ['memory that was allocated', allocated, 'per-second'],
  ['shares of a recording of unknown length', { ...cpu, seconds: undefined }, 'share'],
  ['counts', { ...cpu, type: { type: 'samples', unit: 'count' } }, 'per-second'],
])('%s have no price', async (_, facts, norm) => {
  const shown = await compared(stacks, norm, facts);
  expect(shown.diff.kind).toBe(norm);
  expect([costUnit(shown), monthlyText(shown, 1, 1)]).toEqual([undefined, undefined]);
});

it('without a price or a change there is no text', async () => {
  const shown = await compared(stacks, 'share');
  expect([monthlyText(shown, 0.1, undefined), monthlyText(shown, 0, 1)]).toEqual([undefined, undefined]);
});
