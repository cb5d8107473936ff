import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Spark } from '#app/views/timeline/spark.tsx';

const range = { startMs: 0, endMs: 120 };
/** The path of a series in a box of 120 by 40. */
const path = (times: readonly number[], values: readonly number[], largest?: number): string | undefined => {
  const series = { labels: [], timesMs: Float64Array.from(times), values: Float64Array.from(values) };
  return / d="([^"]*)"/.exec(renderToStaticMarkup(<Spark series={series} range={range} largest={largest} />))?.[1];
};

it('is one path from zero to the largest, with gaps where steps are missing', () => {
  expect(path([10, 20, 30, 60], [5, 10, 5, 0])).toBe('M10.0 20.0L20.0 1.0L30.0 20.0M60.0 39.0h3');
});

it('is one line where two pods report every 5 min, in neighbouring steps', () => {
  expect(path([0, 1, 5, 6, 10, 11], [1, 1, 1, 1, 1, 1])?.match(/M/g)).toHaveLength(1);
});

it('has the scale of its neighbours if one is given', () => {
  expect(path([10, 20], [10, 10], 20)).toBe('M10.0 20.0L20.0 20.0');
});

it('is empty for nothing, and stays in its box', () => {
  expect(path([], [])).toBe('');
  expect(path([10], [0])).toBe('');
  expect(path([-500, 9000], [-3, 1])).toBe('M0.0 39.0L120.0 1.0');
});
