import { expect, it } from 'vitest';
import { gridStep } from '#app/overview/grid-steps.ts';

// 0 1 2
// 3 4 5
// 6 7
const shape = { count: 8, columns: 3, page: 6 };

it.each([
  ['ArrowRight', 2, 3],
  ['ArrowRight', 7, 7],
  ['ArrowLeft', 3, 2],
  ['ArrowLeft', 0, 0],
  ['ArrowDown', 1, 4],
  ['ArrowDown', 5, 7],
  ['ArrowDown', 7, 7],
  ['ArrowUp', 4, 1],
  ['ArrowUp', 1, 1],
  ['Home', 5, 3],
  ['End', 3, 5],
  ['End', 6, 7],
  ['PageDown', 1, 7],
  ['PageUp', 7, 1],
  ['PageUp', 4, 0],
  ['x', 4, undefined],
])('%s from %i leads to %s', (key, from, to) => expect(gridStep(key, from, shape)).toBe(to));
