/** Draws a chart's axes and series. Cost follows pixels and a budget of points: of hundreds of series each is drawn coarser. */
import { totalColumn } from '#model/aligned-series.ts';
import { type Chart, lookOf, stepWidth, stepX, xOf, yOf } from './chart.ts';
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
const AREA_ALPHA = 0.07;
const DASH = [4, 3];
/**
 * Chromium draws lines of one device pixel ten times faster than wider ones: beyond so many points they are that thin.
 * Beyond the second number steps are put together. Measured by `npm run bench -- --only timeline`.
 */
const MOST_WIDE_POINTS = 16_000;
const MOST_POINTS = 160_000;
/** The same for layers, which are filled. */
const MOST_LAYER_POINTS = 60_000;
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

/** One series once more, heavier, over the others. */
export function paintLine(painter: ChartPainter, chart: Chart, s: number, colour: string): void {
  painter.strokeStyle = colour;
  painter.lineWidth = 2 * LINE_CSS;
  strokeRuns(painter, chart, reduceColumn(chart.facts.series.columns[s], bucketSteps(chart, 1, MOST_POINTS)));
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
    const y = Math.round(yOf(chart, at));
    painter.fillStyle = at === 0 ? theme.strongLine : theme.line;
    painter.fillRect(left, y, right - left, 1);
    painter.fillStyle = theme.dimInk;
    // The highest would stand in the row of the unit and the readings.
    if (y > top + 6) painter.fillText(text, left - 8, at === 0 ? y - 2 : y);
  }
  painter.textAlign = 'center';
  painter.textBaseline = 'top';
  let free = left;
  for (const { at, text } of timeTicks) {
    const x = Math.round(xOf(chart, at));
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
  const reduced = reduceColumn(chart.facts.series.columns[0], bucketSteps(chart, 1, MOST_POINTS));
  painter.fillStyle = theme.ink;
  painter.globalAlpha = AREA_ALPHA;
  forRuns(reduced, (from, end) => {
    const { first, last } = edges(chart, reduced, from, end);
    painter.beginPath();
    painter.moveTo(first, chart.bottom);
    if (end - from === 1) painter.lineTo(first, yOf(chart, reduced.values[from]));
    for (let i = from; i < end; i++) painter.lineTo(stepX(chart, reduced.steps[i]), yOf(chart, reduced.values[i]));
    if (end - from === 1) painter.lineTo(last, yOf(chart, reduced.values[from]));
    painter.lineTo(last, chart.bottom);
    painter.closePath();
    painter.fill();
  });
  painter.globalAlpha = 1;
  painter.strokeStyle = theme.ink;
  painter.lineWidth = LINE_CSS;
  strokeRuns(painter, chart, reduced);
}

function paintLines(painter: ChartPainter, chart: Chart, theme: ChartTheme, shown: readonly number[], ratio: number): void {
  const { series } = chart.facts;
  const bucket = bucketSteps(chart, shown.length, MOST_POINTS);
  const points = (shown.length * series.length * (bucket === 1 ? 1 : 2)) / bucket;
  painter.lineWidth = points > MOST_WIDE_POINTS ? 1 / ratio : LINE_CSS;
  // The smallest first: the largest must not be hidden below them.
  for (const s of [...shown].sort((a, b) => series.sums[a] - series.sums[b])) {
    const { colour, isDashed } = lookOf(s, theme.series.length);
    painter.setLineDash(isDashed ? DASH : []);
    painter.strokeStyle = theme.series[colour];
    strokeRuns(painter, chart, reduceColumn(series.columns[s], bucket));
  }
  painter.setLineDash([]);
}

/** Each layer lies on the sum of those before it. */
function paintStack(painter: ChartPainter, chart: Chart, theme: ChartTheme, shown: readonly number[], ratio: number): void {
  const { series, hidden } = chart.facts;
  // All layers are read at the same steps: where their sum is lowest and highest.
  const frame = reduceColumn(totalColumn(series, hidden), bucketSteps(chart, shown.length, MOST_LAYER_POINTS));
  const { steps, length } = frame;
  // Whole device pixels: where two pieces meet, nothing shines through.
  const xs = Float64Array.from(steps.subarray(0, length), (step) => Math.round(stepX(chart, step) * ratio) / ratio);
  const tops = shown.map(() => new Float64Array(length));
  const below = new Float64Array(length);
  for (const [layer, s] of shown.entries()) {
    const column = series.columns[s];
    for (let i = 0; i < length; i++) {
      const value = column[steps[i]];
      if (value > 0) below[i] += value;
      tops[layer][i] = yOf(chart, below[i]);
    }
  }
  const floor = new Float64Array(length).fill(chart.bottom);
  // From above: the seam to the layer under it is covered by that one.
  const seam = 1 / ratio;
  for (let layer = shown.length - 1; layer >= 0; layer--) {
    painter.fillStyle = theme.series[lookOf(shown[layer], theme.series.length).colour];
    const top = tops[layer];
    const base = layer === 0 ? floor : tops[layer - 1];
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

/** Left and right end of a run: a step alone is as wide as a step, else it would not be seen. */
function edges(chart: Chart, { steps }: Reduced, from: number, end: number): { readonly first: number; readonly last: number } {
  const half = end - from === 1 ? Math.max(0.75, stepWidth(chart) / 2) : 0;
  return {
    first: Math.max(chart.left, stepX(chart, steps[from]) - half),
    last: Math.min(chart.right, stepX(chart, steps[end - 1]) + half),
  };
}

function strokeRuns(painter: ChartPainter, chart: Chart, reduced: Reduced): void {
  const { steps, values } = reduced;
  forRuns(reduced, (from, end) => {
    painter.beginPath();
    if (end - from === 1) {
      const { first, last } = edges(chart, reduced, from, end);
      painter.moveTo(first, yOf(chart, values[from]));
      painter.lineTo(last, yOf(chart, values[from]));
    }
    for (let i = from; i < end && end - from > 1; i++) {
      const x = stepX(chart, steps[i]);
      const y = yOf(chart, values[i]);
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
