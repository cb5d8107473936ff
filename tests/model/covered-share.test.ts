import { expect, it } from 'vitest';
import { coveredShare } from '#model/slices.ts';

it.each([
  ['all', [2, 2, 2, 2], 1],
  ['nothing', [0, 0, 0, 0], 0],
  ['the last two thirds', [0, 0, 2, 2, 2, 2], 4 / 6],
  ['a slice that the gap cuts in half', [0, 1, 2, 2], 2.5 / 4],
  ['the newest slice, half of which has come', [4, 4, 4, 2], 3.5 / 4],
  ['fewer instances in the middle', [4, 4, 2, 2, 4, 4], 1],
  ['one restart', [2, 2, 1, 0, 2, 2, 2, 2], 6.5 / 8],
])('%s', (_, profiles, share) => {
  expect(coveredShare(profiles)).toBeCloseTo(share, 12);
});
