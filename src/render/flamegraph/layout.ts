/** The position of every node of a tree: rows from left to right, in value units. Pixels come later, see cull.ts. */
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import { drawnTotal } from '#model/drawn-self.ts';

/**
 * Nodes in drawing order. A *position* counts them row by row: row r holds the positions [rowStart[r], rowStart[r +
 * 1]),
 * in which node indexes and left edges both grow. Nodes without a drawn width have no position; the root always has.
 */
export interface FlameLayout {
  readonly rowStart: Int32Array; // maxDepth + 2
  readonly nodes: Int32Array; // position -> node
  readonly left: Float64Array; // position -> left edge, value units
  /**
   * Position -> drawn width as a share of the root's, in the order in which `cull` looks for the widest of the thin.
   */
  readonly share: Float32Array;
  /** Node -> drawn width, value units: `tree.total` itself when nothing is negative. */
  readonly weight: Float64Array;
}

/**
 * One pass over the tree: a node starts at its parent's cursor, and sets its children's cursor back to its own left.
 *
 * @param start by node: its left edge, where nodes have places of their own; siblings are ordered by it
 */
export function layoutTree(tree: CallTree, start?: Float64Array): FlameLayout {
  const { length, depth, maxDepth } = tree;
  const weight = tree.negative.nodes === 0 ? tree.total : drawnTotal(tree, tree.parent);
  const rowStart = new Int32Array(maxDepth + 2);
  for (let node = 0; node < length; node++) if (weight[node] > 0 || node === 0) rowStart[depth[node] + 1]++;
  for (let row = 0; row <= maxDepth; row++) rowStart[row + 1] += rowStart[row];
  const placed = rowStart[maxDepth + 1];
  const next = rowStart.slice();
  const cursor = new Float64Array(maxDepth + 2);
  const nodes = new Int32Array(placed);
  const left = new Float64Array(placed);
  const share = new Float32Array(placed);
  const toShare = weight[0] > 0 ? 1 / weight[0] : 0;
  for (let node = 0; node < length; node++) {
    const width = weight[node];
    if (!(width > 0) && node > 0) continue;
    const row = depth[node];
    const x = start ? start[node] : cursor[row];
    cursor[row] = x + width;
    cursor[row + 1] = x;
    const position = next[row]++;
    nodes[position] = node;
    left[position] = x;
    share[position] = width * toShare;
  }
  return { rowStart, nodes, left, share, weight };
}

/** First position in [lo, hi) whose left edge is at or beyond `value`; hi if there is none. */
export function firstFrom(left: Float64Array, lo: number, hi: number, value: number): number {
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (left[mid] < value) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** The same for an answer that is likely near `lo`: steps double until one is too far. */
export function firstFromNear(left: Float64Array, lo: number, hi: number, value: number): number {
  let step = 1;
  let end = lo;
  while (end < hi && left[end] < value) {
    lo = end + 1;
    end += step;
    step *= 2;
  }
  return firstFrom(left, lo, Math.min(end, hi), value);
}

/** First position of a row that reaches beyond `value`, the row's end if none does. */
export function firstBeyond(layout: FlameLayout, row: number, value: number): number {
  const { rowStart, left, nodes, weight } = layout;
  const position = firstFrom(left, rowStart[row], rowStart[row + 1], value);
  const before = position - 1;
  return before >= rowStart[row] && left[before] + weight[nodes[before]] > value ? before : position;
}

/** @returns the node's position, -1 when it has none. O(log nodes of its row). */
export function positionOf(layout: FlameLayout, tree: CallTree, node: NodeIndex): number {
  if (node < 0 || node >= tree.length) return -1;
  const { rowStart, nodes } = layout;
  let lo = rowStart[tree.depth[node]];
  let hi = rowStart[tree.depth[node] + 1];
  const end = hi;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (nodes[mid] < node) lo = mid + 1;
    else hi = mid;
  }
  return lo < end && nodes[lo] === node ? lo : -1;
}

/** Members of a pixel that are looked at; with siblings by size the first are the widest. */
export const lookedAt = 24;

/** Position of the widest member of [first, end), which share a pixel: of very many, of the first. */
export function widestOf({ share }: FlameLayout, first: number, end: number): number {
  const stop = Math.min(end, first + lookedAt);
  let best = first;
  for (let position = first + 1; position < stop; position++) if (share[position] > share[best]) best = position;
  return best;
}
