/** A chart's facts and its geometry: what a time and a value are in css px. */
import { scaleLinear } from 'd3-scale';
import { type AlignedSeries, largestShown, middleMs } from '#model/aligned-series.ts';
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
  /** The size of the axis unit in the unit of the values. */
  readonly unitSize: number;
}

/** Css px. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

type Scale = ReturnType<typeof scaleLinear<number>>;

export interface Chart {
  readonly facts: ChartFacts;
  readonly size: ChartSize;
  /** The plot: x from `left` to `right`, values from `bottom` (0) up to `top` (`largest`). */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly largest: number;
  /** Ms to css px. */
  readonly x: Scale;
  /** Values to css px; negative values are drawn at zero. */
  readonly y: Scale;
  readonly timeTicks: readonly Tick[];
  readonly valueTicks: readonly Tick[];
}

/** Colour and dashes of one of several series; a single one has the ink colour. */
export interface SeriesLook {
  /** Index into the theme's colours. */
  readonly colour: number;
  readonly isDashed: boolean;
}

/** Room for flags and readings above, for the times below. */
const ABOVE_CSS = 16;
const BELOW_CSS = 18;
export const RIGHT_CSS = 12;
/** Where all bands begin, then the values, then a gap. */
const TEXT_LEFT_CSS = 12;
export const MIN_LEFT_CSS = 36;
const DIGIT_CSS = 6.6;
const VALUE_GAP_CSS = 8;
const VALUE_TICK_CSS = 22;

export function layoutChart(facts: ChartFacts, size: ChartSize): Chart {
  const top = ABOVE_CSS;
  const bottom = Math.max(top + 1, size.height - BELOW_CSS);
  const values = valueTicks(
    largestShown(facts.series, facts.hidden, facts.isStacked),
    Math.max(1, Math.floor((bottom - top) / VALUE_TICK_CSS)),
    facts.unitSize,
  );
  const letters = values.ticks.reduce((most, { text }) => Math.max(most, text.length), 1);
  const left = Math.max(MIN_LEFT_CSS, Math.ceil(TEXT_LEFT_CSS + letters * DIGIT_CSS + VALUE_GAP_CSS));
  const right = Math.max(left + 1, size.width - RIGHT_CSS);
  return {
    facts,
    size,
    left,
    right,
    top,
    bottom,
    largest: values.top,
    x: scaleLinear([facts.range.startMs, facts.range.endMs], [left, right]),
    y: scaleLinear([0, values.top], [bottom, top]).clamp(true),
    timeTicks: timeTicks(facts.range, right - left, facts.zone),
    valueTicks: values.ticks,
  };
}

/** @param colours how many there are: beyond them they repeat, dashed */
export function lookOf(s: number, colours: number): SeriesLook {
  return { colour: s % colours, isDashed: s >= colours };
}

/** Kept within the range. */
export function timeAt({ left, right, x }: Chart, at: number): number {
  return x.invert(Math.max(left, Math.min(right, at)));
}

/**
 * X of the middle of a step, where its value is drawn; the first and last step reach over the range, and are drawn at
 * its edge.
 */
export function stepX(chart: Chart, step: number): number {
  return Math.max(chart.left, Math.min(chart.right, chart.x(middleMs(chart.facts.series, step))));
}

/** Css px that a step is wide. */
export function stepWidth({ left, right, facts: { range, series } }: Chart): number {
  return ((right - left) * series.stepMs) / (range.endMs - range.startMs);
}
