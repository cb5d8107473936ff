import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alignSeries, stepAt, totalColumn } from '#model/aligned-series.ts';
import type { Series } from '#model/series.ts';

const series = (value: string, ...points: [number, number][]): Series => ({
  labels: [{ name: 'pod', value }],
  timesMs: Float64Array.from(points, ([time]) => time),
  values: Float64Array.from(points, ([, one]) => one),
});
const gap = Number.NaN;
const range = { startMs: 100, endMs: 200 };
const a = series('a', [110, 1], [120, 2], [150, 5]);
const b = series('b', [120, 20], [140, 40]);

it('puts all series on one column of times, empty steps as NaN', () => {
  const aligned = alignSeries([a, b], range, 10, 2);
  expect(aligned).toMatchObject({ firstMs: 110, stepMs: 10, length: 5, labels: [a.labels, b.labels] });
  expect(aligned.columns.map((column) => [...column])).toEqual([
    [2, 4, gap, gap, 10],
    [gap, 40, gap, 80, gap],
  ]);
  expect([...aligned.sums]).toEqual([16, 120]);
  expect([...totalColumn(aligned)]).toEqual([2, 44, gap, 80, 10]);
});

it.each([
  ['nothing', [], 0, []],
  ['series without points', [series('a')], 0, []],
  ['one point', [series('a', [150, 3])], 1, [3]],
  ['what lies far outside of the range', [series('a', [10, 1], [150, 3], [990, 9])], 13, [3]],
])('%s', (_, all, length, total) => {
  const aligned = alignSeries(all, range, 10, 1);
  expect(aligned.length).toBe(length);
  expect([...totalColumn(aligned)].filter((value) => !Number.isNaN(value))).toEqual(total);
});

it('a source that answers far too many steps fills no memory', () => {
  const aligned = alignSeries([series('a', [0, 1], [1e12, 1])], { startMs: 0, endMs: 1e12 }, 1, 1);
  expect(aligned.length).toBeLessThanOrEqual(20_000);
});

it('no value is lost, and the total is the sum of the sums', () => {
  const points = fc.uniqueArray(fc.tuple(fc.nat(60), fc.nat(1000)), { selector: ([step]) => step });
  fc.assert(
    fc.property(fc.array(points, { maxLength: 5 }), fc.integer({ min: 1, max: 60_000 }), (rows, stepMs) => {
      const all = rows.map((row, s) =>
        series(String(s), ...row.toSorted(([x], [y]) => x - y).map(([i, v]): [number, number] => [i * stepMs, v])),
      );
      const aligned = alignSeries(all, { startMs: 0, endMs: 60 * stepMs }, stepMs, 1);
      expect([...aligned.sums]).toEqual(all.map(({ values }) => values.reduce((sum, v) => sum + v, 0)));
      const total = totalColumn(aligned).reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : v), 0);
      expect(total).toBe(aligned.sums.reduce((sum, v) => sum + v, 0));
    }),
  );
});

it.each([
  [99, -1],
  [101, 0],
  [110, 0],
  [111, 1],
  [150, 4],
  [151, -1],
])('a step ends at its time: %d is in step %d', (timeMs, step) => {
  expect(stepAt(alignSeries([a], range, 10, 1), timeMs) + 0).toBe(step);
});
