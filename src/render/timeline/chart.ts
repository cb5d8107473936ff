/** A chart's facts and its geometry: what a time and a value are in css px. */
import { type AlignedSeries, totalColumn } from '#model/aligned-series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { timeTicks, type Tick, valueTicks } from './axes.ts';

export interface ChartFacts {
  readonly series: AlignedSeries;
  readonly range: TimeRange;
  /** One above the other, or each from zero. */
  readonly isStacked: boolean;
  /** By series: not drawn. */
  readonly hidden: readonly boolean[];
  /** IANA name. */
  readonly zone: string;
  formatTick(value: number): string;
}

/** Css px. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

export interface Chart {
  readonly facts: ChartFacts;
  readonly size: ChartSize;
  /** The plot: x from `left` to `right`, values from `bottom` (0) up to `top` (`largest`). */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly largest: number;
  readonly timeTicks: readonly Tick[];
  readonly valueTicks: readonly Tick[];
}

/** Room for flags and readings above, for the times below, for the values at the left. */
const ABOVE_CSS = 16;
const BELOW_CSS = 18;
const LEFT_CSS = 52;
const RIGHT_CSS = 12;
const VALUE_TICK_CSS = 28;

export function layoutChart(facts: ChartFacts, size: ChartSize): Chart {
  const left = LEFT_CSS;
  const right = Math.max(left + 1, size.width - RIGHT_CSS);
  const top = ABOVE_CSS;
  const bottom = Math.max(top + 1, size.height - BELOW_CSS);
  const values = valueTicks(
    largestOf(facts),
    Math.max(1, Math.floor((bottom - top) / VALUE_TICK_CSS)),
    facts.formatTick,
  );
  return {
    facts,
    size,
    left,
    right,
    top,
    bottom,
    largest: values.top,
    timeTicks: timeTicks(facts.range, right - left, facts.zone),
    valueTicks: values.ticks,
  };
}

export function xOf({ left, right, facts }: Chart, timeMs: number): number {
  const { startMs, endMs } = facts.range;
  return left + ((timeMs - startMs) / (endMs - startMs)) * (right - left);
}

/** Kept within the range. */
export function timeAt({ left, right, facts }: Chart, x: number): number {
  const { startMs, endMs } = facts.range;
  const share = Math.max(0, Math.min(1, (x - left) / (right - left)));
  return startMs + share * (endMs - startMs);
}

export function yOf({ top, bottom, largest }: Chart, value: number): number {
  return bottom - (value / largest) * (bottom - top);
}

/** X of the middle of a step, where its value is drawn; the first and last step reach over the range, and are drawn at its edge. */
export function stepX(chart: Chart, step: number): number {
  const { firstMs, stepMs } = chart.facts.series;
  return Math.max(chart.left, Math.min(chart.right, xOf(chart, firstMs + (step - 0.5) * stepMs)));
}

function largestOf({ series, hidden, isStacked }: ChartFacts): number {
  const columns = series.columns.filter((_, s) => !hidden[s]);
  const shown = isStacked ? [totalColumn({ ...series, columns })] : columns;
  let largest = 0;
  for (const column of shown) for (let i = 0; i < column.length; i++) if (column[i] > largest) largest = column[i];
  return largest;
}
