import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { type FlameChart, flameChart } from '#model/flame-chart.ts';
import type { Interval } from '#model/interval.ts';
import type { Profile } from '#model/profile.ts';
import { timedProfile } from '../support/timed-profile.ts';

const COUNT = { type: 'samples', unit: 'count' };
const TIME = { type: 'wall', unit: 'milliseconds' };

/** Rows `begin – end name self`, indented by depth. */
function rows(profile: Profile, { tree, start }: FlameChart): readonly string[] {
  return Array.from({ length: tree.length - 1 }, (_, i) => {
    const node = i + 1;
    const name = profile.functions.names[tree.func[node]];
    const end = start[node] + tree.total[node];
    return `${'  '.repeat(tree.depth[node] - 1)}${start[node]}–${end} ${name} ${tree.self[node]}`;
  });
}

function chartOf(profile: Profile, sampleType = 0, during?: Interval, thread?: string): FlameChart {
  const matchers = thread === undefined ? [] : [{ name: 'thread', operator: '=' as const, value: thread }];
  return finish(flameChart(profile, sampleType, matchers, during))!;
}

/** From 100 ms on: main calls a twice with its own time between, then nothing for 4 ms, then main again. */
const spans = timedProfile(
  [TIME],
  [
    { stack: 'main;a', atMs: 100, values: [3] },
    { stack: 'main', atMs: 103, values: [1] },
    { stack: 'main;a;b', atMs: 104, values: [2] },
    { stack: 'main;a', atMs: 110, values: [5] },
  ],
);

describe('a flame chart', () => {
  it('has calls in the order of time, joined where no time is between them', () => {
    const chart = chartOf(spans);
    expect(rows(spans, chart)).toEqual([
      '0–6 main 1',
      '  0–3 a 3',
      '  4–6 a 0',
      '    4–6 b 2',
      '10–15 main 0',
      '  10–15 a 5',
    ]);
    expect([chart.tree.total[0], chart.tree.self[0], chart.originMs, chart.isCut]).toEqual([15, 4, 0, false]);
    expect(Array.from(chart.tree.subtreeEnd)).toEqual([7, 5, 3, 5, 5, 7, 7]);
    expect(Array.from(chart.tree.parent)).toEqual([-1, 0, 1, 1, 3, 0, 5]);
    expect(chart.tree.maxDepth).toBe(3);
  });

  it('lets others in between in every pass over the samples', () => {
    const many = timedProfile(
      [TIME],
      Array.from({ length: 40_000 }, (_, i) => ({ stack: 'main', atMs: i, values: [1], thread: `t${i % 2}` })),
    );
    const steps = flameChart(many, 0, [{ name: 'thread', operator: '=', value: 't1' }], undefined);
    // Three times in 40 000 samples, in each of eight passes.
    expect(Array.from(steps as Iterable<number>).length).toBeGreaterThanOrEqual(20);
  });

  it('of samples without a length: until the next, three usual gaps at most', () => {
    const counted = timedProfile(
      [COUNT],
      [0, 10, 20, 30, 100, 110].map((atMs, i) => ({ stack: i === 2 ? 'main;a' : 'main', atMs, values: [1] })),
    );
    expect(rows(counted, chartOf(counted))).toEqual(['0–40 main 30', '  20–30 a 10', '100–120 main 20'].map(cutAt110));
  });

  /** The recording ends with its last sample, whose length nothing tells. */
  function cutAt110(row: string): string {
    return row === '100–120 main 20' ? '100–110 main 10' : row;
  }

  it('of a clock, whose ticks are a little late, is without gaps', () => {
    const clock = timedProfile(
      [TIME],
      [0, 10.2, 20.1, 30.4, 60].map((atMs) => ({ stack: 'main', atMs, values: [10] })),
    );
    expect(rows(clock, chartOf(clock)).map((row) => row.replace(/(\.\d)\d+/g, '$1'))).toEqual([
      '0–40.4 main 40.4',
      '60–70 main 10',
    ]);
  });

  it('cuts a sample where the next one begins, also out of order', () => {
    const over = timedProfile(
      [TIME],
      [
        { stack: 'late', atMs: 5, values: [2] },
        { stack: 'early', atMs: 0, values: [8] },
      ],
    );
    expect(rows(over, chartOf(over))).toEqual(['0–5 early 5', '5–7 late 2']);
  });

  it('is of the thread that ran longest, or of the chosen one', () => {
    const threads = timedProfile(
      [TIME],
      [
        { stack: 'io', atMs: 0, values: [2], thread: 'io' },
        { stack: 'main', atMs: 0, values: [5], thread: 'main' },
        { stack: 'gc', atMs: 1, values: [1], thread: 'gc' },
      ],
    );
    const chart = chartOf(threads);
    expect(rows(threads, chart)).toEqual(['0–5 main 5']);
    expect(chart.threads).toEqual({ label: 'thread', shown: ['main'], all: [['main'], ['io'], ['gc']], count: 3 });
    const io = chartOf(threads, 0, undefined, 'io');
    expect(rows(threads, io)).toEqual(['0–2 io 2']);
    // The others can be chosen from there.
    expect(io.threads).toEqual({ label: 'thread', shown: ['io'], all: [['main'], ['io'], ['gc']], count: 3 });
  });

  it('of a part begins and ends with it; of the rest it has a gap', () => {
    const inside = chartOf(spans, 0, { fromMs: 2, untilMs: 5, isRest: false });
    expect([inside.originMs, inside.tree.total[0]]).toEqual([2, 3]);
    expect(rows(spans, inside)).toEqual(['0–3 main 1', '  0–1 a 1', '  2–3 a 0', '    2–3 b 1']);
    const rest = chartOf(spans, 0, { fromMs: 2, untilMs: 5, isRest: true });
    expect(rows(spans, rest)).toEqual([
      '0–2 main 0',
      '  0–2 a 2',
      '5–6 main 0',
      '  5–6 a 0',
      '    5–6 b 1',
      '10–15 main 0',
      '  10–15 a 5',
    ]);
    expect(rest.tree.total[0]).toBe(15);
  });

  it('takes the lengths from a sample type that has them, where the shown one counts', () => {
    const both = timedProfile(
      [COUNT, TIME],
      [
        { stack: 'a', atMs: 0, values: [1, 4] },
        { stack: 'b', atMs: 10, values: [1, 2] },
        { stack: 'event', atMs: 11, values: [1, 0] },
      ],
    );
    expect(rows(both, chartOf(both, 0))).toEqual(['0–4 a 4', '10–12 b 2']);
  });

  it('is of the shown type alone, whatever lengths samples of other types have', () => {
    // As a flight recording has it: each kind of event has a sample type of its own.
    const events = timedProfile(
      [{ type: 'ExecutionSample', unit: 'count' }, TIME],
      [
        { stack: 'run;work', atMs: 0, values: [1, 0] },
        { stack: 'run;lock', atMs: 5, values: [0, 40], thread: 'locked' },
        { stack: 'run;work', atMs: 10, values: [1, 0] },
        { stack: 'run', atMs: 20, values: [1, 0] },
      ],
    );
    const chart = chartOf(events, 0);
    expect(rows(events, chart)).toEqual(['0–30 run 10', '  0–20 work 20']);
    expect(chart.threads?.count).toBe(1);
    expect(rows(events, chartOf(events, 1))).toEqual(['5–45 run 0', '  5–45 lock 40']);
  });

  it('is as long as the recording says it took', () => {
    expect(chartOf({ ...spans, durationMs: 20 }).tree.total[0]).toBe(20);
    expect(chartOf({ ...spans, durationMs: 2 }).tree.total[0]).toBe(15);
    expect(chartOf({ ...spans, durationMs: 20 }, 0, { fromMs: 12, untilMs: 30, isRest: false }).tree.total[0]).toBe(8);
  });

  it('is nothing without times', () => {
    expect(finish(flameChart({ ...spans, times: undefined }, 0, [], undefined))).toBeUndefined();
  });
});
