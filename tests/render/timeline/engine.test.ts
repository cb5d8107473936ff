import { describe, expect, it } from 'vitest';
import { alignSeries } from '#model/aligned-series.ts';
import { TimelineEngine } from '#render/timeline/engine.ts';
import { RecordingChartPainter } from '../../support/recording-chart-painter.ts';

const range = { startMs: 0, endMs: 100_000 };
const theme = {
  ground: 'ground',
  ink: 'ink',
  dimInk: 'dim',
  line: 'line',
  strongLine: 'strong',
  series: ['one', 'two'],
  font: '11px sans',
  strongFont: '10px sans',
  sides: { a: { mark: 'a', ink: 'aInk' }, b: { mark: 'b', ink: 'bInk' } },
};

/** A plot of 100 by 100 px: a css px is a second and a hundredth of the axis. One row a series, a letter a step of 10 s. */
function stage(rows: readonly string[], { isStacked = false, hidden = [] as readonly boolean[] } = {}) {
  const series = rows.map((row) => {
    const cells = row.split(' ');
    const steps = Array.from(cells.keys()).filter((i) => cells[i] !== '.');
    return {
      labels: [],
      timesMs: Float64Array.from(steps, (i) => (i + 1) * 10_000),
      values: Float64Array.from(steps, (i) => Number(cells[i])),
    };
  });
  const graph = new RecordingChartPainter();
  const overlay = new RecordingChartPainter();
  const frames: (() => void)[] = [];
  const engine = new TimelineEngine({
    series: graph,
    overlay: overlay,
    requestFrame: (run) => frames.push(run),
    cancelFrame() {},
  });
  engine.setTheme(theme);
  engine.setSize(148.4, 134, 1);
  engine.setFacts({
    series: alignSeries(series, range, 10_000, 1),
    range,
    isStacked,
    hidden,
    zone: 'UTC',
    unitSize: 1,
  });
  engine.paintNow();
  /** Forgets what was painted, and tells what a change paints. */
  const after = (change: () => void): { graph: readonly string[]; overlay: readonly string[] } => {
    graph.forget();
    overlay.forget();
    change();
    engine.paintNow();
    return { graph: graph.calls, overlay: overlay.calls };
  };
  const strokes = graph.calls.filter((call) => call.startsWith('stroke'));
  const fills = graph.calls.filter((call) => call.startsWith('fill '));
  return { engine, graph, overlay, frames, after, strokes, fills };
}

describe('series', () => {
  it('one is ink over a quiet ground; where steps are missing there is a gap, and a step alone is as wide as a step', () => {
    const { strokes, fills } = stage(['100 50 . 50 . 100 100 100 100 100']);
    const { engine } = stage(['100 50']);
    const left = engine.chart!.left;
    expect([engine.chart!.right - left, engine.chart!.largest]).toEqual([100.4 - (left - 36), 100]);
    expect(strokes).toHaveLength(3);
    expect(fills).toHaveLength(3);
    expect(strokes.every((call) => call.startsWith('stroke ink M'))).toBe(true);
    // Its middle is at 35 s, and 10 s are some 10 px.
    const [from, to] = [...strokes[1].matchAll(/([\d.]+),/g)].map(([, x]) => Number(x));
    expect(to - from).toBeCloseTo(engine.chart!.right / 10 - left / 10, 0);
  });

  it('several have colours, the largest is on top, and beyond the colours they are dashed', () => {
    const { strokes } = stage(['90 90', '100 100', '10 10']);
    expect(strokes.map((call) => call.split(' M')[0])).toEqual(['stroke one dashed', 'stroke one', 'stroke two']);
  });

  it('hidden series are not drawn, and the axis fits the others', () => {
    const { strokes, engine } = stage(['100 100', '9 9'], { hidden: [true, false] });
    expect(strokes.map((call) => call.split(' M')[0])).toEqual(['stroke two']);
    expect(engine.chart!.largest).toBe(9);
  });

  it('layers lie on each other, the upper first', () => {
    const { fills, engine } = stage(['60 60', '40 40'], { isStacked: true });
    expect(engine.chart!.largest).toBe(100);
    expect(fills.map((call) => call.split(' ')[1])).toEqual(['two', 'one']);
    expect(fills[0]).toMatch(/two M\d+,16 .*L\d+,57 /);
    expect(fills[1]).toMatch(/one M\d+,56 .*L\d+,116 /);
  });

  it('layers too thin to be distinguished become one', () => {
    const { fills } = stage(['90 90', ...Array.from({ length: 50 }, () => '0.2 0.2')], { isStacked: true });
    expect(fills.length).toBeLessThan(20);
  });

  it('cost follows pixels: of many steps only those that can be seen are drawn', () => {
    const row = Array.from({ length: 5000 }, (_, i) => i % 100).join(' ');
    const graph = stage([row]).graph.calls.join(' ');
    expect(graph.match(/L/g)!.length).toBeLessThan(1000);
  });
});

describe('drawings over the series', () => {
  it('never draws the series anew', () => {
    const { engine, after } = stage(['100 50 70']);
    const changes = [
      () => engine.setHover({ ms: 15_000, series: 0 }),
      () => engine.setSelection({ startMs: 20_000, endMs: 40_000 }),
      () => engine.setMarks([{ timeMs: 50_000, title: 'v2' }]),
      () => engine.setBrushes([{ side: 'a', range: { startMs: 0, endMs: 9000 }, text: '3 cores' }]),
    ];
    for (const change of changes) {
      const { graph, overlay } = after(change);
      expect(graph).toEqual([]);
      expect(overlay.length).toBeGreaterThan(1);
    }
  });

  it('asks for one frame for any number of changes, and for none where nothing changed', () => {
    const { engine, frames } = stage(['100']);
    const before = frames.length;
    engine.setHover({ ms: 15_000, series: 0 });
    engine.setSelection(undefined);
    expect(frames.length).toBe(before + 1);
    engine.paintNow();
    engine.setHover({ ms: 15_000, series: 0 });
    expect(frames.length).toBe(before + 1);
  });

  it('a selection has handles of 6 by 16, an edge outside of the range has none', () => {
    const { engine, after } = stage(['100 50']);
    const handles = (startMs: number, endMs: number): number =>
      after(() => engine.setSelection({ startMs, endMs })).overlay.filter((call) =>
        /fill ink R[\d.]+,58,6,16/.test(call),
      ).length;
    expect(handles(20_000, 40_000)).toBe(2);
    expect(handles(-20_000, 40_000)).toBe(1);
  });

  it('sides have their letter and text, beside a flag', () => {
    const { engine, overlay, after } = stage(['100 50']);
    after(() => engine.setBrushes([{ side: 'b', range: { startMs: 20_000, endMs: 40_000 }, text: '3' }]));
    expect(overlay.texts).toMatchObject([{ text: 'B  3', colour: 'bInk' }]);
    const free = overlay.texts[0].x;
    after(() => engine.setMarks([{ timeMs: 20_000, title: 'v2' }]));
    expect(overlay.texts.find(({ text }) => text === 'B  3')!.x).toBeGreaterThan(free + 10);
  });

  it('a side has its own colour from edge to edge, also within a step', () => {
    const { engine, after } = stage(['100 50 70 20 10']);
    const { overlay } = after(() =>
      engine.setBrushes([{ side: 'a', range: { startMs: 12_000, endMs: 28_000 }, text: '' }]),
    );
    const at = overlay.findIndex((call) => call.startsWith('clip'));
    const [from, to] = overlay[at].slice('clip B'.length).split(',').map(Number);
    expect([from, to]).toEqual([12_000, 28_000].map((ms) => Math.round(engine.xOf(ms) * 10) / 10));
    // The steps around the edges are in the line, which the edges cut.
    const line = overlay.slice(at).find((call) => call.startsWith('stroke a'))!;
    const xs = [...line.matchAll(/([\d.]+),/g)].map(([, x]) => Number(x));
    expect(Math.min(...xs)).toBeLessThan(from);
    expect(Math.max(...xs)).toBeGreaterThan(to);
    expect(overlay.indexOf('restore')).toBeGreaterThan(overlay.indexOf(line));
  });

  it('the text of a side stays in the plot: beside a flag on either side, or its letter alone', () => {
    const { engine, overlay, after } = stage(['100 50']);
    const { left, right } = engine.chart!;
    const endOf = ({ text, x }: { text: string; x: number }): number => x + overlay.measureText(text).width;
    const placed = (text: string, markMs: number): { text: string; isBefore: boolean } => {
      after(() => {
        engine.setMarks([{ timeMs: markMs, title: 'v2' }]);
        engine.setBrushes([{ side: 'b', range: { startMs: 80_000, endMs: 100_000 }, text }]);
      });
      const label = overlay.texts.find(({ colour }) => colour === 'bInk')!;
      const flag = overlay.texts.find(({ text: title }) => title === 'v2')!;
      expect(label.x).toBeGreaterThanOrEqual(left);
      expect(endOf(label)).toBeLessThanOrEqual(right);
      const isBefore = endOf(label) <= flag.x;
      if (!isBefore) expect(label.x).toBeGreaterThanOrEqual(endOf(flag));
      return { text: label.text, isBefore };
    };
    expect(placed('3', 80_000)).toEqual({ text: 'B  3', isBefore: true });
    expect(placed('3', 20_000)).toEqual({ text: 'B  3', isBefore: false });
    expect(placed('12345678901234567890', 80_000).text).toBe('B');
  });

  it('the hovered step is read in its middle, with a dot a series', () => {
    const { engine, after } = stage(['100 50', '20 .']);
    const dots = (ms: number): number =>
      after(() => engine.setHover({ ms, series: -1 })).overlay.filter((call) => /fill (one|two) R/.test(call)).length;
    expect([dots(3000), dots(13_000), dots(90_000)]).toEqual([2, 1, 0]);
  });
});

describe('flags', () => {
  const at = (engine: TimelineEngine, timeMs: number): number => engine.xOf(timeMs);

  it('say as much of their title as fits, and are found there', () => {
    const { engine, overlay, after } = stage(['100']);
    const marks = [
      { timeMs: 10_000, title: 'v1.2.3' },
      { timeMs: 12_000, title: 'too close' },
      { timeMs: 60_000, title: 'a title that is far too long' },
      { timeMs: 500_000, title: 'out of the range' },
    ];
    after(() => engine.setMarks(marks));
    expect(overlay.texts.map(({ text }) => text)).toEqual(['too c…', 'a title…']);
    expect(engine.markAt(at(engine, 10_000) + 1, 5)).toBe(0);
    expect(engine.markAt(at(engine, 12_000) + 20, 5)).toBe(1);
    expect(engine.markAt(at(engine, 10_000) + 1, 40)).toBe(-1);
  });

  it('use the free room beside them', () => {
    const { engine, overlay, after } = stage(['100']);
    engine.setSize(700, 134, 1);
    const long = 'a title of a deploy with its version';
    after(() => engine.setMarks([{ timeMs: 10_000, title: long }]));
    expect(overlay.texts.map(({ text }) => text)).toEqual([long]);
    // At the right end the room is on the left.
    after(() => engine.setMarks([{ timeMs: 98_000, title: long }]));
    expect(overlay.texts.map(({ text }) => text)).toEqual([long]);
  });

  it('a hostile title breaks nothing', () => {
    const { engine, overlay, after } = stage(['100']);
    after(() => engine.setMarks([{ timeMs: 10_000, title: `\u202e\n${'x'.repeat(100_000)}` }]));
    const { text } = overlay.texts[0];
    expect(text.length).toBeLessThan(60);
    expect(text).not.toMatch(/[\u202e\n]/);
  });
});

describe('its life', () => {
  it('after dispose it draws no more, and asks for no frame', () => {
    const { engine, graph, frames, after } = stage(['100']);
    engine.dispose();
    const before = frames.length;
    after(() => engine.setHover({ ms: 5000, series: 0 }));
    expect([graph.calls, frames.length]).toEqual([[], before]);
  });

  it('a canvas without room has finite places, and draws', () => {
    const { engine, graph, after } = stage(['100 50']);
    after(() => engine.setSize(1, 1, 1));
    expect(graph.calls.join(' ')).not.toMatch(/NaN|Infinity/);
    expect(Number.isFinite(engine.hoverAt(0, 0)?.ms)).toBe(true);
  });
});

describe('the series under a point', () => {
  it('is the line that is near, not one that is far or hidden', () => {
    const { engine } = stage(['100 100', '50 50'], { hidden: [] });
    const x = engine.xOf(5000);
    expect([18, 64, 100].map((y) => engine.hoverAt(x, y)?.series)).toEqual([0, 1, -1]);
    expect(stage(['100', '99'], { hidden: [true, false] }).engine.hoverAt(x, 17)?.series).toBe(1);
  });

  it('is the layer that holds it', () => {
    const { engine } = stage(['60 60', '40 40'], { isStacked: true });
    const x = engine.xOf(5000);
    expect([110, 60, 50, 17].map((y) => engine.hoverAt(x, y)?.series)).toEqual([0, 0, 1, 1]);
  });

  it('times are kept within the range', () => {
    const { engine } = stage(['100']);
    expect([engine.hoverAt(-50, 50)?.ms, engine.hoverAt(9999, 50)?.ms]).toEqual([0, 100_000]);
  });
});
