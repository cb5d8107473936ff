import { expect, it } from 'vitest';
import { labelSourceOf } from '#app/source/label-source.ts';
import type { DataSource, SeriesQuestion } from '#datasource/datasource.ts';
import { labelSet } from '#model/labels.ts';

const { signal } = new AbortController();
const INTERVAL_MS = 15_000;
const HOUR_MS = 3_600_000;

/** Two pods that upload by turns: `a` holds 10 at any time, `b` holds 30. */
const source = {
  labelNames: async () => ['__name__', 'env', 'pod'],
  labelValues: async () => ['a', 'b', 'gone'],
  series: async ({ query: { range }, stepMs, groupBy }: SeriesQuestion) =>
    [10, 30].map((held, pod) => {
      const sums = new Map<number, number>();
      for (let ms = range.startMs + 1000 + 7000 * pod; ms <= range.endMs; ms += INTERVAL_MS) {
        const step = Math.ceil(ms / stepMs) * stepMs;
        sums.set(step, (sums.get(step) ?? 0) + held);
      }
      const labels = labelSet([{ name: 'pod', value: 'ab'[pod] }].filter(({ name }) => groupBy.includes(name)));
      return { labels, timesMs: Float64Array.from(sums.keys()), values: Float64Array.from(sums.values()) };
    }),
} as unknown as DataSource;

it.each([
  ['what snapshots of it held on average', 'memory:inuse_space:bytes::', 10, 30],
  ['what it used in all', 'process_cpu:cpu:nanoseconds::', 2400, 7200],
])('a value costs %s', async (_, profileType, a, b) => {
  const labels = labelSourceOf(source, { startMs: 0, endMs: HOUR_MS }, profileType);
  expect(await labels.loadValues('pod', [], signal)).toEqual([
    { name: 'a', cost: a },
    { name: 'b', cost: b },
    { name: 'gone', cost: undefined },
  ]);
});
