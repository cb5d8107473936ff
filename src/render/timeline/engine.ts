/**
 * A time series chart with a life: setters raise flags, one animation frame clears them. Hover, selection and markers lie on
 * a canvas above the series, so that moving over them draws no series anew.
 */
import { stepAt } from '#model/aligned-series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { type Chart, type ChartFacts, layoutChart, stepX, timeAt, xOf, yOf } from './chart.ts';
import { type ChartPainter, type ChartTheme, paintChart } from './paint-chart.ts';

export interface TimelineMark {
  readonly timeMs: number;
  readonly title: string;
}

export interface TimelineOptions {
  readonly series: ChartPainter;
  readonly overlay: ChartPainter;
  requestFrame(run: () => void): number;
  cancelFrame(id: number): void;
}

export interface OverlayTheme extends ChartTheme {
  readonly brush: string;
  readonly flag: string;
  readonly flagInk: string;
}

const HANDLE = { width: 6, height: 16 } as const;
const FLAG_HEIGHT = 14;
const FLAG_PAD = 4;
const WIDEST_FLAG = 120;

export class TimelineEngine {
  readonly #options: TimelineOptions;
  #facts: ChartFacts | undefined;
  #theme: OverlayTheme | undefined;
  #size = { width: 0, height: 0 };
  #ratio = 1;
  #chart: Chart | undefined;
  #selection: TimeRange | undefined;
  #marks: readonly TimelineMark[] = [];
  #hoveredMs: number | undefined;
  #frame = -1;
  #isSeriesStale = false;
  #isOverlayStale = false;

  constructor(options: TimelineOptions) {
    this.#options = options;
  }

  setFacts(facts: ChartFacts): void {
    this.#facts = facts;
    this.#stale(true);
  }

  setTheme(theme: OverlayTheme): void {
    this.#theme = theme;
    this.#stale(true);
  }

  /** To be called whenever the canvases were resized: that clears them. */
  setSize(width: number, height: number, ratio: number): void {
    this.#size = { width, height };
    this.#ratio = ratio;
    this.#stale(true);
  }

  setSelection(selection: TimeRange | undefined): void {
    this.#selection = selection;
    this.#stale(false);
  }

  setMarks(marks: readonly TimelineMark[]): void {
    this.#marks = marks;
    this.#stale(false);
  }

  setHover(timeMs: number | undefined): void {
    if (timeMs === this.#hoveredMs) return;
    this.#hoveredMs = timeMs;
    this.#stale(false);
  }

  /** The geometry as it will be painted next; undefined before there is anything. */
  get chart(): Chart | undefined {
    if (!this.#chart && this.#facts && this.#size.width > 0) this.#chart = layoutChart(this.#facts, this.#size);
    return this.#chart;
  }

  timeAt(x: number): number | undefined {
    return this.chart && timeAt(this.chart, x);
  }

  /** Ms that a distance in css px stands for. */
  msOf(css: number): number {
    const { chart } = this;
    if (!chart) return 0;
    const { startMs, endMs } = chart.facts.range;
    return (css / (chart.right - chart.left)) * (endMs - startMs);
  }

  /** The mark whose flag is under a point, -1 none. */
  markAt(x: number, y: number): number {
    if (y > FLAG_HEIGHT + 2 || !this.chart) return -1;
    return this.#flags(this.chart).findIndex((flag) => flag !== undefined && x >= flag.x && x <= flag.x + flag.width);
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
      this.#paintOverlay(chart, this.#theme);
    }
  }

  dispose(): void {
    if (this.#frame >= 0) this.#options.cancelFrame(this.#frame);
    this.#facts = undefined;
    this.#chart = undefined;
  }

  #paintOverlay(chart: Chart, theme: OverlayTheme): void {
    const painter = this.#options.overlay;
    const { width, height } = this.#size;
    painter.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    painter.clearRect(0, 0, width, height);
    this.#paintSelection(painter, chart, theme);
    this.#paintMarks(painter, chart, theme);
    this.#paintHover(painter, chart, theme);
  }

  #paintSelection(painter: ChartPainter, chart: Chart, theme: OverlayTheme): void {
    if (!this.#selection) return;
    const from = Math.max(chart.left, xOf(chart, this.#selection.startMs));
    const to = Math.min(chart.right, xOf(chart, this.#selection.endMs));
    if (to <= from) return;
    painter.globalAlpha = 0.18;
    painter.fillStyle = theme.brush;
    painter.fillRect(from, chart.top, to - from, chart.bottom - chart.top);
    painter.globalAlpha = 1;
    painter.fillStyle = theme.ink;
    const y = (chart.top + chart.bottom - HANDLE.height) / 2;
    for (const x of [from, to]) {
      painter.fillRect(Math.round(x), chart.top, 1, chart.bottom - chart.top);
      painter.fillRect(Math.round(x) - HANDLE.width / 2, y, HANDLE.width, HANDLE.height);
    }
  }

  /** By mark: where its flag lies; undefined where it is out of the range or another flag stands there. */
  #flags(chart: Chart): readonly ({ readonly x: number; readonly width: number } | undefined)[] {
    let free = -Infinity;
    return this.#marks.map(({ timeMs, title }) => {
      const at = xOf(chart, timeMs);
      if (at < chart.left || at > chart.right) return undefined;
      const width = Math.min(WIDEST_FLAG, title.length * 6.5 + 2 * FLAG_PAD);
      const x = Math.min(at, chart.right - width);
      if (x < free) return undefined;
      free = x + width + 2;
      return { x, width };
    });
  }

  #paintMarks(painter: ChartPainter, chart: Chart, theme: OverlayTheme): void {
    const flags = this.#flags(chart);
    painter.font = theme.font;
    painter.textAlign = 'left';
    painter.textBaseline = 'middle';
    for (const [i, { timeMs, title }] of this.#marks.entries()) {
      const at = Math.round(xOf(chart, timeMs));
      if (at < chart.left || at > chart.right) continue;
      painter.fillStyle = theme.flag;
      for (let y = chart.top; y < chart.bottom; y += 4) painter.fillRect(at, y, 1, 2);
      const flag = flags[i];
      if (!flag) continue;
      painter.fillRect(flag.x, 0, flag.width, FLAG_HEIGHT);
      painter.fillStyle = theme.flagInk;
      const most = Math.floor((flag.width - 2 * FLAG_PAD) / 6.2);
      const text = title.length > most ? `${title.slice(0, Math.max(1, most - 1))}…` : title;
      painter.fillText(text, flag.x + FLAG_PAD, FLAG_HEIGHT / 2 + 0.5);
    }
  }

  #paintHover(painter: ChartPainter, chart: Chart, theme: OverlayTheme): void {
    if (this.#hoveredMs === undefined) return;
    const step = stepAt(chart.facts.series, this.#hoveredMs);
    const x = Math.round(xOf(chart, this.#hoveredMs));
    painter.fillStyle = theme.dimInk;
    painter.fillRect(x, chart.top, 1, chart.bottom - chart.top);
    const { series, hidden, isStacked } = chart.facts;
    if (step < 0 || (isStacked && series.columns.length > 1)) return;
    const at = stepX(chart, step);
    const dots = series.columns.length > 40 ? 0 : series.columns.length;
    for (let s = 0; s < dots; s++) {
      const value = series.columns[s][step];
      if (hidden[s] || Number.isNaN(value)) continue;
      painter.fillStyle = series.columns.length === 1 ? theme.ink : theme.series[s % theme.series.length];
      painter.fillRect(at - 2, yOf(chart, value) - 2, 5, 5);
    }
  }

  #stale(isSeries: boolean): void {
    if (isSeries) {
      this.#isSeriesStale = true;
      this.#chart = undefined;
    }
    this.#isOverlayStale = true;
    if (this.#frame < 0) {
      this.#frame = this.#options.requestFrame(() => {
        this.#frame = -1;
        this.paintNow();
      });
    }
  }
}
