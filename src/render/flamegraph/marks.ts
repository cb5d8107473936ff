/** Nodes that are drawn however thin they are: search hits, the selected function, the strongest changes. */
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import { type Boxes, changeBox, tickBox } from './boxes.ts';
import type { FlameLayout } from './layout.ts';
import { endRow, firstRow, type FlameView, scaleOf, thinBelow } from './view.ts';

/** Layout positions of all marked nodes, ascending. One pass over the tree, once per search or selection. */
export function markedPositions({ nodes }: FlameLayout, marked: (node: NodeIndex) => boolean): Int32Array {
  let found = new Int32Array(1024);
  let count = 0;
  // The root is not a function.
  for (let position = 1; position < nodes.length; position++) {
    if (!marked(nodes[position])) continue;
    if (count === found.length) {
      const longer = new Int32Array(count * 2);
      longer.set(found);
      found = longer;
    }
    found[count++] = position;
  }
  return found.slice(0, count);
}

/** First index of `marks` whose position is at or beyond `position`. */
export function firstMark(marks: Int32Array, lo: number, hi: number, position: number): number {
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (marks[mid] < position) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** Adds a tick for every pixel in which marked nodes thinner than a pixel start; neighbours are one tick. */
export function cullMarks(tree: CallTree, layout: FlameLayout, view: FlameView, marks: Int32Array, out: Boxes): void {
  if (marks.length === 0) return;
  const { rowStart, left, share } = layout;
  const { from, to, width } = view;
  const pixelShare = thinBelow(layout, view);
  const scale = scaleOf(view);
  const pixel = 1 / scale;
  const rows = endRow(view, tree.maxDepth + 1);
  let mark = 0;
  for (let row = firstRow(view); row < rows; row++) {
    mark = firstMark(marks, mark, marks.length, rowStart[row]);
    const markEnd = firstMark(marks, mark, marks.length, rowStart[row + 1]);
    // A node that starts half a pixel left of the view may still round into it.
    mark = firstMarkFrom(marks, left, mark, markEnd, from - pixel / 2);
    let tickStart = -1;
    let tickEnd = -1;
    let tickPosition = -1;
    while (mark < markEnd && left[marks[mark]] < to) {
      const position = marks[mark];
      const start = Math.floor((left[position] - from) * scale + 0.5);
      if (share[position] >= pixelShare || start < 0 || start >= width) {
        mark++;
        continue;
      }
      if (tickStart >= 0 && start > tickEnd) {
        out.put(tickStart, tickEnd, row, tickPosition, 0, tickBox);
        tickStart = -1;
      }
      if (tickStart < 0) {
        tickStart = start;
        tickPosition = position;
      }
      tickEnd = start + 1;
      mark = firstMarkNear(marks, left, mark + 1, markEnd, from + (start + 0.5) * pixel);
    }
    if (tickStart >= 0) out.put(tickStart, tickEnd, row, tickPosition, 0, tickBox);
    mark = markEnd;
  }
}

/** The changed nodes and the strength of each. */
export interface ChangeMarks {
  /** Layout positions of the nodes with a strength, ascending: some thousands at most. */
  readonly positions: Int32Array;
  /** By node; only values above 0 are marked. */
  readonly strength: Float32Array;
}

/** One pass over the tree, once per comparison. */
export function changedPositions({ nodes }: FlameLayout, strength: Float32Array): Int32Array {
  const found: number[] = [];
  for (let position = 1; position < nodes.length; position++) if (strength[nodes[position]] > 0) found.push(position);
  return Int32Array.from(found);
}

/** Adds a box for every pixel in which changed nodes thinner than a pixel start, in the colour of the strongest. */
export function cullChanges(
  tree: CallTree,
  layout: FlameLayout,
  view: FlameView,
  { positions, strength }: ChangeMarks,
  keys: Uint16Array,
  out: Boxes,
): void {
  const { rowStart, left, nodes } = layout;
  const scale = scaleOf(view);
  const pixelShare = thinBelow(layout, view);
  const rows = endRow(view, tree.maxDepth + 1);
  let mark = 0;
  for (let row = firstRow(view); row < rows; row++) {
    mark = firstMark(positions, mark, positions.length, rowStart[row]);
    const markEnd = firstMark(positions, mark, positions.length, rowStart[row + 1]);
    mark = firstMarkFrom(positions, left, mark, markEnd, view.from - 0.5 / scale);
    while (mark < markEnd && left[positions[mark]] < view.to) {
      const start = Math.floor((left[positions[mark]] - view.from) * scale + 0.5);
      let end = mark + 1;
      while (end < markEnd && Math.floor((left[positions[end]] - view.from) * scale + 0.5) === start) end++;
      const strongest = strongestThin(layout, positions, strength, mark, end, pixelShare);
      if (strongest >= 0 && start >= 0 && start < view.width)
        out.put(start, start + 1, row, strongest, keys[nodes[strongest]], changeBox);
      mark = end;
    }
    mark = markEnd;
  }
}

/** Position of the strongest of the marks [first, end) that are thin, the first of equals; -1 when none is. */
export function strongestThin(
  { nodes, share }: FlameLayout,
  positions: Int32Array,
  strength: Float32Array,
  first: number,
  end: number,
  pixelShare: number,
): number {
  let best = -1;
  for (let mark = first; mark < end; mark++) {
    const position = positions[mark];
    if (share[position] >= pixelShare) continue;
    if (best < 0 || strength[nodes[position]] > strength[nodes[best]]) best = position;
  }
  return best;
}

/** First index in [lo, hi) of a mark whose left edge is at or beyond `value`. */
function firstMarkFrom(marks: Int32Array, left: Float64Array, lo: number, hi: number, value: number): number {
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (left[marks[mid]] < value) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** The same for an answer that is likely near `lo`: steps double until one is too far. */
function firstMarkNear(marks: Int32Array, left: Float64Array, lo: number, hi: number, value: number): number {
  let step = 1;
  let end = lo;
  while (end < hi && left[marks[end]] < value) {
    lo = end + 1;
    end += step;
    step *= 2;
  }
  return firstMarkFrom(marks, left, lo, Math.min(end, hi), value);
}
