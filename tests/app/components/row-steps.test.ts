import { expect, it } from 'vitest';
import { isRowInSight, rowAfter } from '#app/components/row-steps.ts';

const rows = { count: 100, rowCss: 24, scroller: { clientHeight: 240 } as Element };

it.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 99, 99],
  ['ArrowUp', 0, 0],
  ['PageDown', 3, 11],
  ['PageDown', 97, 99],
  ['PageUp', 50, 42],
  ['Home', 50, 0],
  ['End', 50, 99],
  ['x', 50, undefined],
] as const)('%s from row %i', (key, at, to) => {
  expect(rowAfter(key, at, rows)).toBe(to);
});

it.each([
  [0, 0, true],
  [7, 0, true],
  [8, 0, false],
  [0, 1, false],
  [1, 24, true],
  [8, 24, true],
  [8, 20, true],
  [8, 19, false],
] as const)('row %i at a scroll of %i: %s', (row, scrollTop, isInSight) => {
  expect(isRowInSight(row, 24, 28, { scrollTop, clientHeight: 224 })).toBe(isInSight);
});
