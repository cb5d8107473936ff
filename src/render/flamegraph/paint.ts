/** Draws a list of boxes as rows of pixels; only hits with an edge are rectangles. No stroke, no path, no clip. */
import type { Painter } from '../painter.ts';
import type { PixelRows } from '../pixel-rows.ts';
import { type Boxes, changeBox, hitBox, nodeBox, rootBox, runBox, tickBox } from './boxes.ts';
import type { SearchLook } from './scene.ts';
import type { FlameTheme } from '../theme.ts';
import { endRow, firstRow, type FlameView, gapOf, rowTop } from './view.ts';

/** Boxes wider than this many css px can have an edge and a hatch; runs and ticks are no boxes and have none. */
const EDGED_CSS = 3;
/** Width of the edge around hits that keep their colour. */
const HIT_EDGE_CSS = 2;

/** The canvas of the boxes. */
export interface BoxCanvas {
  /** Its context; opaque. */
  readonly graph: Painter;
  /** Rows of pixels onto it. */
  readonly rows: PixelRows;
}

export function paintBoxes(
  { graph, rows }: BoxCanvas,
  theme: FlameTheme,
  view: FlameView,
  boxes: Boxes,
  search: SearchLook,
): void {
  const first = firstRow(view);
  const last = endRow(view, Infinity) - 1;
  const isIcicle = view.direction === 'icicle';
  const pixelOf = (colour: string): number => rows.pixelOf(colour);
  const fills = (search === 'none' ? theme.fills : theme.faded).map(pixelOf);
  const textures = search === 'none' ? theme.textures : theme.texturesFaded;
  const edges = textures.map((texture, of) => pixelOf(texture?.edge ?? theme.fills[of]));
  const [ground, root, yellow, hitEdge] = [theme.ground, theme.rootFill, theme.search, theme.searchEdge].map(pixelOf);
  const { count, start, row, key, kind } = boxes;
  const { width } = view;
  const gap = gapOf(view);
  const pixels = rows.room(width, last - first + 1);
  pixels.fill(ground);
  const textured: number[] = [];
  // Later boxes are drawn over earlier ones: hits over changes, both over their runs.
  for (let box = 0; box < count; box++) {
    const from = start[box] + width * (isIcicle ? row[box] - first : last - row[box]);
    const to = from + paintedWidth(boxes, box, gap);
    let pixel = fills[key[box]] ?? root;
    if (kind[box] === rootBox) pixel = root;
    else if (kind[box] === tickBox) pixel = yellow;
    else if (kind[box] === hitBox) pixel = search === 'edged' || isEdged(boxes, box, gap) ? hitEdge : yellow;
    else if (kind[box] === nodeBox && textures[key[box]] !== undefined && isEdged(boxes, box, gap)) {
      pixel = edges[key[box]];
      textured.push(box);
    }
    for (let at = from; at < to; at++) pixels[at] = pixel;
  }
  rows.draw(rowTop(view, isIcicle ? first : last), view.row, gap, theme.ground);
  if (search === 'yellow') fillYellow(graph, theme, view, boxes);
  if (search === 'edged') fillEdged(graph, theme, view, boxes);
  fillTextured(graph, textures, view, boxes, textured);
}

/** The yellow within an edge. */
function fillYellow(graph: Painter, theme: FlameTheme, view: FlameView, boxes: Boxes): void {
  const { count, start, row, kind } = boxes;
  const gap = gapOf(view);
  const height = view.row - 3 * gap;
  graph.fillStyle = theme.search;
  for (let box = 0; box < count; box++) {
    if (kind[box] !== hitBox || !isEdged(boxes, box, gap)) continue;
    graph.fillRect(start[box] + gap, rowTop(view, row[box]) + gap, paintedWidth(boxes, box, gap) - 2 * gap, height);
  }
}

/** The box's own colour within an edge; narrow boxes have the edge only above and below. */
function fillEdged(graph: Painter, theme: FlameTheme, view: FlameView, boxes: Boxes): void {
  const { count, start, row, key, kind } = boxes;
  const gap = gapOf(view);
  const edge = HIT_EDGE_CSS * gap;
  let filled: string | CanvasPattern | undefined;
  for (let box = 0; box < count; box++) {
    if (kind[box] !== hitBox) continue;
    const texture = isEdged(boxes, box, gap) ? theme.textures[key[box]] : undefined;
    const fill = texture?.fill(view.ratio) ?? theme.fills[key[box]];
    if (fill !== filled) graph.fillStyle = filled = fill;
    const width = paintedWidth(boxes, box, gap);
    const inset = width > 3 * edge ? edge : 0;
    const top = rowTop(view, row[box]) + edge;
    graph.fillRect(start[box] + inset, top, width - 2 * inset, view.row - gap - 2 * edge);
  }
}

/** A texture needs rectangles. They are drawn key by key, since changing the pattern costs more than a rectangle. */
function fillTextured(
  graph: Painter,
  textures: FlameTheme['textures'],
  view: FlameView,
  boxes: Boxes,
  textured: readonly number[],
): void {
  const { start, row, key } = boxes;
  const gap = gapOf(view);
  const fillAll = (of: number, fill: string | CanvasPattern, inset: number): void => {
    graph.fillStyle = fill;
    for (const box of textured) {
      if (key[box] !== of) continue;
      const width = paintedWidth(boxes, box, gap) - 2 * inset;
      graph.fillRect(start[box] + inset, rowTop(view, row[box]) + inset, width, view.row - gap - 2 * inset);
    }
  };
  for (const of of new Set(textured.map((box) => key[box]))) {
    const { dashes, edge, fill } = textures[of]!;
    if (dashes) fillAll(of, dashes(view.ratio), 0);
    fillAll(of, fill(view.ratio), edge === undefined ? 0 : gap);
  }
}

export function isEdged({ start, end }: Boxes, box: number, gap: number): boolean {
  return end[box] - start[box] > EDGED_CSS * gap;
}

/** Boxes of two gaps and more keep one free at their right; runs and ticks lie side by side. */
export function paintedWidth({ start, end, kind }: Boxes, box: number, gap: number): number {
  const width = end[box] - start[box];
  const isNode = kind[box] !== runBox && kind[box] !== tickBox && kind[box] !== changeBox;
  return isNode && width >= 2 * gap ? width - gap : width;
}
