import { describe, expect, it } from 'vitest';
import { changeText, largestValue, mostTellingFirst, sortedCells } from '#app/overview/sort-cells.ts';
import type { Series } from '#model/series.ts';

const series = (first: number, last: number): Series => ({
  labels: [],
  timesMs: Float64Array.of(10, 30),
  values: Float64Array.of(first, last),
});
const cells = [
  { title: 'steady', cost: 100, series: series(50, 50), change: { first: 50, last: 50 } },
  { title: 'fell', cost: 40, series: series(30, 10), change: { first: 30, last: 10 } },
  { title: 'grew', cost: 9, series: series(2, 7), change: { first: 2, last: 7 } },
  { title: 'asked for', cost: undefined, series: undefined, change: undefined },
];

describe('cells', () => {
  it.each([
    ['cost', ['steady', 'fell', 'grew', 'asked for']],
    ['change', ['fell', 'grew', 'steady', 'asked for']],
    ['name', ['asked for', 'fell', 'grew', 'steady']],
  ] as const)('by %s', (sort, wanted) => {
    expect(sortedCells(cells, sort).map(({ title }) => title)).toEqual(wanted);
  });

  it('share the largest value as the end of one scale', () => {
    expect([largestValue(cells), largestValue([])]).toEqual([50, 0]);
  });
});

it.each([
  [100, 123, '+23 %'],
  [100, 55, '−45 %'],
  [1, 24, '× 24'],
  [0, 5, 'new'],
  [5, 0, 'to 0'],
  [100, 104, undefined],
  [0, 0, undefined],
])('from %d to %d is %s', (first, last, wanted) => {
  expect(changeText({ first, last })?.replace('\u00a0', ' ')).toBe(wanted);
});

it('labels that part the whole into a few come first, those of one value last', () => {
  const rows = [
    { name: 'tenant', valueCount: 418 },
    { name: 'one', valueCount: 1 },
    { name: 'region', valueCount: 3 },
    { name: 'env', valueCount: 3 },
    { name: 'unknown', valueCount: undefined },
  ];
  expect(mostTellingFirst(rows).map(({ name }) => name)).toEqual(['env', 'region', 'tenant', 'one', 'unknown']);
});
