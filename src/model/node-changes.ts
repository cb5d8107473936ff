/** Tests which nodes of the union changed their share of the whole by more than noise, for the colours. */
import type { PreparedSide, PreparedTree } from './prepared-stacks.ts';
import type { Remaining } from './remaining.ts';
import { noiseOf } from './noise.ts';
import { type Noise, score, type Scored, zOf } from './score-test.ts';
import { discoveries } from './chance.ts';
import type { SideSlices } from './slices.ts';
import type { Bar } from './bar.ts';
import type { UnionTree } from './union.ts';

export interface NodeTests {
  /** By node: its row, or −1 below the floor. */
  readonly nodeRow: Int32Array;
  /** By row. */
  readonly nodes: readonly number[];
  readonly rows: readonly { readonly scored: Scored | undefined; readonly z: number; readonly isFound: boolean }[];
  readonly noise: Noise;
}

const MIN_BETWEEN = 0.01;

/** Nodes over the floor on the mean of both sides; what is below them is counted with them. */
export function testNodes(
  union: UnionTree,
  tree: PreparedTree,
  sides: readonly [PreparedSide, PreparedSide],
  slices: readonly [SideSlices, SideSlices],
  bar: Bar,
): NodeTests {
  const { length, parent } = union;
  const share = new Float64Array(length);
  for (const side of [0, 1] as const) {
    const { slice, node, value } = slices[side];
    const { sliceOf, total } = sides[side];
    const whole = total[0];
    if (!(whole > 0)) continue;
    for (let e = 0; e < node.length; e++)
      if (value[e] > 0 && tree.place[node[e]] >= 0 && sliceOf[slice[e]] >= 0) share[node[e]] += value[e] / whole / 2;
  }
  for (let node = length - 1; node > 0; node--) share[parent[node]] += share[node];
  const nodeRow = new Int32Array(length).fill(-1);
  const nodes: number[] = [];
  const up: number[] = []; // by row: the caller's row; -1 below the root
  for (let node = 1; node < length; node++)
    if (share[node] >= bar.leastShare) {
      nodeRow[node] = up.push(nodeRow[parent[node]]) - 1;
      nodes.push(node);
    }
  const parts = ([0, 1] as const).map((side) => nodeAmounts(union, tree, nodeRow, up, sides[side], slices[side]));
  const [a, b] = sides;
  const scores = up.map((_, row) => {
    const [xA, xB] = [parts[0], parts[1]].map((part, side) =>
      part.subarray(row * sides[side].slices, (row + 1) * sides[side].slices),
    );
    const rest = (x: Float64Array, { whole }: PreparedSide): Float64Array =>
      x.map((one, i) => Math.max(0, whole[i] - one));
    return score([{ xA, mA: rest(xA, a), xB, mB: rest(xB, b) }], a.samplesPerUnit, b.samplesPerUnit);
  });
  const known = scores.filter((scored) => scored !== undefined);
  const noise = noiseOf(known, a, b, MIN_BETWEEN);
  const z = scores.map((scored) => (scored ? zOf(scored, noise) : 0));
  const isFound = discoveries(z, bar.falseRate);
  const rows = scores.map((scored, row) => ({ scored, z: z[row], isFound: isFound[row] === 1 }));
  return { nodeRow, nodes, rows, noise };
}

/**
 * By node of the union, with what it calls: the change of its share that found changes of code and work make. The rest of it
 * is made by changes elsewhere.
 * @param unit by node @param growth by unit: share of B over share of A, without changes of code
 * @param found whether a change of code covers a node; the z of a unit whose work changed, otherwise 0
 */
export function ownChanges(
  { length, parent, a, b }: UnionTree,
  { tree: { place }, totals }: Pick<Remaining, 'tree' | 'totals'>,
  unit: Int32Array,
  growth: Float64Array,
  found: { isChanged(node: number): boolean; workZ(unit: number): number },
): Float64Array {
  const own = new Float64Array(length);
  for (let node = length - 1; node > 0; node--) {
    if (place[node] >= 0) {
      const [x, y] = [Math.max(0, a.self[node]) / totals[0], Math.max(0, b.self[node]) / totals[1]];
      const grown = x > 0 ? growth[unit[node]] * x : 0;
      if (found.isChanged(node)) own[node] += y - grown;
      // A unit with more work may have a smaller share, if code elsewhere costs more: then it is not its own change.
      if (found.workZ(unit[node]) * (growth[unit[node]] - 1) > 0) own[node] += (x > 0 ? grown : y) - x;
    }
    own[parent[node]] += own[node];
  }
  return own;
}

/** [row, slice] */
function nodeAmounts(
  { parent }: UnionTree,
  { place }: PreparedTree,
  nodeRow: Int32Array,
  up: readonly number[],
  { slices, sliceOf }: PreparedSide,
  { node, slice, value }: SideSlices,
): Float64Array {
  const amounts = new Float64Array(up.length * slices);
  // The nearest row at or above each node: callers precede their callees.
  const nearest = nodeRow.slice();
  for (let at = 1; at < nearest.length; at++) if (nearest[at] < 0) nearest[at] = nearest[parent[at]];
  for (let e = 0; e < node.length; e++) {
    const row = nearest[node[e]];
    if (row >= 0 && value[e] > 0 && place[node[e]] >= 0) amounts[row * slices + sliceOf[slice[e]]] += value[e];
  }
  for (let row = up.length - 1; row >= 0; row--) {
    if (up[row] < 0) continue;
    for (let i = 0; i < slices; i++) amounts[up[row] * slices + i] += amounts[row * slices + i];
  }
  return amounts;
}
