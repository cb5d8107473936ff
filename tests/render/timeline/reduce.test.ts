import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reduceColumn } from '#render/timeline/reduce.ts';

const column = (text: string): Float64Array =>
  Float64Array.from(text.split(' '), (cell) => (cell === '.' ? Number.NaN : Number(cell)));
/** Runs in brackets, points as `step:value`. */
function drawn(text: string, bucket: number): string {
  const { runs, steps, values, length } = reduceColumn(column(text), bucket);
  return runs
    .map((from, r) => {
      const points = Array.from(
        { length: (runs[r + 1] ?? length) - from },
        (_, i) => `${steps[from + i]}:${values[from + i]}`,
      );
      return `[${points.join(' ')}]`;
    })
    .join('');
}

describe('fewer points', () => {
  it('keeps all where there is room, and parts them at gaps', () => {
    expect(drawn('1 2 . 4', 1)).toBe('[0:1 1:2][3:4]');
    expect(drawn('. .', 1)).toBe('');
  });

  it('keeps the lowest and the highest of each bucket in their order, and the ends', () => {
    expect(drawn('5 9 1 5 5 2 3 8', 4)).toBe('[0:5 1:9 2:1 5:2 7:8]');
  });

  it('a bucket without a value is a gap, a shorter gap is not', () => {
    expect(drawn('1 . . . . 6 7 8', 2)).toBe('[0:1][5:6 6:7 7:8]');
    expect(drawn('1 . 3 4', 2)).toBe('[0:1 2:3 3:4]');
  });

  it('never loses an extreme, never goes back, never exceeds four points a bucket', () => {
    const cell = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 99 }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    );
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 300 }), fc.integer({ min: 1, max: 40 }), (cells, bucket) => {
        const known = cells.filter((value) => !Number.isNaN(value));
        const { length, steps, values } = reduceColumn(Float64Array.from(cells), bucket);
        const kept = [...values.subarray(0, length)];
        expect(Math.max(...kept)).toBe(Math.max(...known));
        expect(Math.min(...kept)).toBe(Math.min(...known));
        for (let i = 0; i < length; i++) {
          expect(values[i]).toBe(cells[steps[i]]);
          if (i > 0) expect(steps[i]).toBeGreaterThan(steps[i - 1]);
        }
        expect(length).toBeLessThanOrEqual(4 * Math.ceil(cells.length / bucket));
      }),
    );
  });
});
