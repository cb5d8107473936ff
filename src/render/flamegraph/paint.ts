/** Draws a list of boxes as rows of pixels; only hits with an edge are rectangles. No stroke, no path, no clip. */
import type { Painter } from '../painter.ts';
import { cutColourKey } from '../palette.ts';
import type { PixelRows } from '../pixel-rows.ts';
import { type Boxes, hitBox, nodeBox, rootBox, runBox, tickBox } from './boxes.ts';
import type { FlameTheme } from './scene.ts';
import { endRow, firstRow, type FlameView, gapOf, rowTop } from './view.ts';

/** Hits wider than this many css px have an edge around their yellow; ticks are no boxes and have none. */
const EDGED_CSS = 3;

interface ThemePixels {
  readonly theme: FlameTheme;
  readonly fills: readonly number[];
  readonly faded: readonly number[];
  readonly ground: number;
  readonly root: number;
  readonly search: number;
  readonly searchEdge: number;
}

function pixelsOf(theme: FlameTheme, rows: PixelRows): ThemePixels {
  return {
    theme,
    fills: theme.fills.map((colour) => rows.pixelOf(colour)),
    faded: theme.faded.map((colour) => rows.pixelOf(colour)),
    ground: rows.pixelOf(theme.ground),
    root: rows.pixelOf(theme.rootFill),
    search: rows.pixelOf(theme.search),
    searchEdge: rows.pixelOf(theme.searchEdge),
  };
}

export class BoxPainter {
  readonly #painter: Painter;
  readonly #rows: PixelRows;
  #pixels: ThemePixels | undefined;

  constructor(painter: Painter, rows: PixelRows) {
    this.#painter = painter;
    this.#rows = rows;
  }

  /** @param searching boxes that are no hits stand back. */
  paint(theme: FlameTheme, view: FlameView, boxes: Boxes, searching: boolean): void {
    const first = firstRow(view);
    const last = endRow(view, Infinity) - 1;
    if (this.#pixels?.theme !== theme) this.#pixels = pixelsOf(theme, this.#rows);
    this.#fillRows(this.#pixels, view, boxes, searching, first, last);
    this.#rows.draw(rowTop(view, view.direction === 'icicle' ? first : last), view.row, gapOf(view), theme.ground);
    this.#fillHits(theme, view, boxes);
    this.#fillCut(theme, view, boxes);
  }

  /** Later boxes lie on earlier ones: ticks of hits on the runs that they are in. */
  #fillRows(
    { fills, faded, ground, root, search, searchEdge }: ThemePixels,
    view: FlameView,
    boxes: Boxes,
    searching: boolean,
    first: number,
    last: number,
  ): void {
    const byKey = searching ? faded : fills;
    const { count, start, row, key, kind } = boxes;
    const { width } = view;
    const gap = gapOf(view);
    const isIcicle = view.direction === 'icicle';
    const pixels = this.#rows.room(width, last - first + 1);
    pixels.fill(ground);
    for (let box = 0; box < count; box++) {
      const from = start[box] + width * (isIcicle ? row[box] - first : last - row[box]);
      const to = from + paintedWidth(boxes, box, gap);
      let pixel = byKey[key[box]] ?? root;
      if (kind[box] === rootBox) pixel = root;
      else if (kind[box] === tickBox) pixel = search;
      else if (kind[box] === hitBox) pixel = isEdged(boxes, box, gap) ? searchEdge : search;
      for (let at = from; at < to; at++) pixels[at] = pixel;
    }
  }

  /** What a source cut away is hatched, and a hatch is more than a row of pixels. */
  #fillCut(theme: FlameTheme, view: FlameView, boxes: Boxes): void {
    const painter = this.#painter;
    const { count, start, row, key, kind } = boxes;
    const gap = gapOf(view);
    painter.fillStyle = theme.cutHatch(view.ratio);
    for (let box = 0; box < count; box++) {
      if (key[box] !== cutColourKey || (kind[box] !== nodeBox && kind[box] !== runBox)) continue;
      painter.fillRect(start[box], rowTop(view, row[box]), paintedWidth(boxes, box, gap), view.row - gap);
    }
  }

  /** The yellow within an edge. */
  #fillHits(theme: FlameTheme, view: FlameView, boxes: Boxes): void {
    const painter = this.#painter;
    const { count, start, row, kind } = boxes;
    const gap = gapOf(view);
    const height = view.row - 3 * gap;
    painter.fillStyle = theme.search;
    for (let box = 0; box < count; box++) {
      if (kind[box] !== hitBox || !isEdged(boxes, box, gap)) continue;
      painter.fillRect(start[box] + gap, rowTop(view, row[box]) + gap, paintedWidth(boxes, box, gap) - 2 * gap, height);
    }
  }
}

function isEdged({ start, end }: Boxes, box: number, gap: number): boolean {
  return end[box] - start[box] > EDGED_CSS * gap;
}

/** Boxes of two gaps and more keep one free at their right; runs and ticks lie side by side. */
export function paintedWidth({ start, end, kind }: Boxes, box: number, gap: number): number {
  const width = end[box] - start[box];
  const isNode = kind[box] !== runBox && kind[box] !== tickBox;
  return isNode && width >= 2 * gap ? width - gap : width;
}
