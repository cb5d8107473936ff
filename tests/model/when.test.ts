import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { finish } from '#base/steps.ts';
import { checkProfile } from '#model/check-profile.ts';
import { type Interval, formatInterval, formatOffsetMs, parseInterval, printInterval } from '#model/interval.ts';
import type { Profile } from '#model/profile.ts';
import { selectSamples } from '#model/sample-labels.ts';
import { recordedMsOf, valueBefore } from '#model/sample-times.ts';
import { columnsFor, ROWS, whenOf } from '#model/when.ts';
import { treeAsText, treeOf } from '../support/profile-from-text.ts';
import { timedProfile } from '../support/timed-profile.ts';

const COUNT = { type: 'samples', unit: 'count' };
const TIME = { type: 'wall', unit: 'milliseconds' };

/** Twelve seconds from 1000 ms on: a sample each at 0, 0.5, 4, 4.01 and 12 s, on two threads. */
const moments = timedProfile(
  [COUNT],
  [
    { stack: 'main;a', atMs: 1000, values: [1], thread: 'one' },
    { stack: 'main;b', atMs: 1500, values: [2], thread: 'two' },
    { stack: 'main;a', atMs: 5000, values: [3], thread: 'one' },
    { stack: 'main;b', atMs: 5010, values: [4], thread: 'one' },
    { stack: 'main;a', atMs: 13_000, values: [5], thread: 'two' },
  ],
);

/** Two spans: work from 0 to 1000 ms and from 1500 to 12 000 ms, counted once each. */
const spans = timedProfile(
  [COUNT, TIME],
  [
    { stack: 'main;work', atMs: 0, values: [1, 1000] },
    { stack: 'main;rest', atMs: 1500, values: [1, 10_500] },
  ],
);

function interval(fromMs: number, untilMs: number, isRest = false): Interval {
  return { fromMs, untilMs, isRest };
}

function part(profile: Profile, during: Interval): Profile {
  const selected = finish(selectSamples(profile, [], undefined, during));
  checkProfile(selected);
  return selected;
}

function totals({ values }: Profile): readonly number[] {
  return values.map((column) => column.values.reduce((sum, value) => sum + value, 0));
}

function filled(cells: Float64Array): readonly (readonly [cell: number, value: number])[] {
  return Array.from(cells, (value, cell) => [cell, value] as const).filter(([, value]) => value !== 0);
}

describe('an interval in a link', () => {
  it.each([
    ['1000-2500', interval(1000, 2500)],
    ['!0-0.02', interval(0, 0.02, true)],
    ['12.345678-99', interval(12.345678, 99)],
  ])('%s', (text, read) => {
    expect(parseInterval(text)).toEqual(read);
    expect(printInterval(read)).toBe(text);
  });

  it.each(['', '1000', '2500-1000', '5-5', '-1-2', '1e3-2e3', '1-2-3', '1000-NaN', '1-2 ', '!!1-2'])(
    '“%s” is none',
    (text) => expect(parseInterval(text)).toBeUndefined(),
  );

  it('in words', () => {
    expect(formatInterval(interval(12_340, 13_500))).toBe('12.34 – 13.5\u00a0s');
    expect(formatInterval(interval(0, 0.5, true))).toBe('all but 0 – 500\u00a0µs');
    expect(formatOffsetMs(20)).toBe('20\u00a0ms');
  });
});

describe('a recording over time', () => {
  it('has seconds as columns and 20 ms as cells', () => {
    const when = finish(whenOf(moments, 0, [], undefined))!;
    expect([when.startMs, when.lengthMs, when.columnMs, when.columns, when.total]).toEqual([
      1000, 12_000, 1000, 13, 15,
    ]);
    expect(filled(when.cells)).toEqual([
      [0, 1],
      [25, 2],
      [4 * ROWS, 7],
      [12 * ROWS, 5],
    ]);
  });

  it.each([
    ['as it says', { ...spans, durationMs: 20_000 }, 20_000],
    ['until its last sample ends, where it says less', { ...spans, durationMs: 3000 }, 12_000],
    ['until its last sample ends, where it says nothing', spans, 12_000],
  ])('lasts %s, and so do its parts', (_, profile, recordedMs) => {
    expect(finish(whenOf(profile, 0, [], undefined))!.recordedMs).toBe(recordedMs);
    expect(recordedMsOf(profile)).toBe(recordedMs);
    const [inside, rest] = [part(profile, interval(400, 11_000)), part(profile, interval(400, 11_000, true))];
    expect([inside.durationMs, rest.durationMs]).toEqual([10_600, recordedMs - 10_600]);
  });

  it('has a band for each thread, the largest first', () => {
    const { bands } = finish(whenOf(moments, 0, [], undefined))!;
    expect(bands).toMatchObject({ label: 'thread', names: [['one'], ['two']], totals: [8, 7] });
    expect(bands!.bins * bands!.cellsABin).toBe(13 * ROWS);
    const binOf = (cell: number): number => Math.floor(cell / bands!.cellsABin);
    expect(filled(bands!.values)).toEqual([
      [binOf(0), 1],
      [binOf(4 * ROWS), 7],
      [bands!.bins + binOf(25), 2],
      [bands!.bins + binOf(12 * ROWS), 5],
    ]);
  });

  it('shows what a label filter leaves, in the time of the whole', () => {
    const when = finish(whenOf(moments, 0, [{ name: 'thread', operator: '=', value: 'two' }], undefined))!;
    expect([when.startMs, when.columns, when.total]).toEqual([1000, 13, 7]);
    expect(filled(when.cells)).toEqual([
      [25, 2],
      [12 * ROWS, 5],
    ]);
    expect(when.bands!.names).toEqual([['two']]);
  });

  it('spreads a value that lasts over the cells of its time', () => {
    const when = finish(whenOf(spans, 1, [], undefined))!;
    expect([when.columnMs, when.columns]).toEqual([1000, 13]);
    expect(Array.from(when.cells)).toEqual(
      Array.from({ length: 13 * ROWS }, (_, cell) => (cell < 50 || (cell >= 75 && cell < 600) ? 20 : 0)),
    );
    expect(filled(finish(whenOf(spans, 0, [], undefined))!.cells)).toEqual([
      [0, 1],
      [75, 1],
    ]);
  });

  it('has no bands without labels, and is nothing without times', () => {
    expect(finish(whenOf(spans, 0, [], undefined))!.bands).toBeUndefined();
    expect(finish(whenOf({ ...spans, times: undefined }, 0, [], undefined))).toBeUndefined();
  });

  it.each([
    [0, 1000, 1],
    [60_000, 1000, 61],
    [6000, 1000, 7],
    [5999, 100, 60],
    [50, 1, 51],
    [0.02, 0.01, 3],
    [2 * 3_600_000, 10_000, 721],
    [1e15, undefined, undefined],
  ])('%d ms have columns of %s ms', (lengthMs, columnMs, columns) => {
    const found = columnsFor(lengthMs);
    if (columnMs !== undefined) expect(found).toEqual({ columnMs, columns });
    expect(found.columns).toBeLessThanOrEqual(3600);
    expect(found.columns * found.columnMs).toBeGreaterThan(lengthMs);
  });
});

describe('times that no number holds', () => {
  it('are refused', () => {
    const seconds = { type: 'wall', unit: 'seconds' };
    const endless = timedProfile([seconds], [{ stack: 'main', atMs: 0, values: [1e308] }]);
    expect(() => finish(whenOf(endless, 0, [], undefined))).toThrow('too long');
  });
});

describe('a part of a recording', () => {
  it('has the samples from its start on, without its end', () => {
    const middle = part(moments, interval(500, 4010));
    expect(treeAsText(treeOf(middle), middle.functions.names)).toBe(
      treeAsText(
        treeOf(
          timedProfile(
            [COUNT],
            [
              { stack: 'main;b', atMs: 1500, values: [2] },
              { stack: 'main;a', atMs: 5000, values: [3] },
            ],
          ),
        ),
        ['main', 'b', 'a'],
      ),
    );
    expect(totals(part(moments, interval(500, 4010, true)))).toEqual([10]);
  });

  it('cuts a value that lasts where the part ends, and leaves counts where they began', () => {
    expect(totals(part(spans, interval(400, 1600)))).toEqual([1, 700]);
    expect(totals(part(spans, interval(400, 1600, true)))).toEqual([1, 10_800]);
    expect(totals(part(spans, interval(1000, 1500)))).toEqual([0, 0]);
    expect(part(spans, interval(1000, 1500)).sampleCount).toBe(0);
  });

  it('knows how long it is', () => {
    expect(part(spans, interval(400, 1600)).durationMs).toBe(1200);
    expect(part(spans, interval(400, 1600, true)).durationMs).toBe(10_800);
    expect(part({ ...spans, timeMs: 5e12 }, interval(400, 1600)).timeMs).toBe(5e12 + 400);
  });

  it('keeps whole numbers that doubles do not hold', () => {
    const huge = 2n ** 60n + 1n;
    const profile = timedProfile([{ type: 'wall', unit: 'nanoseconds' }], [{ stack: 'main', atMs: 0, values: [huge] }]);
    const [first, rest] = [part(profile, interval(0, 1000)), part(profile, interval(0, 1000, true))];
    expect(first.values[0].exact).toEqual(BigInt64Array.of(1_000_000_000n));
    expect(rest.values[0].exact).toEqual(BigInt64Array.of(huge - 1_000_000_000n));
  });

  it('and its rest have together what the whole has, exactly', () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 5000 }), fc.double({ min: 0, max: 5000, noNaN: true }));
    const sample = fc.record({ atMs: fc.double({ min: 0, max: 9000, noNaN: true }), value, count: fc.nat(9) });
    const cut = fc.double({ min: 0, max: 12_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 12 }), cut, cut, (samples, one, other) => {
        fc.pre(one !== other);
        const profile = timedProfile(
          [COUNT, TIME],
          samples.map((each, i) => ({ stack: `f${i}`, atMs: each.atMs, values: [each.count, each.value] })),
        );
        const cuts = interval(Math.min(one, other), Math.max(one, other));
        const [inside, outside] = [part(profile, cuts), part(profile, { ...cuts, isRest: true })];
        for (const type of [0, 1]) {
          const ofStack = new Map<number, number>();
          for (const { stackStart, stackFrames, values, sampleCount } of [inside, outside])
            for (let i = 0; i < sampleCount; i++) {
              const frame = stackFrames[stackStart[i]];
              ofStack.set(frame, (ofStack.get(frame) ?? 0) + values[type].values[i]);
            }
          for (let i = 0; i < samples.length; i++)
            expect(ofStack.get(profile.stackFrames[i]) ?? 0).toBe(profile.values[type].values[i]);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('values of meeting parts add up exactly', () => {
    const at = [0, 3.3, 7.77, 100.1, 333.333, 1e6];
    for (const value of [1000, 0.1, 1234.5678, 1e-9, 2 ** 52 + 1]) {
      const parts = at.slice(1).map((end, i) => valueBefore(value, 1, 1, end) - valueBefore(value, 1, 1, at[i]));
      const rest = value - valueBefore(value, 1, 1, 1e6);
      expect(parts.reduce((sum, one) => sum + one, 0) + rest).toBe(value);
    }
  });
});
