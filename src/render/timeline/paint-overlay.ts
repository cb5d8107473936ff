/** Drawn over the series: selection, sides of a comparison, markers, hover. None of it redraws the series. */
import type { TimeRange } from '#model/time-range.ts';
import { type Chart, lookOf, stepX } from './chart.ts';
import { FLAG, type Flag } from './flags.ts';
import { type ChartPainter, type ChartTheme, paintLine } from './paint-chart.ts';

/** A range with a colour and a letter of its own, one side of a comparison. */
export interface Brush {
  readonly side: 'a' | 'b';
  readonly range: TimeRange;
  /** Beside its letter, such as its mean. */
  readonly text: string;
}

export interface OverlayTheme extends ChartTheme {
  readonly strongFont: string;
  readonly sides: Readonly<Record<Brush['side'], { readonly mark: string; readonly ink: string }>>;
}

export interface OverlayFacts {
  readonly selection: TimeRange | undefined;
  readonly brushes: readonly Brush[];
  readonly flags: readonly Flag[];
  /** Where the pointer or the keys are; the step there, -1 none; the series nearest to it, -1 none. */
  readonly hover: { readonly ms: number; readonly step: number; readonly series: number } | undefined;
}

const HANDLE = { width: 6, height: 16, radius: 3 } as const;
/** Css px between a flag and the text beside it. */
const FLAG_GAP = 4;
const BRUSH_ALPHA = 0.14;
/** More dots than these say nothing. */
const MAX_DOTS = 40;

export function paintOverlay(
  painter: ChartPainter,
  chart: Chart,
  theme: OverlayTheme,
  facts: OverlayFacts,
  ratio: number,
): void {
  painter.setTransform(ratio, 0, 0, ratio, 0, 0);
  painter.clearRect(0, 0, chart.size.width, chart.size.height);
  const { selection, brushes, flags, hover } = facts;
  const isSingle = chart.facts.series.columns.length === 1 && !chart.facts.hidden[0];
  for (const { side, range } of brushes) {
    paintGround(painter, chart, range, theme.sides[side].mark);
    if (isSingle) paintLine(painter, chart, 0, theme.sides[side].mark, range);
  }
  if (selection) paintGround(painter, chart, selection, theme.ink);
  paintMarkLines(painter, chart, theme, flags);
  for (const { side, range, text } of brushes) {
    paintEdges(painter, chart, range, theme.sides[side].mark);
    const { from, to } = spanOf(chart, range);
    if (to <= from) continue;
    painter.font = theme.strongFont;
    painter.textAlign = 'left';
    painter.textBaseline = 'middle';
    painter.fillStyle = theme.sides[side].ink;
    const letter = side.toUpperCase();
    for (const words of [`${letter}  ${text}`, letter]) {
      const x = placeBeside(flags, from, painter.measureText(words).width, chart);
      if (x === undefined) continue;
      painter.fillText(words, x, FLAG.top + FLAG.height / 2);
      break;
    }
  }
  if (selection) paintEdges(painter, chart, selection, theme.ink);
  paintFlags(painter, theme, flags);
  if (hover) paintHover(painter, chart, theme, hover);
}

/** The place within the plot that is nearest to `from` and covers no flag; undefined where there is none. */
function placeBeside(flags: readonly Flag[], from: number, width: number, { left, right }: Chart): number | undefined {
  const wanted = Math.min(from, right - width);
  return [wanted, ...flags.flatMap((flag) => [flag.x + flag.width + FLAG_GAP, flag.x - FLAG_GAP - width])]
    .filter((x) => x >= left && x + width <= right)
    .filter((x) => flags.every((flag) => flag.x >= x + width || flag.x + flag.width <= x))
    .sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))
    .at(0);
}

function spanOf(chart: Chart, { startMs, endMs }: TimeRange): { readonly from: number; readonly to: number } {
  return { from: Math.max(chart.left, chart.x(startMs)), to: Math.min(chart.right, chart.x(endMs)) };
}

function paintGround(painter: ChartPainter, chart: Chart, range: TimeRange, colour: string): void {
  const { from, to } = spanOf(chart, range);
  if (to <= from) return;
  painter.globalAlpha = BRUSH_ALPHA;
  painter.fillStyle = colour;
  painter.fillRect(from, chart.top, to - from, chart.bottom - chart.top);
  painter.globalAlpha = 1;
}

/** An edge outside of the range has no handle: it cannot be dragged. */
function paintEdges(painter: ChartPainter, chart: Chart, { startMs, endMs }: TimeRange, colour: string): void {
  painter.fillStyle = colour;
  const y = (chart.top + chart.bottom - HANDLE.height) / 2;
  for (const ms of [startMs, endMs]) {
    const x = Math.round(chart.x(ms));
    if (x < chart.left - 1 || x > chart.right + 1) continue;
    painter.fillRect(x - 1, chart.top, 2, chart.bottom - chart.top);
    painter.beginPath();
    painter.roundRect(x - HANDLE.width / 2, y, HANDLE.width, HANDLE.height, HANDLE.radius);
    painter.fill();
  }
}

function paintMarkLines(painter: ChartPainter, chart: Chart, theme: OverlayTheme, flags: readonly Flag[]): void {
  painter.fillStyle = theme.ink;
  for (const { at } of flags) for (let y = chart.top; y < chart.bottom; y += 4) painter.fillRect(at, y, 1, 2);
}

function paintFlags(painter: ChartPainter, theme: OverlayTheme, flags: readonly Flag[]): void {
  painter.font = theme.strongFont;
  painter.textAlign = 'left';
  painter.textBaseline = 'middle';
  for (const { at, x, width, text } of flags) {
    painter.fillStyle = theme.ink;
    painter.beginPath();
    // Square where the line comes from.
    painter.roundRect(x, FLAG.top, width, FLAG.height, x < at ? [3, 0, 0, 3] : [0, 3, 3, 0]);
    painter.fill();
    if (text === '') continue;
    painter.fillStyle = theme.ground;
    painter.fillText(text, x + FLAG.pad, FLAG.top + FLAG.height / 2 + 0.5);
  }
}

function paintHover(
  painter: ChartPainter,
  chart: Chart,
  theme: OverlayTheme,
  { ms, step, series: near }: NonNullable<OverlayFacts['hover']>,
): void {
  const { series, hidden, isStacked } = chart.facts;
  const isSingle = series.columns.length === 1;
  // The line of the step that is read, where there is one.
  const x = Math.round(step < 0 ? chart.x(ms) : stepX(chart, step));
  painter.fillStyle = theme.dimInk;
  painter.fillRect(x, chart.top, 1, chart.bottom - chart.top);
  if (step < 0 || isStacked) return;
  const colourOf = (s: number): string => (isSingle ? theme.ink : theme.series[lookOf(s, theme.series.length).colour]);
  if (near >= 0 && !isSingle) paintLine(painter, chart, near, colourOf(near), chart.facts.range);
  for (const [s, column] of series.columns.entries()) {
    if (hidden[s] || Number.isNaN(column[step]) || (series.columns.length > MAX_DOTS && s !== near)) continue;
    const y = chart.y(column[step]);
    for (const [radius, colour] of [
      [4.5, theme.ground],
      [3, colourOf(s)],
    ] as const) {
      painter.fillStyle = colour;
      painter.beginPath();
      painter.roundRect(x + 0.5 - radius, y - radius, 2 * radius, 2 * radius, radius);
      painter.fill();
    }
  }
}
