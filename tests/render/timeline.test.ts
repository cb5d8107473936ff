import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeTicks, valueTicks } from '#render/timeline/axes.ts';
import { type ChartFacts, layoutChart, stepX, timeAt, xOf, yOf } from '#render/timeline/chart.ts';
import { beginDrag, dragTo } from '#render/timeline/drag.ts';
import { type OverlayTheme, TimelineEngine } from '#render/timeline/engine.ts';
import { paintChart } from '#render/timeline/paint-chart.ts';
import { RecordingChartPainter } from '../support/recording-chart-painter.ts';

const HOUR = 3_600_000;
const gap = Number.NaN;
const theme: OverlayTheme = {
  ground: 'ground',
  ink: 'ink',
  dimInk: 'dim',
  line: 'line',
  area: 'area',
  series: ['red', 'green', 'blue'],
  font: '11px sans-serif',
  brush: 'brush',
  flag: 'flag',
  flagInk: 'flagInk',
};

/** Steps of 10 ms that fill the range; the plot is 100 px a step wide and 100 px high. */
function factsOf(columns: readonly (readonly number[])[], more: Partial<ChartFacts> = {}): ChartFacts {
  const length = columns[0].length;
  return {
    series: {
      firstMs: 10,
      stepMs: 10,
      length,
      labels: columns.map((_, s) => [{ name: 'pod', value: String(s) }]),
      columns: columns.map((column) => Float64Array.from(column)),
      sums: Float64Array.from(columns, (column) => column.reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : v), 0)),
    },
    range: { startMs: 0, endMs: length * 10 },
    isStacked: false,
    hidden: columns.map(() => false),
    zone: 'UTC',
    formatTick: String,
    ...more,
  };
}

const sizeOf = ({ series }: ChartFacts) => ({ width: 64 + 100 * series.length, height: 134 });
const chartOf = (facts: ChartFacts) => layoutChart(facts, sizeOf(facts));

function painted(facts: ChartFacts): RecordingChartPainter {
  const painter = new RecordingChartPainter();
  paintChart(painter, chartOf(facts), theme, 2);
  return painter;
}

describe('the layout', () => {
  it('leaves room for what is said around the plot, and takes a round value as its top', () => {
    const chart = chartOf(factsOf([[1, 2, 9.3]]));
    expect(chart).toMatchObject({ left: 52, right: 352, top: 16, bottom: 116, largest: 10 });
    expect([yOf(chart, 0), yOf(chart, 10)]).toEqual([116, 16]);
    expect([0, 1, 2].map((step) => stepX(chart, step))).toEqual([102, 202, 302]);
  });

  it.each([
    ['lines go up to the largest', false, [false, false], 8],
    ['a stack goes up to the sum', true, [false, false], 15],
    ['what is hidden does not count', true, [false, true], 4],
    ['nothing shown still has a scale', false, [true, true], 1],
  ])('%s', (_, isStacked, hidden, largest) => {
    const facts = factsOf(
      [
        [1, 4, gap],
        [gap, 8, 2],
      ],
      { isStacked, hidden },
    );
    expect(chartOf(facts).largest).toBe(largest);
  });

  it('the time under an x is the one that is drawn there', () => {
    const chart = chartOf(factsOf([[1, 2, 3]]));
    fc.assert(
      fc.property(fc.double({ min: 0, max: 30, noNaN: true }), (timeMs) => {
        expect(timeAt(chart, xOf(chart, timeMs))).toBeCloseTo(timeMs, 9);
      }),
    );
    expect([timeAt(chart, -50), timeAt(chart, 5000)]).toEqual([0, 30]);
  });

  it('a canvas without room has finite places', () => {
    const chart = layoutChart(factsOf([[1, 2]]), { width: 1, height: 1 });
    expect([xOf(chart, 5), yOf(chart, 1), stepX(chart, 1)].every(Number.isFinite)).toBe(true);
  });
});

describe('ticks', () => {
  const day = (zone: string, startMs: number, hours: number, width = 700) =>
    timeTicks({ startMs, endMs: startMs + hours * HOUR }, width, zone).map(
      ({ at, text }) => `${new Date(at).toISOString().slice(11, 16)} ${text}`,
    );

  it.each([
    [
      'UTC',
      '2026-11-25T21:30Z',
      6,
      ['22:00 22:00', '23:00 23:00', '00:00 26 Nov', '01:00 01:00', '02:00 02:00', '03:00 03:00'],
    ],
    [
      'Asia/Kolkata',
      '2026-11-25T16:00Z',
      6,
      ['16:30 22:00', '17:30 23:00', '18:30 26 Nov', '19:30 01:00', '20:30 02:00', '21:30 03:00'],
    ],
  ])('of %s stand at its round hours, midnight says the day', (zone, at, hours, wanted) => {
    expect(day(zone, Date.parse(at), hours)).toEqual(wanted);
  });

  it('stay round over a clock change', () => {
    const ticks = day('Europe/Berlin', Date.parse('2026-10-24T22:00Z'), 25, 900);
    expect(ticks).toContain('22:00 25 Oct');
    expect(ticks).toContain('05:00 06:00');
    expect(ticks.every((tick) => /:00$|Oct$/.test(tick))).toBe(true);
  });

  it('are in the range, in order, and few enough for their words', () => {
    const ranges = fc.tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1000, max: 1e11 }));
    fc.assert(
      fc.property(ranges, fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe'), ([startMs, length], zone) => {
        const endMs = startMs + length;
        const at = timeTicks({ startMs, endMs }, 900, zone).map((tick) => tick.at);
        expect(at.every((ms) => ms >= startMs && ms <= endMs)).toBe(true);
        expect(at).toEqual([...new Set(at)].sort((x, y) => x - y));
        expect(at.length).toBeLessThan(24);
      }),
    );
  });

  it.each([
    [0, 4, 1, [0]],
    [Number.NaN, 4, 1, [0]],
    [9.3, 4, 10, [0, 2, 4, 6, 8, 10]],
    [0.0042, 2, 0.006, [0, 0.002, 0.004, 0.006]],
    [1e18, 2, 1e18, [0, 5e17, 1e18]],
  ])('of values up to %d in %d', (largest, count, top, wanted) => {
    const ticks = valueTicks(largest, count, String);
    expect(ticks.top).toBe(top);
    expect(ticks.ticks.map(({ at }) => at)).toEqual(wanted);
    expect(ticks.ticks[0].text).toBe('0');
  });
});

describe('dragging', () => {
  const selection = { startMs: 40, endMs: 60 };
  const limits = { startMs: 0, endMs: 100 };

  it.each([
    ['on nothing', undefined, 20, 30, [20, 30]],
    ['on nothing, to the left', undefined, 20, 5, [5, 20]],
    ['beside the selection', selection, 20, 30, [20, 30]],
    ['at its start', selection, 41, 10, [10, 60]],
    ['at its start, past the end', selection, 39, 90, [60, 90]],
    ['at its end', selection, 61, 70, [40, 70]],
    ['at its end, past the start', selection, 60, 10, [10, 40]],
    ['inside', selection, 50, 55, [45, 65]],
    ['inside, beyond the limits', selection, 50, 500, [80, 100]],
    ['inside, before the limits', selection, 50, -500, [0, 20]],
  ])('%s', (_, before, from, to, [startMs, endMs]) => {
    expect(dragTo(beginDrag(before, from, 2), to, limits)).toEqual({ startMs, endMs });
  });

  it('wherever it begins and ends, the selection is in order and keeps its length when moved', () => {
    const time = fc.nat(100);
    fc.assert(
      fc.property(time, time, time, fc.integer({ min: -50, max: 150 }), (a, b, from, to) => {
        const before = { startMs: Math.min(a, b), endMs: Math.max(a, b) };
        const drag = beginDrag(before, from, 2);
        const after = dragTo(drag, to, limits);
        expect(after.endMs).toBeGreaterThanOrEqual(after.startMs);
        if (drag.kind === 'move') expect(after.endMs - after.startMs).toBe(before.endMs - before.startMs);
      }),
    );
  });
});

describe('the picture', () => {
  it('one series is ink over a quiet ground, broken where steps are missing, a dash where one stands alone', () => {
    const { paths, calls } = painted(factsOf([[5, 10, gap, 10, gap]]));
    expect(calls.slice(0, 2)).toEqual(['setTransform 2 0 0 2 0 0', 'fillRect ground 0 0 564 134']);
    expect(paths.map(({ kind, colour, runs }) => ({ kind, colour, runs }))).toEqual([
      {
        kind: 'fill',
        colour: 'area',
        runs: [
          [
            [102, 116],
            [102, 66],
            [202, 16],
            [202, 116],
          ],
        ],
      },
      {
        kind: 'stroke',
        colour: 'ink',
        runs: [
          [
            [102, 66],
            [202, 16],
          ],
        ],
      },
      {
        kind: 'fill',
        colour: 'area',
        runs: [
          [
            [352, 116],
            [352, 16],
            [452, 16],
            [452, 116],
          ],
        ],
      },
      {
        kind: 'stroke',
        colour: 'ink',
        runs: [
          [
            [352, 16],
            [452, 16],
          ],
        ],
      },
    ]);
  });

  it('lines: one path a series, the largest last, a gap lifts the pen', () => {
    const { paths } = painted(
      factsOf([
        [10, 10, gap, 10],
        [1, 1, 1, 1],
        [5, gap, 5, 5],
      ]),
    );
    expect(paths.map(({ colour, runs }) => [colour, ...runs.map((run) => run.map(([x]) => x))])).toEqual([
      ['green', [102, 202, 302, 402]],
      ['blue', [102], [100.5, 103.5], [302, 402]],
      ['red', [102, 202], [402], [400.5, 403.5]],
    ]);
  });

  it('more series than colours: the second round is dashed', () => {
    const { paths } = painted(
      factsOf([
        [6, 6],
        [5, 5],
        [4, 4],
        [3, 3],
      ]),
    );
    expect(paths.map(({ colour, isDashed }) => [colour, isDashed])).toEqual([
      ['red', true],
      ['blue', false],
      ['green', false],
      ['red', false],
    ]);
  });

  it('a stack: each layer up to the sum, the highest first, no layer where nothing is', () => {
    const { paths } = painted(
      factsOf(
        [
          [4, gap, gap, 4],
          [6, 10, gap, 6],
        ],
        { isStacked: true },
      ),
    );
    const heights = paths.map(({ colour, runs }) => [colour, runs[0].map(([, y]) => (116 - y) / 10)]);
    expect(heights).toEqual([
      ['green', [0, 10, 10, 0]],
      ['green', [0, 10, 0]],
      ['red', [0, 4, 0, 0]],
      ['red', [0, 4, 0]],
    ]);
  });

  it.each([
    [
      'lines',
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      false,
    ],
    [
      'a stack',
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      true,
    ],
  ])('hidden series of %s are not drawn', (_, columns, isStacked) => {
    const { paths } = painted(factsOf(columns, { isStacked, hidden: [false, true, false] }));
    expect(paths.map(({ colour }) => colour).sort()).toEqual(['blue', 'red']);
    expect(painted(factsOf(columns, { isStacked, hidden: [true, true, true] })).paths).toEqual([]);
  });

  it('a single hidden series is not drawn, nor are series without steps', () => {
    expect(painted(factsOf([[1, 2]], { hidden: [true] })).paths).toEqual([]);
    expect(painted({ ...factsOf([[]]), range: { startMs: 0, endMs: 10 } }).paths).toEqual([]);
  });

  it('far more steps than pixels are drawn as means, a few for each pixel', () => {
    const facts = factsOf([Array.from({ length: 20_000 }, (_, i) => (i % 2) * 10)]);
    const painter = new RecordingChartPainter();
    paintChart(painter, layoutChart(facts, { width: 264, height: 134 }), theme, 1);
    const stroke = painter.paths.find(({ kind }) => kind === 'stroke')!.runs[0];
    expect(stroke.length).toBeLessThanOrEqual(400);
    expect(new Set(stroke.map(([, y]) => y))).toEqual(new Set([66]));
  });
});

describe('the engine', () => {
  function stage(
    facts = factsOf([
      [1, 2, 3],
      [3, 2, 1],
    ]),
  ) {
    const series = new RecordingChartPainter();
    const overlay = new RecordingChartPainter();
    let asked: (() => void) | undefined;
    const engine = new TimelineEngine({
      series,
      overlay,
      requestFrame: (run) => {
        asked = run;
        return 1;
      },
      cancelFrame: () => (asked = undefined),
    });
    const frame = (): boolean => {
      const run = asked;
      asked = undefined;
      run?.();
      return run !== undefined;
    };
    const { width, height } = sizeOf(facts);
    engine.setTheme(theme);
    engine.setSize(width, height, 1);
    engine.setFacts(facts);
    return { engine, series, overlay, frame };
  }

  it('paints once for all that was set', () => {
    const { series, frame } = stage();
    expect(frame()).toBe(true);
    expect(series.calls.filter((call) => call.startsWith('setTransform'))).toHaveLength(1);
    expect(frame()).toBe(false);
  });

  it.each([
    ['hover', (engine: TimelineEngine) => engine.setHover(15)],
    ['a selection', (engine: TimelineEngine) => engine.setSelection({ startMs: 5, endMs: 20 })],
    ['marks', (engine: TimelineEngine) => engine.setMarks([{ timeMs: 15, title: 'v2' }])],
  ])('%s repaints only the overlay', (_, change) => {
    const { engine, series, overlay, frame } = stage();
    frame();
    series.forget();
    overlay.forget();
    change(engine);
    expect(frame()).toBe(true);
    expect(series.calls).toEqual([]);
    expect(overlay.rects.length).toBeGreaterThan(0);
  });

  it('hover that stays where it is asks for no frame', () => {
    const { engine, frame } = stage();
    engine.setHover(15);
    frame();
    engine.setHover(15);
    expect(frame()).toBe(false);
  });

  it('a selection is a brush between two handles, within the plot', () => {
    const { engine, overlay, frame } = stage();
    engine.setSelection({ startMs: 10, endMs: 900 });
    frame();
    expect(overlay.rects[0]).toEqual({ colour: 'brush', x: 152, y: 16, width: 200, height: 100 });
    expect(overlay.rects.filter(({ width }) => width === 6).map(({ x }) => x)).toEqual([149, 349]);
  });

  it('a flag is found where it stands; one that would lie over another is not drawn', () => {
    const { engine, overlay, frame } = stage();
    engine.setMarks([
      { timeMs: -5, title: 'before' },
      { timeMs: 10, title: 'v1' },
      { timeMs: 10.1, title: 'v2' },
      { timeMs: 20, title: 'x'.repeat(500) },
    ]);
    frame();
    expect([engine.markAt(153, 5), engine.markAt(153, 50), engine.markAt(100, 5), engine.markAt(255, 5)]).toEqual([
      1, -1, -1, 3,
    ]);
    expect(overlay.texts.map(({ text }) => text.slice(0, 2))).toEqual(['v1', 'xx']);
    expect(overlay.texts[1].text.length).toBeLessThan(25);
  });

  it('tells the time of an x, and nothing before there are facts', () => {
    const { engine } = stage();
    expect([engine.timeAt(202), engine.msOf(100)]).toEqual([15, 10]);
    const empty = new TimelineEngine({
      series: new RecordingChartPainter(),
      overlay: new RecordingChartPainter(),
      requestFrame: () => 1,
      cancelFrame() {},
    });
    expect([empty.timeAt(202), empty.msOf(100), empty.markAt(1, 1)]).toEqual([undefined, 0, -1]);
  });

  it('after dispose it draws no more', () => {
    const { engine, series, frame } = stage();
    engine.dispose();
    frame();
    engine.setHover(3);
    frame();
    expect(series.calls).toEqual([]);
  });
});
