/**
 * Which rectangles a view shows. Cost follows pixels, not nodes: binary search finds the first box of a row, and
 * whatever
 * starts in one pixel is passed by a jump.
 *
 * The pixel rule, in device px: a node covers the pixels from round(left) to round(right), so it covers a pixel when it
 * covers its centre. A node thinner than a pixel shows in the pixel round(left), with all others that start there, as
 * the widest of them. A node of a pixel or more that starts in the same pixel takes it from them.
 */
import type { CallTree } from '#model/call-tree.ts';
import { type Boxes, hitBox, nodeBox, rootBox, runBox } from './boxes.ts';
import { firstBeyond, firstFromNear, type FlameLayout, lookedAt, widestOf } from './layout.ts';
import { endRow, firstRow, type FlameView, scaleOf, thinBelow } from './view.ts';

/** A run of several colours is cut when it is this long, in css px: shorter is more rhythm, and more rectangles. */
const RUN_CSS = 6;

/** The inputs of boxes apart from their position. */
export interface BoxColours {
  /** Colour key by node. */
  readonly keys: Uint16Array;
  /** By node, 1 is a match. */
  readonly hit: Uint8Array | undefined;
}

/** Fills `out` with the boxes of all visible rows, top to bottom and left to right. */
export function cull(tree: CallTree, layout: FlameLayout, view: FlameView, colours: BoxColours, out: Boxes): void {
  out.count = 0;
  const rows = endRow(view, tree.maxDepth + 1);
  let row = firstRow(view);
  if (row === 0 && rows > 0) {
    cullRoot(layout, view, out);
    row = 1;
  }
  // Without a box in a row there is none in the rows below it.
  for (; row < rows; row++) if (!cullRow(layout, view, colours, row, out)) break;
}

/** The root shows even without a width: an empty profile has a box that says so. */
function cullRoot({ weight }: FlameLayout, view: FlameView, out: Boxes): void {
  const scale = scaleOf(view);
  const start = weight[0] > 0 ? Math.max(0, Math.floor(-view.from * scale + 0.5)) : 0;
  const end = weight[0] > 0 ? Math.min(view.width, Math.floor((weight[0] - view.from) * scale + 0.5)) : view.width;
  if (start < end) out.put(start, end, 0, 0, 0, rootBox);
}

/** @returns false when the row has nothing in the visible range. */
function cullRow(layout: FlameLayout, view: FlameView, colours: BoxColours, row: number, out: Boxes): boolean {
  const { left, nodes, share, weight } = layout;
  const { keys, hit } = colours;
  const { from, to, width } = view;
  const scale = scaleOf(view);
  const pixel = 1 / scale;
  const pixelShare = thinBelow(layout, view);
  const longest = RUN_CSS * view.ratio;
  const end = layout.rowStart[row + 1];
  // Boxes that start up to half a pixel before the view still round into it.
  let at = firstBeyond(layout, row, from - pixel / 2);
  if (at >= end || left[at] >= to) return false;
  let runStart = -1;
  let runEnd = -1;
  let runBest = -1;
  while (at < end) {
    const x = left[at];
    if (x >= to) break;
    const start = Math.floor((x - from) * scale + 0.5);
    if (share[at] >= pixelShare) {
      const shownStart = start < 0 ? 0 : start;
      if (runStart >= 0) {
        if (runEnd > shownStart) runEnd = shownStart;
        if (runStart < runEnd) out.put(runStart, runEnd, row, runBest, keys[nodes[runBest]], runBox);
        runStart = -1;
      }
      const node = nodes[at];
      const right = Math.max(start + 1, Math.floor((x + weight[node] - from) * scale + 0.5));
      const shownEnd = right > width ? width : right;
      const kind = hit !== undefined && hit[node] === 1 ? hitBox : nodeBox;
      if (shownStart < shownEnd) out.put(shownStart, shownEnd, row, at, keys[node], kind);
      at++;
      continue;
    }
    // All that start in this pixel: step by step while they are few, then by a jump.
    const edge = from + (start + 0.5) * pixel;
    const near = at + lookedAt < end ? at + lookedAt : end;
    let best = at;
    let next = at + 1;
    for (; next < near && left[next] < edge; next++) if (share[next] > share[best]) best = next;
    if (next === near) next = firstFromNear(left, next, end, edge);
    // Only the last of them can be wide enough for a box of its own.
    if (share[next - 1] >= pixelShare) {
      next--;
      if (best === next) best = widestOf(layout, at, next);
    }
    if (start >= 0 && start < width) {
      if (runStart >= 0 && (start > runEnd || (start === runEnd && runEnd - runStart >= longest))) {
        out.put(runStart, runEnd, row, runBest, keys[nodes[runBest]], runBox);
        runStart = -1;
      }
      if (runStart < 0) {
        runStart = start;
        runBest = best;
      } else if (share[best] > share[runBest]) runBest = best;
      runEnd = start + 1;
    }
    at = next;
  }
  if (runStart >= 0) out.put(runStart, runEnd, row, runBest, keys[nodes[runBest]], runBox);
  return true;
}
