/** The tree of an answer: a merged one, or two laid over each other; cut to its largest nodes, siblings in order. */

import { nthLargest } from '#base/nth-largest.ts';
import type { MergedTree } from '../store/profile-reader.ts';

/** Values of one side, by node. */
export interface Side {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** Node 0 is the root; a parent comes before its children. A single tree has one side, a comparison two. */
export interface AnswerTree {
  readonly length: number;
  /** Position in `names` by node; -1 at the root. */
  readonly func: Int32Array;
  readonly parent: Int32Array; // -1 at the root
  /** Line by node; only of a tree by lines. */
  readonly line: Int32Array | undefined;
  readonly sides: readonly Side[];
  /** By node: the total of omitted callees. Only for a single tree. */
  readonly rest?: Float64Array | undefined;
  readonly names: readonly string[];
}

/** Children of node i: `child[start[i]]` up to `child[start[i + 1]]`. */
interface Siblings {
  readonly start: Int32Array;
  readonly child: Int32Array;
}

/** The name of the rest under a parent: Pyroscope's word, which its clients know. */
const OTHER = 'other';

export function answerTree({ length, func, parent, line, self, total, rest, functions }: MergedTree): AnswerTree {
  return { length, func, parent, line, sides: [{ self, total }], rest, names: functions.names };
}

/**
 * Keeps the nodes with a total of at least the `mostNodes`-th largest, ties included, the root not counted. What is cut
 * becomes one leaf `other` under its parent, or goes to a kept function of that name there, so that totals stay exact.
 * With two sides the larger total counts: a node that is large on either side stays.
 */
export function cutTree(tree: AnswerTree, mostNodes: number): AnswerTree {
  const { length, func, parent, rest } = tree;
  if (length - 1 <= mostNodes && rest === undefined) return tree;
  const weight = largerTotal(tree);
  const threshold = nthLargest(weight.slice(1), mostNodes);
  const known = tree.names.indexOf(OTHER);
  const names = known < 0 ? [...tree.names, OTHER] : tree.names;
  const other = known < 0 ? tree.names.length : known;

  /** New place by old node, -1 where cut. */
  const place = new Int32Array(length).fill(-1);
  /** By old node: the new place of its child `other`, -1 while it has none. */
  const otherOf = new Int32Array(length).fill(-1);
  let kept = 0;
  for (let node = 0; node < length; node++) {
    if (node === 0 || weight[node] >= threshold) {
      place[node] = kept++;
      if (func[node] === other) otherOf[parent[node]] = place[node];
    }
  }
  let count = kept;
  for (let node = 1; node < length; node++) {
    const above = parent[node];
    if (place[node] < 0 && place[above] >= 0 && otherOf[above] < 0) otherOf[above] = count++;
  }
  if (rest)
    for (let node = 0; node < length; node++)
      if (rest[node] > 0 && place[node] >= 0 && otherOf[node] < 0) otherOf[node] = count++;

  const cut = {
    func: new Int32Array(count).fill(other),
    parent: new Int32Array(count),
    line: tree.line && new Int32Array(count),
    sides: tree.sides.map(() => ({ self: new Float64Array(count), total: new Float64Array(count) })),
  };
  for (let node = 0; node < length; node++) {
    const above = parent[node];
    const at = place[node];
    if (at >= 0) {
      cut.func[at] = func[node];
      cut.parent[at] = above < 0 ? -1 : place[above];
      if (cut.line && tree.line) cut.line[at] = tree.line[node];
      for (let side = 0; side < cut.sides.length; side++) {
        cut.sides[side].self[at] += tree.sides[side].self[node];
        cut.sides[side].total[at] += tree.sides[side].total[node];
      }
      if (rest && rest[node] > 0) {
        const leaf = otherOf[node];
        cut.parent[leaf] = at;
        cut.sides[0].self[leaf] += rest[node];
        cut.sides[0].total[leaf] += rest[node];
      }
    } else if (place[above] >= 0) {
      const leaf = otherOf[above];
      cut.parent[leaf] = place[above];
      for (let side = 0; side < cut.sides.length; side++) {
        const removed = tree.sides[side].total[node];
        cut.sides[side].self[leaf] += removed;
        cut.sides[side].total[leaf] += removed;
      }
    }
  }
  return { length: count, names, ...cut };
}

/** Siblings by name, as bytes of UTF-8; `other` last. */
function orderSiblings({ length, func, parent, names }: AnswerTree): Siblings {
  const rank = rankNames([func], names);
  // Two passes of counting: nodes by the rank of their name, then those, in that order, by their parent.
  const nextOfRank = new Int32Array(names.length + 1);
  for (let node = 1; node < length; node++) nextOfRank[rank[func[node]] + 1]++;
  for (let i = 0; i < names.length; i++) nextOfRank[i + 1] += nextOfRank[i];
  const byRank = new Int32Array(length - 1);
  for (let node = 1; node < length; node++) byRank[nextOfRank[rank[func[node]]]++] = node;

  const start = new Int32Array(length + 1);
  for (let node = 1; node < length; node++) start[parent[node] + 1]++;
  for (let node = 0; node < length; node++) start[node + 1] += start[node];
  const next = start.slice(0, length);
  const child = new Int32Array(length - 1);
  for (let i = 0; i < byRank.length; i++) {
    const node = byRank[i];
    child[next[parent[node]]++] = node;
  }
  return { start, child };
}

/** A walk over the whole tree, a node before its children, the last sibling first: from right to left in every level. */
export interface Walk {
  readonly nodes: Int32Array;
  /** By place in `nodes`; 0 at the root. */
  readonly depth: Int32Array;
  /** By place in `nodes`. */
  readonly children: Int32Array;
}

export function walkTree(tree: AnswerTree): Walk {
  const { start, child } = orderSiblings(tree);
  const { length } = tree;
  const nodes = new Int32Array(length);
  const depth = new Int32Array(length);
  const children = new Int32Array(length);
  const stack = new Int32Array(length);
  const depths = new Int32Array(length);
  let height = 1;
  for (let at = 0; at < length; at++) {
    const node = stack[--height];
    const below = depths[height] + 1;
    nodes[at] = node;
    depth[at] = below - 1;
    const end = start[node + 1];
    children[at] = end - start[node];
    for (let i = start[node]; i < end; i++) {
      depths[height] = below;
      stack[height++] = child[i];
    }
  }
  return { nodes, depth, children };
}

/** Both over each other, by the path of names: a node that one side lacks has zeros there. */
export function overlay(left: AnswerTree, right: AnswerTree): AnswerTree {
  const [names, leftFunc, rightFunc] = joinNames(left, right);
  const a = orderSiblings({ ...left, func: leftFunc, names });
  const b = orderSiblings({ ...right, func: rightFunc, names });
  const rank = rankNames([leftFunc, rightFunc], names);
  const most = left.length + right.length;
  const func = new Int32Array(most);
  const parent = new Int32Array(most);
  /** Node of either side by node, -1 where it has none. */
  const origin = [new Int32Array(most), new Int32Array(most)];
  let length = 0;
  const add = (name: number, above: number, inLeft: number, inRight: number): void => {
    func[length] = name;
    parent[length] = above;
    origin[0][length] = inLeft;
    origin[1][length++] = inRight;
  };
  add(-1, -1, 0, 0);
  for (let node = 0; node < length; node++) {
    const inLeft = origin[0][node];
    const inRight = origin[1][node];
    let i = inLeft < 0 ? 0 : a.start[inLeft];
    let j = inRight < 0 ? 0 : b.start[inRight];
    const iEnd = inLeft < 0 ? 0 : a.start[inLeft + 1];
    const jEnd = inRight < 0 ? 0 : b.start[inRight + 1];
    while (i < iEnd || j < jEnd) {
      const l = i < iEnd ? leftFunc[a.child[i]] : -1;
      const r = j < jEnd ? rightFunc[b.child[j]] : -1;
      if (l === r) add(l, node, a.child[i++], b.child[j++]);
      else if (r < 0 || (l >= 0 && rank[l] < rank[r])) add(l, node, a.child[i++], -1);
      else add(r, node, -1, b.child[j++]);
    }
  }
  const side = (from: AnswerTree, nodes: Int32Array): Side => {
    const self = new Float64Array(length);
    const total = new Float64Array(length);
    for (let node = 0; node < length; node++) {
      if (nodes[node] < 0) continue;
      self[node] = from.sides[0].self[nodes[node]];
      total[node] = from.sides[0].total[nodes[node]];
    }
    return { self, total };
  };
  return {
    length,
    func: func.slice(0, length),
    parent: parent.slice(0, length),
    line: undefined,
    sides: [side(left, origin[0]), side(right, origin[1])],
    names,
  };
}

function joinNames(left: AnswerTree, right: AnswerTree): [names: string[], left: Int32Array, right: Int32Array] {
  const places = new Map<string, number>();
  const join = ({ func, names }: AnswerTree): Int32Array => {
    const moved = names.map((name) => {
      let place = places.get(name);
      if (place === undefined) places.set(name, (place = places.size));
      return place;
    });
    return func.map((old) => (old < 0 ? -1 : moved[old]));
  };
  const a = join(left);
  const b = join(right);
  return [[...places.keys()], a, b];
}

/** The rank of each used name; `other` comes last. */
function rankNames(columns: readonly Int32Array[], names: readonly string[]): Int32Array {
  const isUsed = new Uint8Array(names.length);
  for (const func of columns) for (let node = 1; node < func.length; node++) isUsed[func[node]] = 1;
  const present: number[] = [];
  for (let name = 0; name < names.length; name++) if (isUsed[name] === 1) present.push(name);
  // UTF-16 and UTF-8 differ in order only where there are characters beyond U+FFFF.
  const isPlain = !present.some((name) => /[\ud800-\udfff]/.test(names[name]));
  const compare = (a: string, b: string): number =>
    isPlain ? (a < b ? -1 : a > b ? 1 : 0) : Buffer.compare(Buffer.from(a), Buffer.from(b));
  present.sort((a, b) => {
    const isOtherA = names[a] === OTHER;
    const isOtherB = names[b] === OTHER;
    return isOtherA === isOtherB ? compare(names[a], names[b]) : isOtherA ? 1 : -1;
  });
  const rank = new Int32Array(names.length);
  present.forEach((name, place) => {
    rank[name] = place;
  });
  return rank;
}

function largerTotal({ sides }: AnswerTree): Float64Array {
  const weight = sides[0].total.slice();
  for (const { total } of sides.slice(1)) {
    for (let node = 0; node < weight.length; node++) if (total[node] > weight[node]) weight[node] = total[node];
  }
  return weight;
}
