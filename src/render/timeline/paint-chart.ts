/**
 * Draws a chart's axes and series. Cost follows pixels and a budget of points: of hundreds of series each is drawn
 * coarser.
 */
import { middleMs, totalColumn } from '#model/aligned-series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { type Chart, lookOf, stepWidth, stepX } from './chart.ts';
import { type Reduced, reduceColumn } from './reduce.ts';

/** The canvas calls of charts. */
export type ChartPainter = Pick<
  OffscreenCanvasRenderingContext2D,
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'lineJoin'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'globalAlpha'
  | 'fillRect'
  | 'clearRect'
  | 'fillText'
  | 'measureText'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'roundRect'
  | 'closePath'
  | 'stroke'
  | 'fill'
  | 'setLineDash'
  | 'setTransform'
  | 'save'
  | 'restore'
  | 'rect'
  | 'clip'
>;

export interface ChartTheme {
  readonly ground: string;
  readonly ink: string;
  readonly dimInk: string;
  readonly line: string;
  readonly strongLine: string;
  /** Repeats, dashed, when there are more series. */
  readonly series: readonly string[];
  readonly font: string;
}

const LINE_CSS = 1.25;
const HEAVY_LINE_CSS = 2;
/** Half the height of a number at the axis. */
const HALF_TEXT_CSS = 6;
const AREA_ALPHA = 0.07;
const DASH = [4, 3];
const SOLID: number[] = [];
/** With more lines than this dashes cannot be distinguished, and each costs as much as a line. */
const MAX_DASHED = 40;
/**
 * Chromium draws lines of one device pixel ten times faster than wider ones: beyond this many points they are that
 * thin.
 * Beyond the second number steps are put together. Measured by `npm run bench -- --only timeline`.
 */
const MAX_WIDE_POINTS = 16_000;
const MAX_POINTS = 100_000;
/** Series that are drawn in full however many there are: the largest are what one sees. */
const FULL_SERIES = 16;
/** Points of all layers, which are filled. */
const MAX_LAYER_POINTS = 60_000;
/** Layers that are nowhere thicker than this are drawn as one, in device px. */
const THIN_LAYER = 0.75;
/** A long path costs more than the sum of its pieces. */
const PIECE = 32;

export function paintChart(painter: ChartPainter, chart: Chart, theme: ChartTheme, ratio: number): void {
  const { size, facts } = chart;
  painter.setTransform(ratio, 0, 0, ratio, 0, 0);
  painter.fillStyle = theme.ground;
  painter.fillRect(0, 0, size.width, size.height);
  paintAxes(painter, chart, theme);
  const { series, hidden, isStacked } = facts;
  const shown = series.columns.map((_, s) => s).filter((s) => !hidden[s]);
  painter.lineJoin = 'round';
  if (series.columns.length === 1) paintSingle(painter, chart, theme, shown);
  else if (isStacked) paintStack(painter, chart, theme, shown, ratio);
  else paintLines(painter, chart, theme, shown, ratio);
}

/** One series once more, heavier, over the others. @param range only there: up to its edges, also within a step */
export function paintLine(painter: ChartPainter, chart: Chart, s: number, colour: string, range: TimeRange): void {
  const [from, to] = [chart.x(range.startMs), chart.x(range.endMs)];
  painter.save();
  painter.beginPath();
  painter.rect(from, 0, to - from, chart.size.height);
  painter.clip();
  painter.strokeStyle = colour;
  painter.lineWidth = HEAVY_LINE_CSS;
  painter.lineJoin = 'round';
  strokeRuns(painter, chart, reduceColumn(chart.facts.series.columns[s], bucketSteps(chart, 1, MAX_POINTS)));
  painter.restore();
}

/** How many steps are drawn as two points. */
function bucketSteps({ facts, left, right }: Chart, shown: number, budget: number): number {
  const points = facts.series.length;
  const most = Math.min((right - left) * 2, budget / Math.max(1, shown));
  return points <= most ? 1 : Math.ceil((2 * points) / most);
}

function paintAxes(painter: ChartPainter, chart: Chart, theme: ChartTheme): void {
  const { left, right, top, bottom, timeTicks, valueTicks } = chart;
  painter.font = theme.font;
  painter.textBaseline = 'middle';
  painter.textAlign = 'right';
  for (const { at, text } of valueTicks) {
    const y = Math.round(chart.y(at));
    painter.fillStyle = at === 0 ? theme.strongLine : theme.line;
    painter.fillRect(left, y, right - left, 1);
    painter.fillStyle = theme.dimInk;
    // Neither over the times nor over the row of the unit and the readings.
    painter.fillText(text, left - 8, at === 0 ? y - 2 : Math.max(y, top + HALF_TEXT_CSS));
  }
  painter.textAlign = 'center';
  painter.textBaseline = 'top';
  let free = left;
  for (const { at, text } of timeTicks) {
    const x = Math.round(chart.x(at));
    painter.fillStyle = theme.strongLine;
    painter.fillRect(x, bottom, 1, 3);
    const half = text.length * 3.2;
    if (x - half < free || x + half > right + 4) continue;
    painter.fillStyle = theme.dimInk;
    painter.fillText(text, x, bottom + 5);
    free = x + half + 12;
  }
}

/** One series is ink over a quiet ground. */
function paintSingle(painter: ChartPainter, chart: Chart, theme: ChartTheme, shown: readonly number[]): void {
  if (shown.length === 0) return;
  const reduced = reduceColumn(chart.facts.series.columns[0], bucketSteps(chart, 1, MAX_POINTS));
  painter.fillStyle = theme.ink;
  painter.globalAlpha = AREA_ALPHA;
  forRuns(reduced, (from, end) => {
    const { first, last } = edges(chart, reduced, from, end);
    painter.beginPath();
    painter.moveTo(first, chart.bottom);
    if (end - from === 1) painter.lineTo(first, chart.y(reduced.values[from]));
    for (let i = from; i < end; i++) painter.lineTo(stepX(chart, reduced.steps[i]), chart.y(reduced.values[i]));
    if (end - from === 1) painter.lineTo(last, chart.y(reduced.values[from]));
    painter.lineTo(last, chart.bottom);
    painter.closePath();
    painter.fill();
  });
  painter.globalAlpha = 1;
  painter.strokeStyle = theme.ink;
  painter.lineWidth = LINE_CSS;
  strokeRuns(painter, chart, reduced);
}

function paintLines(
  painter: ChartPainter,
  chart: Chart,
  theme: ChartTheme,
  shown: readonly number[],
  ratio: number,
): void {
  const { series } = chart.facts;
  const full = bucketSteps(chart, Math.min(shown.length, FULL_SERIES), MAX_POINTS);
  const coarse = Math.max(full, bucketSteps(chart, shown.length, MAX_POINTS));
  painter.lineWidth = (shown.length * series.length) / full > MAX_WIDE_POINTS ? 1 / ratio : LINE_CSS;
  const bySize = [...shown].sort((a, b) => series.sums[b] - series.sums[a]);
  // The smallest first: the largest must not be hidden below them.
  for (const [rank, s] of [...bySize.entries()].reverse()) {
    const { colour, isDashed } = lookOf(s, theme.series.length);
    painter.setLineDash(isDashed && shown.length <= MAX_DASHED ? DASH : SOLID);
    painter.strokeStyle = theme.series[colour];
    strokeRuns(painter, chart, reduceColumn(series.columns[s], rank < FULL_SERIES ? full : coarse));
  }
  painter.setLineDash([]);
}

/** Each layer starts at the sum of those before it. */
function paintStack(
  painter: ChartPainter,
  chart: Chart,
  theme: ChartTheme,
  shown: readonly number[],
  ratio: number,
): void {
  const { series, hidden } = chart.facts;
  const layersSeen = Math.min(shown.length, ((chart.bottom - chart.top) * ratio) / THIN_LAYER);
  // All layers are read at the same steps: where their sum is lowest and highest.
  const frame = reduceColumn(totalColumn(series, hidden), bucketSteps(chart, layersSeen, MAX_LAYER_POINTS));
  // Whole device pixels: where two pieces meet, nothing shines through.
  const xs = Float64Array.from(
    frame.steps.subarray(0, frame.length),
    (step) => Math.round(stepX(chart, step) * ratio) / ratio,
  );
  const layers = layersOf(chart, shown, frame, THIN_LAYER / ratio);
  // From above: the seam to the layer under it is covered by that one.
  const seam = 1 / ratio;
  for (const { series: s, top, base } of layers.reverse()) {
    painter.fillStyle = theme.series[lookOf(s, theme.series.length).colour];
    forRuns(frame, (from, end) => {
      if (end - from === 1) {
        const { first, last } = edges(chart, frame, from, end);
        painter.fillRect(first, top[from], last - first, base[from] - top[from]);
        return;
      }
      for (let at = from; at < end - 1; at += PIECE) {
        const to = Math.min(end - 1, at + PIECE);
        painter.beginPath();
        for (let i = at; i <= to; i++) painter.lineTo(xs[i], top[i]);
        for (let i = to; i >= at; i--) painter.lineTo(xs[i], Math.min(chart.bottom, base[i] + seam));
        painter.closePath();
        painter.fill();
      }
    });
  }
}

interface Layer {
  /** The series that gives the colour: of several merged thin layers the largest. */
  readonly series: number;
  /** Y by point. */
  readonly top: Float64Array;
  readonly base: Float64Array;
}

/** From below. */
function layersOf(chart: Chart, shown: readonly number[], { steps, length }: Reduced, thin: number): Layer[] {
  // The same as chart.y; here it is done by the ten thousand.
  const { bottom } = chart;
  const tall = (bottom - chart.top) / chart.largest;
  const layers: Layer[] = [];
  const sum = new Float64Array(length);
  let base = new Float64Array(length).fill(bottom);
  let first = -1;
  for (const [i, s] of shown.entries()) {
    if (first < 0) first = s;
    const column = chart.facts.series.columns[s];
    let thickest = 0;
    for (let p = 0; p < length; p++) {
      const value = column[steps[p]];
      if (value > 0) sum[p] += value;
      thickest = Math.max(thickest, base[p] - (bottom - sum[p] * tall));
    }
    if (thickest < thin && i < shown.length - 1) continue;
    const top = sum.map((value) => bottom - value * tall);
    layers.push({ series: first, top, base });
    base = top;
    first = -1;
  }
  return layers;
}

/** Left and right end of a run: a single step is drawn one step wide, otherwise it would be invisible. */
function edges(
  chart: Chart,
  { steps }: Reduced,
  from: number,
  end: number,
): { readonly first: number; readonly last: number } {
  const half = end - from === 1 ? Math.max(0.75, stepWidth(chart) / 2) : 0;
  return {
    first: Math.max(chart.left, stepX(chart, steps[from]) - half),
    last: Math.min(chart.right, stepX(chart, steps[end - 1]) + half),
  };
}

function strokeRuns(painter: ChartPainter, chart: Chart, reduced: Reduced): void {
  const { steps, values } = reduced;
  const { left, right, bottom } = chart;
  // The same as stepX and chart.y; here it is done by the million.
  const first = chart.x(middleMs(chart.facts.series, 0));
  const width = stepWidth(chart);
  const tall = (bottom - chart.top) / chart.largest;
  forRuns(reduced, (from, end) => {
    painter.beginPath();
    if (end - from === 1) {
      const alone = edges(chart, reduced, from, end);
      painter.moveTo(alone.first, chart.y(values[from]));
      painter.lineTo(alone.last, chart.y(values[from]));
      painter.stroke();
      return;
    }
    for (let i = from; i < end; i++) {
      const x = Math.max(left, Math.min(right, first + steps[i] * width));
      const y = bottom - Math.max(0, values[i]) * tall;
      painter.lineTo(x, y);
      if ((i - from) % PIECE === PIECE - 1 && i < end - 1) {
        painter.stroke();
        painter.beginPath();
        painter.moveTo(x, y);
      }
    }
    painter.stroke();
  });
}

function forRuns({ runs, length }: Reduced, run: (from: number, end: number) => void): void {
  for (const [r, from] of runs.entries()) run(from, runs[r + 1] ?? length);
}
