/** Draws a list of boxes as rows of pixels; only hits with an edge are rectangles. No stroke, no path, no clip. */
import type { Painter } from '../painter.ts';
import type { PixelRows } from '../pixel-rows.ts';
import { type Boxes, hitBox, rootBox, runBox, tickBox } from './boxes.ts';
import type { FlameTheme } from './scene.ts';
import { type FlameView, gapOf, rowTop } from './view.ts';

/** Hits wider than this many css px have an edge around their yellow; ticks are no boxes and have none. */
const EDGED_CSS = 3;

/** The pixels of a theme's colours. */
interface ThemePixels {
  readonly theme: FlameTheme;
  readonly fills: Uint32Array;
  readonly faded: Uint32Array;
  readonly ground: number;
  readonly root: number;
  readonly search: number;
  readonly searchEdge: number;
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
    const painter = this.#painter;
    painter.fillStyle = theme.ground;
    painter.fillRect(0, 0, view.width, view.height);
    const { count, row } = boxes;
    if (count === 0) return;
    const first = row[0];
    let last = first;
    for (let box = 0; box < count; box++) if (row[box] > last) last = row[box];
    this.#fillRows(theme, view, boxes, searching, first, last);
    this.#rows.draw(rowTop(view, view.direction === 'icicle' ? first : last), view.row, gapOf(view), theme.ground);
    this.#fillHits(theme, view, boxes);
  }

  #fillRows(theme: FlameTheme, view: FlameView, boxes: Boxes, searching: boolean, first: number, last: number): void {
    const colours = this.#pixelsOf(theme);
    const fills = searching ? colours.faded : colours.fills;
    const { count, start, end, row, key, kind } = boxes;
    const { width } = view;
    const pixels = this.#rows.room(width, last - first + 1);
    pixels.fill(colours.ground);
    const gap = gapOf(view);
    const edged = EDGED_CSS * gap;
    for (let box = 0; box < count; box++) {
      const line = (view.direction === 'icicle' ? row[box] - first : last - row[box]) * width;
      const to = line + start[box] + paintedWidth(boxes, box, gap);
      let colour = fills[key[box]];
      if (kind[box] === rootBox) colour = colours.root;
      else if (kind[box] === tickBox) colour = colours.search;
      else if (kind[box] === hitBox) colour = end[box] - start[box] > edged ? colours.searchEdge : colours.search;
      for (let at = line + start[box]; at < to; at++) pixels[at] = colour;
    }
  }

  /** The yellow within an edge. */
  #fillHits(theme: FlameTheme, view: FlameView, boxes: Boxes): void {
    const painter = this.#painter;
    const { count, start, end, row, kind } = boxes;
    const gap = gapOf(view);
    const height = view.row - 3 * gap;
    painter.fillStyle = theme.search;
    for (let box = 0; box < count; box++) {
      if (kind[box] !== hitBox || end[box] - start[box] <= EDGED_CSS * gap) continue;
      const width = paintedWidth(boxes, box, gap) - 2 * gap;
      painter.fillRect(start[box] + gap, rowTop(view, row[box]) + gap, width, height);
    }
  }

  #pixelsOf(theme: FlameTheme): ThemePixels {
    if (this.#pixels?.theme === theme) return this.#pixels;
    const { fills, faded, ground, rootFill, search, searchEdge } = theme;
    const all = this.#rows.pixelsOf([...fills, ...faded, ground, rootFill, search, searchEdge]);
    const [groundPixel, root, searchPixel, edge] = all.subarray(fills.length + faded.length);
    return (this.#pixels = {
      theme,
      fills: all.subarray(0, fills.length),
      faded: all.subarray(fills.length, fills.length + faded.length),
      ground: groundPixel,
      root,
      search: searchPixel,
      searchEdge: edge,
    });
  }
}

/** Boxes of two gaps and more keep one free at their right; runs and ticks lie side by side. */
export function paintedWidth({ start, end, kind }: Boxes, box: number, gap: number): number {
  const width = end[box] - start[box];
  const isNode = kind[box] !== runBox && kind[box] !== tickBox;
  return isNode && width >= 2 * gap ? width - gap : width;
}
