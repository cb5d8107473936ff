/**
 * The heatmap and the bands of a recording as an object with a life: setters raise a flag, one animation frame clears
 * it. Both canvases show the same time. Coordinates are css px from the left.
 */
import type { Painter } from '../painter.ts';
import { selfShareKeys } from '../palette.ts';
import type { PixelRows } from '../pixel-rows.ts';
import type { FlameTheme } from '../theme.ts';
import { paintOffsetAxis } from './axis.ts';
import { TimeCamera, type TimeGrid } from './grid.ts';
import { type CellRange, fillGrid, type GridColours } from './paint.ts';

interface GridCanvas {
  readonly graph: Painter;
  readonly rows: PixelRows;
}

export interface WhenEngineOptions {
  readonly heat: GridCanvas;
  readonly bands: GridCanvas;
  requestFrame(run: () => void): number;
  cancelFrame(id: number): void;
}

export interface WhenFacts {
  readonly heat: TimeGrid;
  /** Undefined without bands. */
  readonly bands: TimeGrid | undefined;
  readonly columnMs: number;
}

/** In css px. */
export const CELL_HEIGHT = 4;
export const BAND_HEIGHT = 24;
const BAND_GAP = 4;
const MIN_CURSOR = 5;

export class WhenEngine {
  readonly #options: WhenEngineOptions;
  #facts: WhenFacts | undefined;
  #camera = new TimeCamera(1);
  #theme: FlameTheme | undefined;
  #width = 1;
  #ratio = 1;
  #selected: CellRange | undefined;
  #cursor = -1;
  #frame = -1;
  #isDisposed = false;

  constructor(options: WhenEngineOptions) {
    this.#options = options;
  }

  /** Another width of the recording is shown whole. */
  setFacts(facts: WhenFacts): void {
    if (facts.heat.columns !== this.#facts?.heat.columns) this.#camera = new TimeCamera(facts.heat.columns);
    this.#facts = facts;
    this.#stale();
  }

  setTheme(theme: FlameTheme): void {
    this.#theme = theme;
    this.#stale();
  }

  /** To be called whenever the canvases were resized: that clears them. */
  setSize(widthCss: number, ratio: number): void {
    this.#width = Math.max(1, Math.round(widthCss * ratio));
    this.#ratio = ratio;
    this.#stale();
  }

  setSelected(selected: CellRange | undefined): void {
    this.#selected = selected;
    this.#stale();
  }

  /** @param cell -1 none; it comes into view */
  setCursor(cell: number): void {
    this.#cursor = cell;
    if (cell >= 0 && this.#facts) this.#camera.show(Math.floor(cell / this.#facts.heat.rows));
    this.#stale();
  }

  get isWhole(): boolean {
    return this.#camera.isWhole;
  }

  /** @param xCss where the time stays; undefined: in the middle @param factor more than 1 shows more */
  zoomAt(xCss: number | undefined, factor: number): void {
    this.#camera.zoomAt(xCss === undefined ? 0.5 : this.#shareOf(xCss), factor);
    this.#stale();
  }

  panBy(deltaCss: number): void {
    this.#camera.panBy((deltaCss * this.#ratio) / this.#width);
    this.#stale();
  }

  showAll(): void {
    this.#camera.whole();
    this.#stale();
  }

  /** @param yCss in the heatmap; undefined in the bands, where a column is read across @returns -1 without facts */
  cellAt(xCss: number, yCss: number | undefined): number {
    if (!this.#facts) return -1;
    const { columns, rows } = this.#facts.heat;
    const at = this.#camera.from + this.#shareOf(xCss) * (this.#camera.to - this.#camera.from);
    const column = Math.min(columns - 1, Math.floor(at));
    const row = yCss === undefined ? Math.floor((at - column) * rows) : rows - 1 - Math.floor(yCss / CELL_HEIGHT);
    return column * rows + Math.max(0, Math.min(rows - 1, row));
  }

  paintNow(): void {
    if (this.#frame >= 0) this.#options.cancelFrame(this.#frame);
    this.#frame = -1;
    if (!this.#facts || !this.#theme || this.#isDisposed) return;
    const { heat, bands } = this.#facts;
    const view = this.#camera;
    this.#paintGrid(this.#options.heat, heat, view, CELL_HEIGHT, 0);
    paintOffsetAxis(this.#options.heat.graph, this.#theme, {
      fromMs: view.from * this.#facts.columnMs,
      untilMs: view.to * this.#facts.columnMs,
      top: heat.rows * this.#px(CELL_HEIGHT),
      width: this.#width,
      ratio: this.#ratio,
      picture: 'above',
    });
    this.#paintSelected(this.#options.heat.graph, this.#theme, heat);
    this.#paintCursor(this.#options.heat.graph, this.#theme, heat);
    if (!bands) return;
    const scale = bands.columns / heat.columns;
    this.#paintGrid(
      this.#options.bands,
      bands,
      { from: view.from * scale, to: view.to * scale },
      BAND_HEIGHT,
      BAND_GAP,
    );
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#frame >= 0) this.#options.cancelFrame(this.#frame);
  }

  #stale(): void {
    if (this.#frame >= 0 || this.#isDisposed) return;
    this.#frame = this.#options.requestFrame(() => {
      this.#frame = -1;
      this.paintNow();
    });
  }

  #shareOf(xCss: number): number {
    return Math.max(0, Math.min(1, (xCss * this.#ratio) / this.#width));
  }

  #px(css: number): number {
    return Math.round(css * this.#ratio);
  }

  #paintGrid({ rows }: GridCanvas, grid: TimeGrid, view: { from: number; to: number }, css: number, gap: number): void {
    const theme = this.#theme!;
    fillGrid(grid, view, this.#width, rows, coloursOf(theme, rows), this.#selected);
    rows.draw(0, this.#px(css), gap === 0 ? 0 : this.#px(gap), theme.ground);
  }

  /** Where the selection is, also where few cells of it have anything. */
  #paintSelected(graph: Painter, theme: FlameTheme, { rows }: TimeGrid): void {
    if (!this.#selected) return;
    const { from, to } = this.#camera;
    const scale = this.#width / (to - from);
    const left = Math.round((this.#selected.start / rows - from) * scale);
    const right = Math.max(left + this.#px(2), Math.round((this.#selected.end / rows - from) * scale));
    graph.fillStyle = theme.select;
    graph.fillRect(left, rows * this.#px(CELL_HEIGHT), right - left, this.#px(3));
  }

  #paintCursor(graph: Painter, theme: FlameTheme, { rows }: TimeGrid): void {
    if (this.#cursor < 0) return;
    const { from, to } = this.#camera;
    const column = Math.floor(this.#cursor / rows);
    const line = Math.max(1, Math.round(this.#ratio));
    const high = this.#px(CELL_HEIGHT);
    const scale = this.#width / (to - from);
    const left = Math.round((column - from) * scale);
    const wide = Math.max(this.#px(MIN_CURSOR), Math.round(scale));
    const y = (rows - 1 - (this.#cursor % rows)) * high;
    graph.fillStyle = theme.focus;
    // Its column and its cell: a cell alone may be a few pixels.
    graph.fillRect(left, rows * high, wide, 2 * line);
    graph.fillRect(left - line, y - line, wide + 2 * line, line);
    graph.fillRect(left - line, y + high, wide + 2 * line, line);
    graph.fillRect(left - line, y, line, high);
    graph.fillRect(left + wide, y, line, high);
  }
}

function coloursOf({ ground, fills, faded }: FlameTheme, rows: PixelRows): GridColours {
  const pixels = (of: readonly string[]): number[] =>
    [ground, ...selfShareKeys.map((key) => of[key])].map((colour) => rows.pixelOf(colour));
  return { plain: pixels(fills), faded: pixels(faded) };
}
