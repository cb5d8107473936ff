import { expect, it } from 'vitest';
import { rowAfter } from '#app/components/row-steps.ts';

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
