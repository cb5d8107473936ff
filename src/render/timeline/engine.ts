/**
 * A time series chart as a long-lived object: setters mark it dirty, one animation frame repaints. Hover, selection and
 * markers
 * lie on
 * a canvas above the series, so that moving over them draws no series anew.
 */
import { stepAt } from '#model/aligned-series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { type Chart, type ChartFacts, layoutChart, timeAt } from './chart.ts';
import { type Flag, layoutFlags, markUnder, type TimelineMark } from './flags.ts';
import { seriesAt } from './hit-test.ts';
import { type ChartPainter, paintChart } from './paint-chart.ts';
import { type Brush, type OverlayTheme, paintOverlay } from './paint-overlay.ts';

export type { TimelineMark } from './flags.ts';
export type { Brush, OverlayTheme } from './paint-overlay.ts';

export interface TimelineOptions {
  /** Context of the canvas with the series; opaque. */
  readonly series: ChartPainter;
  /** Context of the canvas above it; transparent. */
  readonly overlay: ChartPainter;
  requestFrame(run: () => void): number;
  cancelFrame(id: number): void;
}

/** Where the pointer or the keys are. */
export interface TimelineHover {
  readonly ms: number;
  /** Nearest to the pointer, -1 none. */
  readonly series: number;
}

export class TimelineEngine {
  readonly #options: TimelineOptions;
  #facts: ChartFacts | undefined;
  #theme: OverlayTheme | undefined;
  #size = { width: 0, height: 0 };
  #ratio = 1;
  #chart: Chart | undefined;
  #flags: readonly Flag[] | undefined;
  #selection: TimeRange | undefined;
  #brushes: readonly Brush[] = [];
  #marks: readonly TimelineMark[] = [];
  #hover: TimelineHover | undefined;
  #frame = -1;
  #isSeriesStale = false;
  #isOverlayStale = false;
  #isDisposed = false;

  constructor(options: TimelineOptions) {
    this.#options = options;
  }

  setFacts(facts: ChartFacts): void {
    this.#facts = facts;
    this.#staleSeries();
  }

  setTheme(theme: OverlayTheme): void {
    this.#theme = theme;
    this.#staleSeries();
  }

  /** To be called whenever the canvases were resized: that clears them. */
  setSize(width: number, height: number, ratio: number): void {
    this.#size = { width, height };
    this.#ratio = ratio;
    this.#staleSeries();
  }

  setSelection(selection: TimeRange | undefined): void {
    this.#selection = selection;
    this.#staleOverlay();
  }

  setBrushes(brushes: readonly Brush[]): void {
    this.#brushes = brushes;
    this.#staleOverlay();
  }

  /** @param marks by time */
  setMarks(marks: readonly TimelineMark[]): void {
    this.#marks = marks;
    this.#flags = undefined;
    this.#staleOverlay();
  }

  setHover(hover: TimelineHover | undefined): void {
    if (hover?.ms === this.#hover?.ms && hover?.series === this.#hover?.series) return;
    this.#hover = hover;
    this.#staleOverlay();
  }

  /** The geometry as it will be painted next; undefined before there is anything. */
  get chart(): Chart | undefined {
    if (!this.#chart && this.#facts && this.#size.width > 0) this.#chart = layoutChart(this.#facts, this.#size);
    return this.#chart;
  }

  /** The reading at a point: its time and the nearest series. */
  hoverAt(x: number, y: number): TimelineHover | undefined {
    const { chart } = this;
    if (!chart) return undefined;
    const ms = timeAt(chart, x);
    return { ms, series: seriesAt(chart, stepAt(chart.facts.series, ms), y) };
  }

  /** Css px, for what the app puts beside a time. */
  xOf(timeMs: number): number {
    return this.chart ? this.chart.x(timeMs) : 0;
  }

  /** The ms that a distance in css px spans. */
  msOf(css: number): number {
    const { chart } = this;
    if (!chart) return 0;
    const { startMs, endMs } = chart.facts.range;
    return (css / (chart.right - chart.left)) * (endMs - startMs);
  }

  /** The mark whose flag is under a point, -1 none. */
  markAt(x: number, y: number): number {
    return this.chart && this.#theme ? markUnder(this.#laidFlags(this.chart, this.#theme), x, y) : -1;
  }

  /** Does now what the next animation frame would do. */
  paintNow(): void {
    if (this.#frame >= 0) this.#options.cancelFrame(this.#frame);
    this.#frame = -1;
    const { chart } = this;
    if (!chart || !this.#theme) return;
    if (this.#isSeriesStale) {
      this.#isSeriesStale = false;
      paintChart(this.#options.series, chart, this.#theme, this.#ratio);
    }
    if (this.#isOverlayStale) {
      this.#isOverlayStale = false;
      const hover = this.#hover && { ...this.#hover, step: stepAt(chart.facts.series, this.#hover.ms) };
      const flags = this.#laidFlags(chart, this.#theme);
      const facts = { selection: this.#selection, brushes: this.#brushes, flags, hover };
      paintOverlay(this.#options.overlay, chart, this.#theme, facts, this.#ratio);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#frame >= 0) this.#options.cancelFrame(this.#frame);
    this.#frame = -1;
    this.#facts = undefined;
    this.#chart = undefined;
  }

  #laidFlags(chart: Chart, theme: OverlayTheme): readonly Flag[] {
    if (this.#flags) return this.#flags;
    const { overlay } = this.#options;
    overlay.font = theme.strongFont;
    return (this.#flags = layoutFlags(chart, this.#marks, (text) => overlay.measureText(text).width));
  }

  #staleSeries(): void {
    this.#isSeriesStale = true;
    this.#chart = undefined;
    this.#flags = undefined;
    this.#staleOverlay();
  }

  #staleOverlay(): void {
    this.#isOverlayStale = true;
    if (this.#frame >= 0 || this.#isDisposed) return;
    this.#frame = this.#options.requestFrame(() => {
      this.#frame = -1;
      this.paintNow();
    });
  }
}
