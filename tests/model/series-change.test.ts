import { expect, it } from 'vitest';
import { changeWithin } from '#model/series-change.ts';
import type { Series } from '#model/series.ts';

const range = { startMs: 0, endMs: 90 };
const series = (...points: [number, number][]): Series => ({
  labels: [],
  timesMs: Float64Array.from(points, ([time]) => time),
  values: Float64Array.from(points, ([, value]) => value),
});

it('compares the last third with the first and leaves the middle out', () => {
  expect(changeWithin(series([10, 2], [30, 4], [45, 1000], [70, 6], [90, 10]), range)).toEqual({ first: 3, last: 8 });
});

it('gaps do not count as nothing; a third without a point does', () => {
  expect(changeWithin(series([80, 6]), range)).toEqual({ first: 0, last: 6 });
  expect(changeWithin(series([45, 6]), range)).toBeUndefined();
});
