/** Two call trees as one: every path of either side, with what both sides have there. */
import type { CallTree, NodeIndex, SiblingOrder } from './call-tree.ts';
import { drawnSelf } from './drawn-self.ts';
import type { Normalised } from './normalise.ts';
import { pairNames } from './pair-names.ts';
import { type NamedTree, type SideColumns, sumUp, type UnionTree } from './union.ts';
import { depthFirst, rankNames, TreeBuilder } from './tree-builder.ts';

/** Linear in both trees, but for functions that names alone do not pair. */
export function unionTree(a: NamedTree, b: NamedTree): UnionTree {
  const paired = pairNames(a, b);
  const builder = new TreeBuilder(false);
  const placeA = addPaths(builder, a.tree, paired.a);
  const placeB = addPaths(builder, b.tree, paired.b);
  const { was, ...shape } = builder.shape();
  const now = new Int32Array(shape.length);
  for (let at = 0; at < shape.length; at++) now[was[at]] = at;
  return {
    names: paired.names,
    namesInA: paired.namesInA,
    functions: { a: { names: a.names, func: paired.a }, b: { names: b.names, func: paired.b } },
    ...shape,
    a: sideColumns(a.tree, placeA, now),
    b: sideColumns(b.tree, placeB, now),
  };
}

/** What a box is as wide as: the mean of both sides (it nests), or one of them. */
export type DiffWidth = 'mean' | 'a' | 'b';

/** Marks of `DiffTree.presence`; 0: both sides have it. */
export const isNew = 1;
export const isGone = 2;

/** A union prepared for display: ordered and sized for one normalisation and width. */
export interface DiffTree {
  /**
   * `self` and `total` are widths; parts that `drawnSelf` leaves out have no width. A parent is as wide as its own self
   * and all its callees.
   */
  readonly tree: CallTree;
  /** By node of `tree`: its number in the union. */
  readonly node: Int32Array;
  /** By node of the union: (b' − a') / max(a', b') in [−1, 1]; 0 if neither side has anything. */
  readonly changeOfTotal: Float64Array;
  readonly changeOfSelf: Float64Array;
  /** By node of the union. */
  readonly presence: Uint8Array; // 0, isNew, isGone
  /** By node of the union: 1 if some callees grew and others shrank by comparable amounts. */
  readonly mixed: Uint8Array;
}

/** The smaller of what grew and what shrank within a mixed subtree is at least this part of the larger, */
const MIXED_BALANCE = 0.25;
/** and this part of the subtree. */
const MIXED_SIZE = 0.02;

/** Linear but for the sorting of siblings. @param nameRank of the union's names */
export function diffTree(
  union: UnionTree,
  { a, b }: Pick<Normalised, 'a' | 'b'>,
  width: DiffWidth,
  order: SiblingOrder,
  nameRank: Int32Array = rankNames(union.names),
): DiffTree {
  const { length, func, parent, subtreeEnd } = union;
  const self = new Float64Array(length);
  const drawnA = union.a.negative.nodes === 0 ? a.self : drawnSelf(a, parent);
  const drawnB = union.b.negative.nodes === 0 ? b.self : drawnSelf(b, parent);
  for (let node = 0; node < length; node++) {
    const ofA = Math.max(0, drawnA[node]);
    const ofB = Math.max(0, drawnB[node]);
    self[node] = width === 'a' ? ofA : width === 'b' ? ofB : (ofA + ofB) / 2;
  }
  const total = sumUp(self, parent);
  const size = new Int32Array(length);
  const kidStart = new Int32Array(length + 1);
  for (let node = 0; node < length; node++) {
    size[node] = subtreeEnd[node] - node;
    if (node > 0) kidStart[parent[node] + 1]++;
  }
  const byName = (x: number, y: number): number => nameRank[func[x]] - nameRank[func[y]];
  const before = order === 'name' ? byName : (x: number, y: number): number => total[y] - total[x] || byName(x, y);
  const { was, ...shape } = depthFirst(func, parent, size, kidStart, before);
  const tree: CallTree = {
    ...shape,
    self: gathered(self, was),
    total: gathered(total, was),
    exact: undefined,
    negative: {
      nodes: union.a.negative.nodes + union.b.negative.nodes,
      sum: union.a.negative.sum + union.b.negative.sum,
    },
  };
  return {
    tree,
    node: was,
    changeOfTotal: relativeChange(a.total, b.total),
    changeOfSelf: relativeChange(a.self, b.self),
    presence: presenceOf(union),
    mixed: mixedSubtrees(union, a, b),
  };
}

/** The nodes of one side whose self is negative: they count in every total, and cannot be drawn. Most negative first. */
export function negativeNodes({ self }: SideColumns, most: number): readonly NodeIndex[] {
  const found: NodeIndex[] = [];
  for (let node = 0; node < self.length; node++) if (self[node] < 0) found.push(node);
  return found.sort((x, y) => self[x] - self[y]).slice(0, most);
}

function addPaths(builder: TreeBuilder, { length, func, parent }: CallTree, target: Int32Array): Int32Array {
  const place = new Int32Array(length);
  for (let node = 1; node < length; node++) place[node] = builder.child(place[parent[node]], target[func[node]]);
  return place;
}

function sideColumns(tree: CallTree, place: Int32Array, now: Int32Array): SideColumns {
  const { length } = now;
  // Siblings of two names may be one function.
  const self = new Float64Array(length);
  const total = new Float64Array(length);
  for (let node = 0; node < tree.length; node++) {
    self[now[place[node]]] += tree.self[node];
    total[now[place[node]]] += tree.total[node];
  }
  const { negative } = tree;
  if (!tree.exact) return { self, total, exact: undefined, negative };
  const exact = { self: Array<bigint>(length).fill(0n), total: Array<bigint>(length).fill(0n) };
  for (let node = 0; node < tree.length; node++) {
    exact.self[now[place[node]]] += tree.exact.self[node];
    exact.total[now[place[node]]] += tree.exact.total[node];
  }
  return { self, total, exact, negative };
}

/** By node: (b − a) / max(a, b) in [−1, 1]; 0 if neither side has anything. */
export function relativeChange(a: Float64Array, b: Float64Array): Float64Array {
  const change = new Float64Array(a.length);
  for (let node = 0; node < a.length; node++) {
    const larger = Math.max(a[node], b[node]);
    if (larger > 0) change[node] = Math.max(-1, Math.min(1, (b[node] - a[node]) / larger));
  }
  return change;
}

function presenceOf({ a, b, length }: UnionTree): Uint8Array {
  const presence = new Uint8Array(length);
  for (let node = 0; node < length; node++) {
    if (a.total[node] === 0 && b.total[node] !== 0) presence[node] = isNew;
    else if (b.total[node] === 0 && a.total[node] !== 0) presence[node] = isGone;
  }
  return presence;
}

function mixedSubtrees({ parent, length }: UnionTree, a: Normalised['a'], b: Normalised['b']): Uint8Array {
  const grown = new Float64Array(length);
  const shrunk = new Float64Array(length);
  for (let node = 0; node < length; node++) {
    const delta = b.self[node] - a.self[node];
    if (delta > 0) grown[node] = delta;
    else shrunk[node] = -delta;
  }
  const mixed = new Uint8Array(length);
  for (let node = length - 1; node >= 0; node--) {
    const less = Math.min(grown[node], shrunk[node]);
    const isMixed =
      less > MIXED_BALANCE * Math.max(grown[node], shrunk[node]) &&
      less > MIXED_SIZE * Math.max(a.total[node], b.total[node]);
    if (isMixed) mixed[node] = 1;
    if (node === 0) break;
    grown[parent[node]] += grown[node];
    shrunk[parent[node]] += shrunk[node];
  }
  return mixed;
}

function gathered(column: Float64Array, was: Int32Array): Float64Array {
  const moved = new Float64Array(was.length);
  for (let at = 0; at < was.length; at++) moved[at] = column[was[at]];
  return moved;
}
