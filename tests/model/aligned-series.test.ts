import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignSeries,
  largestShown,
  middleMs,
  readingMs,
  pointsOf,
  stepAt,
  summaryOf,
  totalColumn,
} from '#model/aligned-series.ts';
import type { Series } from '#model/series.ts';

const RANGE = { startMs: 0, endMs: 60_000 };

/** `1 . 3`: values of steps of ten seconds, a dot where there is none. */
function drawn(text: string, startMs = 10_000): Series {
  const cells = text.trim().split(/\s+/);
  const steps = Array.from(cells.keys()).filter((i) => cells[i] !== '.');
  return {
    labels: [],
    timesMs: Float64Array.from(steps, (i) => startMs + i * 10_000),
    values: Float64Array.from(steps, (i) => Number(cells[i])),
  };
}
const text = (column: Float64Array): string =>
  [...column].map((value) => (Number.isNaN(value) ? '.' : value)).join(' ');

describe('alignment', () => {
  it('puts series on one column of times, and leaves gaps empty', () => {
    const aligned = alignSeries([drawn('1 2 . 4'), drawn('. 5 6')], RANGE, 10_000, 10);
    expect(aligned.firstMs).toBe(10_000);
    expect(aligned.columns.map(text)).toEqual(['10 20 . 40', '. 50 60 .']);
    expect([...aligned.sums]).toEqual([70, 110]);
  });

  it('keeps to the grid of the source where it begins before the range', () => {
    const aligned = alignSeries([drawn('1 2 3 4', -13_000)], RANGE, 10_000, 1);
    expect(aligned.firstMs).toBe(-3000);
    expect(text(aligned.columns[0] ?? new Float64Array(0))).toBe('2 3 4');
  });

  it('leaves out values that are not numbers', () => {
    const wild = { ...drawn('1 2 3'), values: Float64Array.of(1, Number.NaN, Infinity) };
    const { columns, sums } = alignSeries([wild], RANGE, 10_000, 1);
    expect([text(columns[0] ?? new Float64Array(0)), sums[0]]).toEqual(['1 . .', 1]);
  });

  it('is nothing for nothing, and bounded for any range', () => {
    expect(alignSeries([], RANGE, 10_000, 1).length).toBe(0);
    const far = { labels: [], timesMs: Float64Array.of(0, 1e15), values: Float64Array.of(1, 1) };
    expect(alignSeries([far], { startMs: 0, endMs: 1e15 }, 1, 1).length).toBeLessThanOrEqual(20_000);
  });

  it('goes back to the points it came from', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 1e6 })), { minLength: 1, maxLength: 40 }), (cells) => {
        const series = drawn(cells.map((cell) => cell ?? '.').join(' '));
        const range = { startMs: 0, endMs: 1e6 };
        expect(pointsOf(alignSeries([series], range, 10_000, 1), 0)).toEqual(series);
      }),
    );
  });
});

describe('reading', () => {
  const aligned = alignSeries([drawn('1 2 . 4'), drawn('. 5 6')], RANGE, 10_000, 1);

  it('sums the shown series; a step is empty if all are', () => {
    expect(text(totalColumn(aligned))).toBe('1 7 6 4');
    expect(text(totalColumn(aligned, [false, true]))).toBe('1 2 . 4');
  });

  it('knows the largest, alone, stacked, without the hidden', () => {
    expect(largestShown(aligned, [], false)).toBe(6);
    expect(largestShown(aligned, [], true)).toBe(7);
    expect(largestShown(aligned, [false, true], true)).toBe(4);
    expect(largestShown(aligned, [true, true], false)).toBe(0);
  });

  it('a time belongs to the step that ends at it or after it', () => {
    expect([1, 10_000, 10_001, 40_000, 40_001, -1].map((ms) => stepAt(aligned, ms)).join()).toBe('0,0,1,3,-1,-1');
    expect([0, 1, 2, 3].map((step) => stepAt(aligned, middleMs(aligned, step))).join()).toBe('0,1,2,3');
    // A reading names the time at which its value is drawn, outside of the data the time itself.
    expect([1, 10_000, 10_001, 40_001].map((ms) => readingMs(aligned, ms))).toEqual([5000, 5000, 15_000, 40_001]);
  });

  it('sums up the steps whose middle is in a range, over those with something in them', () => {
    expect(summaryOf(aligned, aligned.columns[0], RANGE)).toEqual({ least: 1, largest: 4, mean: 7 / 3, last: 4 });
    expect(summaryOf(aligned, aligned.columns[0], { startMs: 0, endMs: 16_000 })?.mean).toBe(1.5);
    // Steps beside a gap are filled in part: the others tell the mean, where there are any.
    const gaps = alignSeries([drawn('3 3 1 . 2 3 3')], { startMs: 0, endMs: 70_000 }, 10_000, 1);
    expect(summaryOf(gaps, gaps.columns[0], { startMs: 0, endMs: 70_000 })).toEqual({
      least: 1,
      largest: 3,
      mean: 3,
      last: 3,
    });
    expect(summaryOf(aligned, aligned.columns[0], { startMs: 21_000, endMs: 29_000 })).toBeUndefined();
  });
});
