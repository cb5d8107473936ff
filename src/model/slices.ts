/** The amounts of a side by union node and time slice: the input of the evidence. */
import type { CallTree } from './call-tree.ts';
import type { KindedNames } from './foreign-names.ts';
import { stableName } from './canonical-name.ts';
import { samplesPerQuantum } from './samples-per-unit.ts';
import { type NamedTree, type SideColumns, type SideFunctions, type SideKey, sumUp, type UnionTree } from './union.ts';

/** The tree for looking up a side's paths: a union (`sideOfUnion`), or the side's own tree. */
interface NamedShape extends Pick<UnionTree, 'length' | 'func' | 'parent'> {
  readonly functions: SideFunctions;
}

/** The union as one side names it. */
export function sideOfUnion({ length, func, parent, functions }: UnionTree, side: SideKey): NamedShape {
  return { length, func, parent, functions: functions[side] };
}

/** Minimum non-empty slices for estimating a side's noise. */
export const leastSlices = 8;
const MAX_SLICES = 60;

/** Entries in any order. One slice: nothing is known of time. */
export interface SideSlices {
  readonly sliceCount: number;
  readonly node: Int32Array; // NodeIndex of the union
  readonly slice: Uint16Array;
  readonly value: Float64Array;
  /** Samples per unit of value; undefined if unknown. */
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
  /** Empty where it is unknown. */
  readonly count: ArrayLike<number>;
  readonly profiles: ArrayLike<number>;
  /** How functions ran, where a source says it. */
  readonly kinds?: KindsOfNames;
}

/** Pairs of a name and a kind (`FrameKinds`), as positions. */
interface KindsOfNames {
  readonly texts: readonly string[];
  readonly name: ArrayLike<number>;
  readonly kind: ArrayLike<number>;
}

/** The kinds of an answer in the form of a profile's. */
export function kindedNames({ names, kinds }: Pick<SlicedColumns, 'names' | 'kinds'>): KindedNames {
  if (!kinds) return { functions: { names }, frames: { func: names.map((_, i) => i) } };
  return { functions: { names }, frames: { func: kinds.name, kinds: { names: kinds.texts, of: kinds.kind } } };
}

/**
 * Into how many slices a range should be cut: 60, or fewer where each would be shorter than two uploads of an agent.
 * 1 says that slices of it would tell nothing.
 */
export function slicesToAsk(rangeMs: number, uploadMs: number): number {
  const most = Math.floor(rangeMs / (2 * uploadMs));
  return most < leastSlices ? 1 : Math.min(most, MAX_SLICES);
}

/** Agents upload each 10 to 60 s: slices hold two uploads of 30 s where the range is long enough, else of 15 or of 5 s. */
const UPLOADS_MS = [30_000, 15_000, 5_000];
/** This many slices show how a side varies; fewer are used where a range has no more. */
const GOOD_SLICES = 16;
/** The same where it is unknown how often agents upload. */
export function usualSlices(rangeMs: number): number {
  const counts = UPLOADS_MS.map((uploadMs) => slicesToAsk(rangeMs, uploadMs));
  return counts.find((count) => count >= GOOD_SLICES) ?? Math.max(...counts);
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
    samplesPerUnit: samplesPerUnit ?? samplesPerQuantum(self),
  };
}

/** Paths that the tree lacks (younger than it) count where they leave it. */
export function slicesOfAnswer(known: NamedShape, sliced: SlicedColumns): SideSlices {
  const { slice, value, profiles } = sliced;
  return {
    sliceCount: profiles.length,
    node: nodesOfEntries(known, sliced),
    slice: Uint16Array.from(slice),
    value: Float64Array.from(value),
    samplesPerUnit: samplesPerUnitOf(sliced),
  };
}

/** Samples per unit of value; undefined if the answer does not have it. */
export function samplesPerUnitOf({ value, count }: SlicedColumns): number | undefined {
  let samples = 0;
  let sum = 0;
  for (let e = 0; e < count.length; e++) {
    samples += count[e];
    sum += value[e];
  }
  return sum > 0 && samples > 0 ? samples / sum : undefined;
}

/** Each slice as amounts of the side's own tree, which has all paths: for transforms, which work on trees only. */
export function* treesOfSlices({ tree, names }: NamedTree, sliced: SlicedColumns): Generator<CallTree, void> {
  const { slice, value, profiles } = sliced;
  const functions = { names, func: Int32Array.from(names, (_, func) => func) };
  const node = nodesOfEntries({ ...tree, functions }, sliced);
  const first = new Int32Array(profiles.length + 1);
  for (let e = 0; e < slice.length; e++) first[slice[e] + 1]++;
  for (let at = 0; at < profiles.length; at++) first[at + 1] += first[at];
  const bySlice = new Int32Array(slice.length);
  const next = first.slice();
  for (let e = 0; e < slice.length; e++) bySlice[next[slice[e]]++] = e;
  const none = { exact: undefined, negative: { nodes: 0, sum: 0 } };
  for (let at = 0; at < profiles.length; at++) {
    const self = new Float64Array(tree.length);
    for (let i = first[at]; i < first[at + 1]; i++) self[node[bySlice[i]]] += value[bySlice[i]];
    yield { ...tree, ...none, self, total: sumUp(self, tree.parent) };
  }
}

/** Collects what merges of consecutive sub-ranges, or slices made to trees, did in a union: one after the other. */
export class SliceCollector {
  readonly #find: PathFinder;
  readonly #node: number[] = [];
  readonly #slice: number[] = [];
  readonly #value: number[] = [];
  #slices = 0;

  constructor(known: NamedShape) {
    this.#find = new PathFinder(known);
  }

  add({ tree, names }: NamedTree): void {
    const funcOf = this.#find.functions(names);
    const place = new Int32Array(tree.length);
    for (let i = 0; i < tree.length; i++) {
      if (i > 0) place[i] = this.#find.callee(place[tree.parent[i]], funcOf[tree.func[i]]);
      if (tree.self[i] === 0) continue;
      this.#node.push(place[i]);
      this.#slice.push(this.#slices);
      this.#value.push(tree.self[i]);
    }
    this.#slices++;
  }

  take(samplesPerUnit: number | undefined): SideSlices {
    return {
      sliceCount: this.#slices,
      node: Int32Array.from(this.#node),
      slice: Uint16Array.from(this.#slice),
      value: Float64Array.from(this.#value),
      samplesPerUnit: samplesPerUnit ?? samplesPerQuantum(this.#value),
    };
  }
}

export function slicesOfTrees(
  known: NamedShape,
  trees: readonly NamedTree[],
  samplesPerUnit: number | undefined,
): SideSlices {
  const collector = new SliceCollector(known);
  for (const tree of trees) collector.add(tree);
  return collector.take(samplesPerUnit);
}

/** By entry of an answer: the node of the known tree. */
function nodesOfEntries(known: NamedShape, { names, name, parentDistance, entries, value }: SlicedColumns): Int32Array {
  const find = new PathFinder(known);
  const funcOf = find.functions(names);
  const place = new Int32Array(name.length);
  const node = new Int32Array(value.length);
  let entry = 0;
  for (let i = 0; i < name.length; i++) {
    if (i > 0) place[i] = find.callee(place[i - parentDistance[i]], funcOf[name[i]]);
    for (const end = entry + entries[i]; entry < end; entry++) node[entry] = place[i];
  }
  return node;
}

/** A node with more callees than this gets a table of its own: a search through all of them would be slow. */
const MAX_LISTED = 16;

/** Looks up paths of other trees in a known one. */
class PathFinder {
  readonly #known: NamedShape;
  readonly #places: ReadonlyMap<string, number>;
  readonly #firstKid: Int32Array;
  readonly #nextKid: Int32Array;
  #stablePlaces: ReadonlyMap<string, number> | undefined;
  readonly #tables = new Map<number, ReadonlyMap<number, number>>();

  constructor(known: NamedShape) {
    const { length, parent, functions } = known;
    this.#known = known;
    this.#places = new Map(functions.names.map((text, i) => [text, functions.func[i]]));
    this.#firstKid = new Int32Array(length);
    this.#nextKid = new Int32Array(length);
    for (let node = length - 1; node > 0; node--) {
      this.#nextKid[node] = this.#firstKid[parent[node]];
      this.#firstKid[parent[node]] = node;
    }
  }

  /** By position in the other tree's names: the function here, −1 where there is none. */
  functions(names: readonly string[]): Int32Array {
    const funcOf = new Int32Array(names.length);
    for (let i = 0; i < names.length; i++) funcOf[i] = this.#places.get(names[i]) ?? this.#stablePlace(names[i]);
    return funcOf;
  }

  /** A name that is new to the side may be a known one with other random marks. */
  #stablePlace(name: string): number {
    const { names, func } = this.#known.functions;
    this.#stablePlaces ??= new Map(names.map((text, i) => [stableName(text), func[i]]));
    return this.#stablePlaces.get(stableName(name)) ?? -1;
  }

  /** @returns the node's callee of that function; where it has none, the node itself */
  callee(node: number, func: number): number {
    let listed = 0;
    for (let kid = this.#firstKid[node]; kid > 0; kid = this.#nextKid[kid]) {
      if (this.#known.func[kid] === func) return kid;
      if (++listed === MAX_LISTED) return this.#table(node).get(func) ?? node;
    }
    return node;
  }

  #table(node: number): ReadonlyMap<number, number> {
    let table = this.#tables.get(node);
    if (table === undefined) {
      const made = new Map<number, number>();
      for (let kid = this.#firstKid[node]; kid > 0; kid = this.#nextKid[kid]) made.set(this.#known.func[kid], kid);
      this.#tables.set(node, (table = made));
    }
    return table;
  }
}
