import { expect, it } from 'vitest';
import { shownProfileOf } from '#app/explore/shown-profile.ts';
import type { MergedProfile } from '#app/queries/source-queries.ts';
import type { Series } from '#model/series.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HEAP = 'memory:inuse_space:bytes:space:bytes';

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
  expect(shownProfileOf(merged(HEAP, 40), answer)?.snapshots).toEqual({ count: 2, scale: 0.5 });
});

it('snapshots wait for series of their own; what is summed waits for none', () => {
  const stale = { ...answer, isStale: true };
  expect(shownProfileOf(merged(HEAP, 40), stale)).toBeUndefined();
  expect(shownProfileOf(merged(CPU, 40), stale)).toMatchObject({ snapshots: undefined, coveredMs: 30_000 });
});

it.each([
  ['no series could be had', 40, { ...answer, series: undefined }],
  ['nothing was held', 40, { ...answer, series: [] }],
  ['the sum is nothing', 0, answer],
])('where %s, snapshots stay a sum', (_, total, shown) => {
  expect(shownProfileOf(merged(HEAP, total), shown)?.snapshots).toEqual({ count: undefined, scale: 1 });
});
