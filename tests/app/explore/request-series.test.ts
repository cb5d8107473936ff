import { expect, it } from 'vitest';
import { requestSeries, seriesWithin } from '#app/explore/request-series.ts';

const range = { startMs: 1000, endMs: 7000 };

function series(...steps: (number | null)[]) {
  const answer = { source: 'pushed', steps, routes: [], covered: 1, problem: undefined } as const;
  const { timesMs, values } = requestSeries(answer, range);
  return [...timesMs].map((time, i) => [time, values[i]]);
}

it('requests are told per second, at the middle of each step that was counted', () => {
  expect(series(1, 4, null, 6, 8, 1)).toEqual([
    [2500, 4],
    [4500, 6],
    [5500, 8],
  ]);
});

it('the first and the last counted step hold a part: they are left out where there are others', () => {
  expect(series(null, null, 5, null, null, null)).toEqual([[3500, 5]]);
  expect(series(null, null, null, null, null, null)).toEqual([]);
});

it('what lies in another range is kept, at its time', () => {
  const all = { labels: [], timesMs: Float64Array.of(1, 2, 3, 4), values: Float64Array.of(10, 20, 30, 40) };
  expect(seriesWithin(all, { startMs: 2, endMs: 3 })).toEqual({
    labels: [],
    timesMs: Float64Array.of(2, 3),
    values: Float64Array.of(20, 30),
  });
  expect(seriesWithin(all, { startMs: 5, endMs: 9 }).values).toHaveLength(0);
});
