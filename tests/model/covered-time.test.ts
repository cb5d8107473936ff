import { expect, it } from 'vitest';
import { coveredMsOf, coveredShare, isCoverageShown } from '#model/covered-time.ts';

it.each([
  ['all', [2, 2, 2, 2], 1],
  ['nothing', [0, 0, 0, 0], 0],
  ['the last two thirds', [0, 0, 2, 2, 2, 2], 4 / 6],
  ['a slice that the gap cuts in half', [0, 1, 2, 2], 2.5 / 4],
  ['the newest slice, half of which has come', [4, 4, 4, 2], 3.5 / 4],
  ['fewer instances in the middle', [4, 4, 2, 2, 4, 4], 1],
  ['uploads of three instances a minute, in halves of it', [2, 1, 2, 1, 2, 1, 2, 1], 1],
  ['the same from the other half on', [1, 2, 1, 2, 1, 2, 1, 2], 1],
  ['slices shorter than the time between uploads', [1, 0, 1, 0, 1, 0, 1, 0], 1],
  ['uploads each 15 s in slices of 10 s', [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0], 1],
  ['the last two thirds, in short slices', [0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0], 8 / 12],
  ['a gap between short slices', [1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0], 14 / 16],
  ['a gap of two minutes, in halves of a minute', [2, 1, 2, 1, 0, 0, 0, 0, 2, 1, 2, 1], 8 / 12],
  ['an upload that came a moment too early', [2, 2, 1, 3, 2, 2, 2, 2], 1],
  ['one restart', [2, 2, 1, 0, 2, 2, 2, 2], 6.5 / 8],
])('%s', (_, profiles, share) => {
  expect(coveredShare(profiles)).toBeCloseTo(share, 12);
});

it.each([
  ['half of it', 0.5, 30_000],
  ['nothing', 0, 60_000],
  ['an unknown part', undefined, 60_000],
])('of a minute of which %s has profiles, rates count the right time', (_, share, ms) => {
  expect(coveredMsOf({ startMs: 1000, endMs: 61_000 }, share)).toBe(ms);
});

it.each([
  ['differs in its last digit', 59_000, true],
  ['is the same in its digits', 59_999, false],
  ['counts the whole range', 60_000, false],
])('the counted time is shown where the rate %s', (_, coveredMs, isShown) => {
  expect(isCoverageShown(120, coveredMs, 60_000, (rate) => rate.toFixed(2))).toBe(isShown);
});
