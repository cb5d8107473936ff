/** What each node of a union did in each slice of a side's range: what evidence is taken from. */
import type { NamedTree } from './diff.ts';
import { type SideColumns, sumUp, type UnionTree } from './union.ts';

/** What a path is looked up in: a union, or a side's own tree. */
type NamedShape = Pick<UnionTree, 'names' | 'length' | 'func' | 'parent'>;

/** At least so many slices with something in them make a side's noise known. */
export const leastSlices = 8;
const MOST_SLICES = 60;

/** Entries in any order. One slice: nothing is known of time. */
export interface SideSlices {
  readonly sliceCount: number;
  readonly node: Int32Array; // NodeIndex of the union
  readonly slice: Uint16Array;
  readonly value: Float64Array;
  /** How many samples stand behind one unit of value; undefined where nobody knows. */
  readonly samplesPerUnit: number | undefined;
}

/** An answer of SelectSlices, column by column as `wire/proto/flametide/v1/query.proto` has them. */
export interface SlicedColumns {
  readonly names: readonly string[];
  readonly name: ArrayLike<number>;
  readonly parentDistance: ArrayLike<number>;
  readonly entries: ArrayLike<number>;
  readonly slice: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  /** Empty where nobody knows. */
  readonly count: ArrayLike<number>;
  readonly profiles: ArrayLike<number>;
}

/**
 * Into how many slices a range should be cut: 60, or fewer where each would be shorter than two uploads of an agent.
 * 1 says that slices of it would tell nothing.
 */
export function slicesToAsk(rangeMs: number, uploadMs: number): number {
  const most = Math.floor(rangeMs / (2 * uploadMs));
  return most < leastSlices ? 1 : Math.min(most, MOST_SLICES);
}

/** Agents upload each 10 to 60 s: where the range is long enough slices hold two uploads of 30 s, else of 15 s. */
const UPLOADS_MS = [30_000, 15_000];

/** The same where nobody knows how often agents upload. */
export function usualSlices(rangeMs: number): number {
  return UPLOADS_MS.map((uploadMs) => slicesToAsk(rangeMs, uploadMs)).find((count) => count > 1) ?? 1;
}

/** A side of which only the sum is known. */
export function unsliced({ self }: SideColumns, samplesPerUnit: number | undefined): SideSlices {
  const node: number[] = [];
  for (let i = 0; i < self.length; i++) if (self[i] > 0) node.push(i);
  return {
    sliceCount: 1,
    node: Int32Array.from(node),
    slice: new Uint16Array(node.length),
    value: Float64Array.from(node, (i) => self[i]),
    samplesPerUnit,
  };
}

/** Paths that the tree lacks (younger than it) count where they leave it. */
export function slicesOfAnswer(known: NamedShape, sliced: SlicedColumns): SideSlices {
  const { names, name, parentDistance, entries, slice, value, count, profiles } = sliced;
  const find = pathFinder(known, names);
  const place = new Int32Array(name.length);
  const node = new Int32Array(value.length);
  let entry = 0;
  for (let i = 0; i < name.length; i++) {
    if (i > 0) place[i] = find(place[i - parentDistance[i]], name[i]);
    for (const end = entry + entries[i]; entry < end; entry++) node[entry] = place[i];
  }
  let samples = 0;
  let sum = 0;
  for (let e = 0; e < count.length; e++) {
    samples += count[e];
    sum += value[e];
  }
  return {
    sliceCount: profiles.length,
    node,
    slice: Uint16Array.from(slice),
    value: Float64Array.from(value),
    samplesPerUnit: sum > 0 && samples > 0 ? samples / sum : undefined,
  };
}

/** What each slice alone looks like in a side's own tree, which has all of its paths: for transforms, which know trees only. */
export function treesOfSlices({ tree, names }: NamedTree, sliced: SlicedColumns): readonly NamedTree[] {
  const { sliceCount, node, slice, value } = slicesOfAnswer({ ...tree, names }, sliced);
  const selves = Array.from({ length: sliceCount }, () => new Float64Array(tree.length));
  for (let e = 0; e < value.length; e++) selves[slice[e]][node[e]] += value[e];
  const none = { exact: undefined, negative: { nodes: 0, sum: 0 } };
  return selves.map((self) => ({ names, tree: { ...tree, ...none, self, total: sumUp(self, tree.parent) } }));
}

/** The same from merges of consecutive sub-ranges, for a source that knows no slices. */
export function slicesOfTrees(
  union: UnionTree,
  trees: readonly NamedTree[],
  samplesPerUnit: number | undefined,
): SideSlices {
  const node: number[] = [];
  const slice: number[] = [];
  const value: number[] = [];
  for (const [s, { tree, names }] of trees.entries()) {
    const find = pathFinder(union, names);
    const place = new Int32Array(tree.length);
    for (let i = 0; i < tree.length; i++) {
      if (i > 0) place[i] = find(place[tree.parent[i]], tree.func[i]);
      if (tree.self[i] === 0) continue;
      node.push(place[i]);
      slice.push(s);
      value.push(tree.self[i]);
    }
  }
  return {
    sliceCount: trees.length,
    node: Int32Array.from(node),
    slice: Uint16Array.from(slice),
    value: Float64Array.from(value),
    samplesPerUnit,
  };
}

/** @returns the callee of a known node by its number in `names`; a node that has no such callee, itself. */
function pathFinder(known: NamedShape, names: readonly string[]): (parent: number, name: number) => number {
  const { length, func, parent } = known;
  const places = new Map(known.names.map((text, i) => [text, i]));
  const funcOf = Int32Array.from(names, (text) => places.get(text) ?? -1);
  const firstKid = new Int32Array(length);
  const nextKid = new Int32Array(length);
  for (let node = length - 1; node > 0; node--) {
    nextKid[node] = firstKid[parent[node]];
    firstKid[parent[node]] = node;
  }
  return (caller, name) => {
    for (let kid = firstKid[caller]; kid > 0; kid = nextKid[kid]) if (func[kid] === funcOf[name]) return kid;
    return caller;
  };
}
