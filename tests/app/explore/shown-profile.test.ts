import { expect, it } from 'vitest';
import { shownProfileOf } from '#app/explore/shown-profile.ts';
import type { MergedProfile } from '#app/queries/source-queries.ts';
import type { Series } from '#model/series.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HEAP = 'memory:inuse_space:bytes:space:bytes';

const NOW = 1e12;

const merged = (profileType: string, total: number): MergedProfile => ({
  profile: { totals: [total] } as unknown as MergedProfile['profile'],
  query: { profileType, matchers: [], range: { startMs: 0, endMs: 60_000 } },
  bytes: 0,
  queryMs: 0,
  isWhole: true,
});
const series: readonly Series[] = [
  { labels: [], timesMs: Float64Array.of(15_000, 30_000), values: Float64Array.of(10, 30) },
];
const answer = { series, stepMs: 15_000, isStale: false };

it('snapshots are scaled to what was held on average', () => {
  expect(shownProfileOf(merged(HEAP, 40), answer, NOW)?.snapshots).toEqual({ count: 2, scale: 0.5 });
});

it('snapshots wait for their series; summed values do not', () => {
  const stale = { ...answer, isStale: true };
  expect(shownProfileOf(merged(HEAP, 40), stale, NOW)).toBeUndefined();
  expect(shownProfileOf(merged(CPU, 40), stale, NOW)).toMatchObject({ snapshots: undefined, coveredMs: 30_000 });
});

it.each([
  ['no series could be had', 40, { ...answer, series: undefined }],
  ['nothing was held', 40, { ...answer, series: [] }],
  ['the sum is nothing', 0, answer],
])('where %s, snapshots stay a sum', (_, total, shown) => {
  expect(shownProfileOf(merged(HEAP, total), shown, NOW)?.snapshots).toEqual({ count: undefined, scale: 1 });
});

/** Steps of 15 s from `firstMs` on. */
function stepsFrom(firstMs: number, ...values: readonly number[]): readonly Series[] {
  return [
    {
      labels: [],
      timesMs: Float64Array.from(values, (_, i) => firstMs + i * 15_000),
      values: Float64Array.from(values),
    },
  ];
}

it.each([
  // Of a range that is full, what lies before the first whole step aside.
  ['a range that steps do not fill', stepsFrom(0, 3, 15, 15, 15, 15), 60, 60_000],
  // 10 s of a step, two steps, 5 s of one: the whole ones tell the rate.
  ['a service that began and ended within the range', stepsFrom(30_000, 10, 15, 15, 5), 45, 45_000],
  ['two steps alone', stepsFrom(30_000, 10, 20), 30, 30_000],
])('the average of %s, which is of whole steps, times the covered time is the total', (_, given, total, coveredMs) => {
  const query = { profileType: CPU, matchers: [], range: { startMs: 0, endMs: 120_000 } };
  const shown = shownProfileOf({ ...merged(CPU, total), query }, { ...answer, series: given }, NOW);
  expect(shown?.coveredMs).toBeCloseTo(coveredMs, 6);
});
