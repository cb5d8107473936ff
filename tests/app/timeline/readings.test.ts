import { expect, it } from 'vitest';
import { readingsAt } from '#app/views/timeline/readings.ts';
import { alignSeries } from '#model/aligned-series.ts';

const values = [5, 9, 1, 7];
const series = alignSeries(
  values.map((value) => ({ labels: [], timesMs: Float64Array.of(10), values: Float64Array.of(value) })),
  { startMs: 0, endMs: 100 },
  10,
  1,
);

it('the largest first, then how many more', () => {
  expect(readingsAt(series, [], 4, 2, -1)).toEqual({
    top: [
      { index: 1, value: 9 },
      { index: 3, value: 7 },
    ],
    others: 2,
    sum: 22,
  });
});

it('the series under the pointer is always listed', () => {
  expect(readingsAt(series, [], 4, 2, 2).top.map(({ index }) => index)).toEqual([1, 2]);
  expect(readingsAt(series, [], 4, 2, 1).top.map(({ index }) => index)).toEqual([1, 3]);
});

it('neither hidden series nor times without data', () => {
  expect(readingsAt(series, [false, true], 4, 9, -1).sum).toBe(13);
  expect(readingsAt(series, [], 50, 9, 0)).toEqual({ top: [], others: 0, sum: 0 });
});
