/** Draws a chart's axes and series. Cost follows pixels and a budget of segments: small series among hundreds are drawn coarser. */
import type { Chart } from './chart.ts';
import { stepX, xOf, yOf } from './chart.ts';

/** The canvas calls of charts. */
export type ChartPainter = Pick<
  OffscreenCanvasRenderingContext2D,
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'globalAlpha'
  | 'fillRect'
  | 'clearRect'
  | 'fillText'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
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
  readonly area: string;
  /** Repeats, dashed, when there are more series. */
  readonly series: readonly string[];
  readonly font: string;
}

/** Segments of all series together: what can be stroked within a few animation frames. */
const MOST_SEGMENTS = 60_000;
const DASH = [4, 3];

export function paintChart(painter: ChartPainter, chart: Chart, theme: ChartTheme, ratio: number): void {
  const { size, facts } = chart;
  painter.setTransform(ratio, 0, 0, ratio, 0, 0);
  painter.fillStyle = theme.ground;
  painter.fillRect(0, 0, size.width, size.height);
  paintAxes(painter, chart, theme);
  const { series, hidden, isStacked } = facts;
  const shown = series.columns.map((_, s) => s).filter((s) => !hidden[s]);
  const bucket = bucketSteps(chart, shown.length);
  if (series.columns.length === 1) paintSingle(painter, chart, theme, bucket);
  else if (isStacked) paintStack(painter, chart, theme, shown, bucket);
  else paintLines(painter, chart, theme, shown, bucket);
}

/** Steps that are drawn as one. */
function bucketSteps({ facts, left, right }: Chart, shown: number): number {
  const points = facts.series.length;
  const most = Math.min((right - left) * 2, MOST_SEGMENTS / Math.max(1, shown));
  return Math.max(1, Math.ceil(points / most));
}

function paintAxes(painter: ChartPainter, chart: Chart, theme: ChartTheme): void {
  const { left, right, bottom, timeTicks, valueTicks } = chart;
  painter.font = theme.font;
  painter.textBaseline = 'middle';
  painter.textAlign = 'right';
  for (const { at, text } of valueTicks) {
    const y = Math.round(yOf(chart, at));
    painter.fillStyle = theme.line;
    painter.fillRect(left, y, right - left, 1);
    painter.fillStyle = theme.dimInk;
    // The highest would stand in the row of the unit and the readings.
    if (y > chart.top + 6) painter.fillText(text, left - 6, y);
  }
  painter.textAlign = 'center';
  painter.textBaseline = 'top';
  let free = 0;
  for (const { at, text } of timeTicks) {
    const x = Math.round(xOf(chart, at));
    painter.fillStyle = theme.line;
    painter.fillRect(x, bottom, 1, 4);
    if (x < free || x < left + 16 || x > right - 16) continue;
    painter.fillStyle = theme.dimInk;
    painter.fillText(text, x, bottom + 5);
    free = x + 56;
  }
}

/** Calls `put` for the mean of each bucket with something in it, `gap` where steps are missing between two. */
function walk(column: Float64Array, bucket: number, put: (step: number, value: number) => void, gap: () => void): void {
  let isOpen = false;
  for (let from = 0; from < column.length; from += bucket) {
    let sum = 0;
    let count = 0;
    const end = Math.min(column.length, from + bucket);
    for (let i = from; i < end; i++) {
      if (Number.isNaN(column[i])) continue;
      sum += column[i];
      count++;
    }
    if (count === 0) {
      if (isOpen) gap();
      isOpen = false;
      continue;
    }
    put(from + (end - 1 - from) / 2, sum / count);
    isOpen = true;
  }
  if (isOpen) gap();
}

/** One series is ink over a quiet ground; a step alone is a dash, else it would not be seen. */
function paintSingle(painter: ChartPainter, chart: Chart, theme: ChartTheme, bucket: number): void {
  const { series, hidden } = chart.facts;
  if (hidden[0]) return;
  let run: { x: number; y: number }[] = [];
  const half = ((chart.right - chart.left) * series.stepMs) / (chart.facts.range.endMs - chart.facts.range.startMs) / 2;
  const flush = (): void => {
    const [first] = run;
    if (first === undefined) return;
    if (run.length === 1)
      run = [
        { x: first.x - half, y: first.y },
        { x: first.x + half, y: first.y },
      ];
    painter.beginPath();
    painter.moveTo(run[0].x, chart.bottom);
    for (const { x, y } of run) painter.lineTo(x, y);
    painter.lineTo(run.at(-1)!.x, chart.bottom);
    painter.closePath();
    painter.fillStyle = theme.area;
    painter.fill();
    painter.beginPath();
    for (const { x, y } of run) painter.lineTo(x, y);
    painter.strokeStyle = theme.ink;
    painter.lineWidth = 1.25;
    painter.stroke();
    run = [];
  };
  walk(series.columns[0], bucket, (step, value) => run.push({ x: stepX(chart, step), y: yOf(chart, value) }), flush);
}

function paintLines(
  painter: ChartPainter,
  chart: Chart,
  theme: ChartTheme,
  shown: readonly number[],
  bucket: number,
): void {
  const { series } = chart.facts;
  painter.lineWidth = 1.25;
  // The smallest first: the largest must not be hidden below them.
  for (const s of [...shown].sort((a, b) => series.sums[a] - series.sums[b])) {
    painter.beginPath();
    let isOpen = false;
    let last = { x: 0, y: 0 };
    let points = 0;
    walk(
      series.columns[s],
      bucket,
      (step, value) => {
        const x = stepX(chart, step);
        const y = yOf(chart, value);
        if (isOpen) painter.lineTo(x, y);
        else painter.moveTo(x, y);
        points = isOpen ? points + 1 : 1;
        isOpen = true;
        last = { x, y };
      },
      () => {
        if (points === 1) {
          painter.moveTo(last.x - 1.5, last.y);
          painter.lineTo(last.x + 1.5, last.y);
        }
        isOpen = false;
      },
    );
    const rank = chart.facts.series.columns.length <= theme.series.length ? 0 : Math.floor(s / theme.series.length);
    painter.setLineDash(rank % 2 === 1 ? DASH : []);
    painter.strokeStyle = theme.series[s % theme.series.length];
    painter.stroke();
  }
  painter.setLineDash([]);
}

/** Each layer is filled from zero to the sum up to it, the highest first: what is over it stays visible. */
function paintStack(
  painter: ChartPainter,
  chart: Chart,
  theme: ChartTheme,
  shown: readonly number[],
  bucket: number,
): void {
  const { series } = chart.facts;
  const { length } = series;
  const tops: Float64Array[] = [];
  let below = new Float64Array(length);
  for (const s of shown) {
    const column = series.columns[s];
    const top = new Float64Array(length);
    for (let i = 0; i < length; i++) top[i] = below[i] + (Number.isNaN(column[i]) ? 0 : column[i]);
    tops.push(top);
    below = top;
  }
  const any = new Uint8Array(length);
  for (const s of shown) {
    const column = series.columns[s];
    for (let i = 0; i < length; i++) if (!Number.isNaN(column[i])) any[i] = 1;
  }
  for (let layer = shown.length - 1; layer >= 0; layer--) {
    const column = tops[layer].map((value, i) => (any[i] === 1 ? value : Number.NaN));
    painter.fillStyle = theme.series[shown[layer] % theme.series.length];
    let run: { x: number; y: number }[] = [];
    walk(
      column,
      bucket,
      (step, value) => run.push({ x: stepX(chart, step), y: yOf(chart, value) }),
      () => {
        painter.beginPath();
        painter.moveTo(run[0].x - (run.length === 1 ? 1.5 : 0), chart.bottom);
        for (const { x, y } of run) painter.lineTo(x, y);
        painter.lineTo(run.at(-1)!.x + (run.length === 1 ? 1.5 : 0), chart.bottom);
        painter.closePath();
        painter.fill();
        run = [];
      },
    );
  }
}
