import { expect, it } from 'vitest';
import { changeSince, timeBefore } from '#model/series-change.ts';
import type { Series } from '#model/series.ts';

const series = (...values: number[]): Series => ({
  labels: [],
  timesMs: Float64Array.from(values, (_, i) => i),
  values: Float64Array.from(values),
});
const HOUR_MS = 3_600_000;

it.each([
  [1, 1],
  [24, 1],
  [25, 7],
  [7 * 24, 7],
  [30 * 24, 35],
])('a range of %i h is held against the same time %i days before', (hours, days) => {
  const endMs = 2000 * 24 * HOUR_MS;
  const backMs = days * 24 * HOUR_MS;
  expect(timeBefore({ startMs: endMs - hours * HOUR_MS, endMs })).toEqual({
    range: { startMs: endMs - hours * HOUR_MS - backMs, endMs: endMs - backMs },
    days,
  });
});

it('means of the steps that hold something are compared', () => {
  expect(changeSince(series(4, 4), series(5, 7, 6), 3)).toEqual({ first: 4, last: 6 });
});

it('a series without earlier profiles is new only if other series had some', () => {
  expect(changeSince(undefined, series(5, 5), 2)).toEqual({ first: 0, last: 5 });
  expect(changeSince(undefined, series(5, 5), 0)).toBeUndefined();
  expect(changeSince(series(3), series(5, 5, 5), 1)).toBeUndefined();
  expect(changeSince(series(3), series(), 1)).toBeUndefined();
});
