/** From pixel to box and from node to pixels, by the pixel rule of cull.ts. */
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import { firstFrom, type FlameLayout, positionOf, widestOf } from './layout.ts';
import { type ChangeMarks, firstMark, strongestThin } from './marks.ts';
import { type FlameView, rowAt, scaleOf, thinBelow } from './view.ts';

/**
 * O(log nodes of the row).
 * @param x, @param y device px of the view.
 * @param marks positions of search hits: in a pixel of many nodes a hit wins, then the strongest change, as in paint.
 * @returns -1 in a gap. The gap between two boxes belongs to the left one.
 */
export function nodeUnder(
  tree: CallTree,
  layout: FlameLayout,
  view: FlameView,
  marks: Int32Array | undefined,
  changes: ChangeMarks | undefined,
  x: number,
  y: number,
): NodeIndex {
  const pixelX = Math.floor(x);
  if (pixelX < 0 || pixelX >= view.width || y < 0 || y >= view.height) return -1;
  const row = rowAt(view, y);
  if (row < 0 || row > tree.maxDepth) return -1;
  const { rowStart, left, nodes, share, weight } = layout;
  const pixelShare = thinBelow(layout, view);
  const pixel = 1 / scaleOf(view);
  if (row === 0 && !(weight[0] > 0)) return 0;
  const cellFrom = view.from + (pixelX - 0.5) * pixel;
  const first = firstFrom(left, rowStart[row], rowStart[row + 1], cellFrom);
  const end = firstFrom(left, first, rowStart[row + 1], view.from + (pixelX + 0.5) * pixel);
  if (first < end) {
    const hit = marks === undefined ? -1 : widestMark(layout, marks, first, end);
    const change = changes === undefined ? -1 : strongestChange(layout, changes, first, end, pixelShare);
    // Ticks lie on changes, and those on boxes.
    if (hit >= 0 && (change < 0 || share[hit] < pixelShare)) return nodes[hit];
    if (change >= 0) return nodes[change];
    return nodes[share[end - 1] >= pixelShare ? end - 1 : widestOf(layout, first, end)];
  }
  const before = first - 1;
  if (before < rowStart[row]) return -1;
  if (share[before] < pixelShare) return -1;
  const node = nodes[before];
  return Math.floor((left[before] + weight[node] - view.from) * scaleOf(view) + 0.5) > pixelX ? node : -1;
}

/** Marks of one pixel that are looked at. */
const LOOKED_AT = 32;

function widestMark({ share }: FlameLayout, marks: Int32Array, first: number, end: number): number {
  let best = -1;
  const from = firstMark(marks, 0, marks.length, first);
  for (let mark = from; mark < marks.length && marks[mark] < end && mark < from + LOOKED_AT; mark++) {
    if (best < 0 || share[marks[mark]] > share[best]) best = marks[mark];
  }
  return best;
}

function strongestChange(
  layout: FlameLayout,
  { positions, strength }: ChangeMarks,
  first: number,
  end: number,
  pixelShare: number,
): number {
  const from = firstMark(positions, 0, positions.length, first);
  const to = firstMark(positions, from, positions.length, end);
  return strongestThin(layout, positions, strength, from, to, pixelShare);
}

/** The position of a node in device px of the view; one object is reused. */
export interface NodePlace {
  start: number;
  /** Exclusive, the gap included; at least a pixel behind `start`. */
  end: number;
  row: number;
}

/** @returns false when the node has no place in the visible range. Rows above and below the view are places, too. */
export function placeOf(
  tree: CallTree,
  layout: FlameLayout,
  view: FlameView,
  node: NodeIndex,
  place: NodePlace,
): boolean {
  const position = positionOf(layout, tree, node);
  if (position < 0) return false;
  const scale = scaleOf(view);
  const x = (layout.left[position] - view.from) * scale;
  const w = layout.weight[node] * scale;
  const start = Math.floor(x + 0.5);
  const isThin = layout.share[position] < thinBelow(layout, view);
  const end = node === 0 && !(w > 0) ? view.width : isThin ? start + 1 : Math.max(start + 1, Math.floor(x + w + 0.5));
  place.start = Math.max(0, start);
  place.end = Math.min(view.width, end);
  place.row = tree.depth[node];
  return place.start < place.end;
}
