/** Two call trees as one: every path of either side, with what both sides have there. */
import type { CallTree, NodeIndex } from './call-tree.ts';
import { TreeBuilder } from './tree-builder.ts';

/** A side of a comparison: a tree and the names that its functions index. */
export interface NamedTree {
  readonly tree: CallTree;
  readonly names: readonly string[];
}

/** What one side has at each node of the union, in its own unit. */
export interface SideColumns {
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** Whole numbers, where doubles are not exact. */
  readonly exact: CallTree['exact'];
  readonly negative: CallTree['negative'];
}

/**
 * Depth first, siblings in A's order and what only B has behind them. Nodes of the union have these numbers for good, under
 * every normalisation and width. `func` indexes `names`: A's functions under their own numbers, then those that only B has.
 */
export interface UnionTree {
  readonly names: readonly string[];
  readonly length: number;
  readonly func: Int32Array;
  readonly parent: Int32Array;
  readonly subtreeEnd: Int32Array;
  readonly depth: Int32Array;
  readonly maxDepth: number;
  readonly a: SideColumns;
  readonly b: SideColumns;
}

/** Linear in both trees. */
export function unionTree(a: NamedTree, b: NamedTree): UnionTree {
  const { names, ofB } = joinNames(a.names, b.names);
  const builder = new TreeBuilder(false);
  const placeA = addPaths(builder, a.tree, undefined);
  const placeB = addPaths(builder, b.tree, ofB);
  const { was, ...shape } = builder.shape();
  const now = new Int32Array(shape.length);
  for (let at = 0; at < shape.length; at++) now[was[at]] = at;
  return {
    names,
    ...shape,
    a: sideColumns(a.tree, placeA, now),
    b: sideColumns(b.tree, placeB, now),
  };
}

/** The nodes of one side whose self is negative: they count in every total, and cannot be drawn. Most negative first. */
export function negativeNodes({ self }: SideColumns, most: number): readonly NodeIndex[] {
  const found: NodeIndex[] = [];
  for (let node = 0; node < self.length; node++) if (self[node] < 0) found.push(node);
  return found.sort((x, y) => self[x] - self[y]).slice(0, most);
}

/** Totals from selves; a parent precedes its children. */
export function sumUp(self: Float64Array, parent: Int32Array): Float64Array<ArrayBuffer> {
  const total = Float64Array.from(self);
  for (let node = total.length - 1; node > 0; node--) total[parent[node]] += total[node];
  return total;
}

function joinNames(a: readonly string[], b: readonly string[]): { names: readonly string[]; ofB: Int32Array } {
  const places = new Map(a.map((name, i) => [name, i]));
  const names = [...a];
  const ofB = Int32Array.from(b, (name) => {
    let place = places.get(name);
    if (place === undefined) places.set(name, (place = names.push(name) - 1));
    return place;
  });
  return { names, ofB };
}

function addPaths(
  builder: TreeBuilder,
  { length, func, parent }: CallTree,
  rename: Int32Array | undefined,
): Int32Array {
  const place = new Int32Array(length);
  for (let node = 1; node < length; node++)
    place[node] = builder.child(place[parent[node]], rename ? rename[func[node]] : func[node]);
  return place;
}

function sideColumns(tree: CallTree, place: Int32Array, now: Int32Array): SideColumns {
  const { length } = now;
  // Two nodes of one tree never meet at one place, as siblings differ in name.
  const self = new Float64Array(length);
  const total = new Float64Array(length);
  for (let node = 0; node < tree.length; node++) {
    self[now[place[node]]] = tree.self[node];
    total[now[place[node]]] = tree.total[node];
  }
  const { negative } = tree;
  if (!tree.exact) return { self, total, exact: undefined, negative };
  const exact = { self: Array<bigint>(length).fill(0n), total: Array<bigint>(length).fill(0n) };
  for (let node = 0; node < tree.length; node++) {
    exact.self[now[place[node]]] = tree.exact.self[node];
    exact.total[now[place[node]]] = tree.exact.total[node];
  }
  return { self, total, exact, negative };
}
