import { expect, it } from 'vitest';
import { loadInterval, probeOf, USUAL_INTERVAL_MS } from '#app/source/upload-interval.ts';
import type { DataSource, SeriesQuestion } from '#datasource/datasource.ts';
import type { Series } from '#model/series.ts';

const MINUTE = 60_000;
const END_MS = 100 * 60 * MINUTE;
const query = {
  profileType: 'memory:inuse_space:bytes:space:bytes',
  matchers: [{ name: 'service_name', operator: '=', value: 'shop' }],
  range: { startMs: END_MS - 5 * MINUTE, endMs: END_MS },
} as const;
const { signal } = new AbortController();

/** One instance that uploads every so often; answers what lies in the range. */
function uploading(everyMs: number): { source: DataSource; asked: SeriesQuestion[] } {
  const asked: SeriesQuestion[] = [];
  const source = {
    labelNames: () => Promise.resolve(['__name__', 'pod']),
    series(question: SeriesQuestion): Promise<readonly Series[]> {
      asked.push(question);
      const { startMs, endMs } = question.query.range;
      const times: number[] = [];
      for (let at = Math.ceil(startMs / everyMs) * everyMs; at <= endMs; at += everyMs) times.push(at);
      return Promise.resolve([
        { labels: [], timesMs: Float64Array.from(times), values: new Float64Array(times.length).fill(1) },
      ]);
    },
  } as unknown as DataSource;
  return { source, asked };
}

it('is read from before a range that is too short for two uploads', async () => {
  const { source, asked } = uploading(5 * MINUTE);
  expect(await loadInterval(source, query, signal)).toBe(5 * MINUTE);
  expect(asked).toEqual([probeOf(query, ['pod'], 'near')]);
  expect(asked[0]?.query.range).toEqual({ startMs: END_MS - 20 * MINUTE, endMs: END_MS });
});

it('is looked for further back where uploads are rare', async () => {
  const { source, asked } = uploading(60 * MINUTE);
  expect(await loadInterval(source, query, signal)).toBe(60 * MINUTE);
  expect(asked.map(({ query: { range } }) => range.endMs - range.startMs)).toEqual([20 * MINUTE, 360 * MINUTE]);
});

it('is the usual one where no instance uploaded twice', async () => {
  const { source, asked } = uploading(1000 * 60 * MINUTE);
  expect(await loadInterval(source, query, signal)).toBe(USUAL_INTERVAL_MS);
  expect(asked).toHaveLength(2);
});

it('never looks before 1970', () => {
  const early = { ...query, range: { startMs: 0, endMs: MINUTE } };
  expect(probeOf(early, [], 'far').query.range).toEqual({ startMs: 0, endMs: MINUTE });
});
