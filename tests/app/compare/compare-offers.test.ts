import { describe, expect, it } from 'vitest';
import { bothRanges, labelOffers, valuesHere, whyNothing } from '#app/compare/compare-offers.ts';
import { aroundMarker, isAroundMarker } from '#app/sides/ranges.ts';
import { resolveTimeRange } from '#model/time-range.ts';

describe('an earlier range is offered', () => {
  it.each([
    ['where profiles are stored', { startMs: 100, endMs: 200 }, 150, undefined],
    ['where it is not known since when', { startMs: 100, endMs: 200 }, undefined, undefined],
    ['not before the first profile', { startMs: 100, endMs: 200 }, 201, 'no profiles are stored there'],
  ])('%s', (_, range, oldestMs, why) => {
    expect(whyNothing(range, oldestMs)).toBe(why);
  });
});

it('labels of one value come last, with the reason, but not those that are asked for', () => {
  const rows = [
    { name: 'pod', valueCount: 1 },
    { name: 'region', valueCount: 2 },
    { name: 'version', valueCount: 1 },
    { name: 'zone', valueCount: undefined },
  ];
  expect(labelOffers(rows, ['version'], 9)).toEqual([
    { name: 'region', why: undefined },
    { name: 'version', why: undefined },
    { name: 'zone', why: undefined },
    { name: 'pod', why: 'has one value in these ranges' },
  ]);
  expect(labelOffers(rows, [], 1)).toEqual([{ name: 'region', why: undefined }]);
});

it('both sides of a deploy are one range, from the first to the last', () => {
  const [a, b] = [
    { startMs: 10, endMs: 20 },
    { startMs: 30, endMs: 40 },
  ];
  const whole = { startMs: 10, endMs: 40 };
  expect([bothRanges(a, b), bothRanges(b, a)]).toEqual([whole, whole]);
  const weekLater = { startMs: a.startMs + 604_800_000, endMs: a.endMs + 604_800_000 };
  for (const other of [{ ...a }, weekLater, undefined]) expect(bothRanges(a, other)).toBeUndefined();
});

it('values without a cost count only where none has one', () => {
  const [v1, v2] = [
    { name: 'v1', cost: undefined },
    { name: 'v2', cost: 3 },
  ];
  expect(valuesHere([v1, v2])).toEqual([v2]);
  expect(valuesHere([v1])).toEqual([v1]);
});

it('windows around an event are recognised by what is left out between them', () => {
  const { a, b } = aroundMarker(10_000_000, 20_000_000);
  const [before, after] = [a, b].map((text) => {
    const resolved = resolveTimeRange(text, 20_000_000, 'UTC');
    return resolved.ok ? resolved.range : undefined;
  });
  expect(isAroundMarker(before, after)).toBe(true);
  expect(isAroundMarker(after, before)).toBe(false);
  expect(isAroundMarker(before, before)).toBe(false);
  expect(isAroundMarker(undefined, after)).toBe(false);
});
