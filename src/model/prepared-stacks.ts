/**
 * The stacks of both sides, prepared for a comparison: without idle frames, runtime frames folded into their callers,
 * and dispatch frames removed so that handlers are at the top.
 */
import { rolesOf } from './frame-roles.ts';
import type { SideSlices } from './slices.ts';
import type { UnionTree } from './union.ts';

/** Depth first, as a union is. Node 0 is the root, which has the cost of dispatch frames alone. */
export interface PreparedTree {
  readonly length: number;
  readonly parent: Int32Array;
  /** Function of the union; −1 at the root. */
  readonly func: Int32Array;
  readonly subtreeEnd: Int32Array;
  /** Those of the union, and the last one for functions that are too small everywhere. */
  readonly names: readonly string[];
  /** By node: 1 where the runtime itself is at work. */
  readonly isRuntime: Uint8Array;
  /** By node: whether dispatch frames call it, and what it is then. */
  readonly called: Uint8Array;
  /** By node of the union: the prepared node that has its cost; −1: none. */
  readonly place: Int32Array;
}

/** Own costs by node and slice: those of node n are the entries from `first[n]` to `first[n + 1]`. */
export interface Entries {
  readonly first: Int32Array;
  readonly slice: Uint16Array;
  readonly value: Float64Array;
}

/** The amounts of a side by node and slice, without empty ones. */
export interface PreparedSide {
  readonly slices: number;
  readonly samplesPerUnit: number;
  readonly entries: Entries;
  /** By node, of all slices together. */
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** By slice. */
  readonly whole: Float64Array;
  /** By slice of the answer: which of these it is; −1 where it has nothing. */
  readonly sliceOf: Int32Array;
}

/** What dispatch frames call: own code, which is a handler, or a library, which serves them; what the user calls a route. */
const NEITHER = 0;
export const HANDLER = 1;
export const SERVING = 2;
export const CHOSEN = 3;

/** Share of the mean of both sides: nodes in smaller subtrees are distinguished by function alone. */
const MIN_SHARE = 0.0003;
/**
 * Share of the mean of both sides: minimum self cost of a function in all its places to be distinguished in small
 * subtrees.
 */
const MIN_FUNCTION = 0.0004;
/** A frame counts as dispatch (middleware) if dispatch frames below it call own code for this share of its cost. */
const DISPATCHED = 0.5;

/** @param router function whose callees are routes, as the user says; the frames above it are taken away as dispatch is */
export function prepareStacks(union: UnionTree, router?: string): PreparedTree {
  const { length, parent, func, names } = union;
  const isAbove = aboveRoutes(union, router);
  const roles = rolesOf(names).map((role, one) =>
    role === 'own' && union.foreign?.has(names[one]) === true ? 'library' : role,
  );
  const share = meanShare(union);
  // By node: the cost of own code called by dispatch frames in its subtree.
  const handled = new Float64Array(length);
  for (let node = length - 1; node > 0; node--) {
    const above = roles[func[parent[node]]];
    const role = roles[func[node]];
    const isCalled = above === 'dispatch' && (role === 'own' || role === 'library');
    handled[parent[node]] += isCalled && role === 'own' ? share[node] : handled[node];
  }
  const ofFunction = ownShares(union);
  const builder = new Builder();
  const place = new Int32Array(length);
  // 0: no dispatch frame yet, 1: right below dispatch frames, 2: right below the router.
  const state = new Uint8Array(length);
  // 1: counted with its caller, but nothing is above it: an interpreter's frames, or a scheduler's.
  const isGlue = new Uint8Array(length);
  const isSmall = new Uint8Array(length);
  for (let node = 1; node < length; node++)
    if (isSmall[parent[node]] === 1 || share[node] < MIN_SHARE) isSmall[node] = 1;
  const put = (node: number): void => {
    const role = roles[func[node]];
    // Code that glue without a caller calls is at the top itself.
    const isCode = role === 'own' || role === 'library';
    const above = isCode && isGlue[parent[node]] === 1 ? 0 : place[parent[node]];
    const atTop = above === 0;
    if (above < 0 || role === 'idle') place[node] = -1;
    else if (atTop && (isAbove[node] > 0 || role === 'dispatch' || handled[node] > DISPATCHED * share[node])) {
      place[node] = 0;
      state[node] = isAbove[node] === ROUTER ? 2 : role === 'dispatch' ? 1 : state[parent[node]];
    } else if (role === 'fold' && !atTop) {
      place[node] = above;
      isGlue[node] = isGlue[parent[node]];
    } else {
      const isRuntime = role === 'runtime' || role === 'fold' || builder.isRuntime[above] === 1;
      const under = atTop ? state[parent[node]] : 0;
      if (role === 'fold') isGlue[node] = 1;
      const called = under === 2 ? CHOSEN : under === 1 ? (role === 'own' ? HANDLER : SERVING) : NEITHER;
      // Small nodes are distinguished by function alone, and not at all if the function is small everywhere.
      place[node] = builder.child(
        builder.isSmall(above) ? builder.parent(above) : above,
        isSmall[node] === 1 && ofFunction[func[node]] < MIN_FUNCTION ? names.length : func[node],
        isRuntime,
        called,
        isSmall[node] === 1,
      );
    }
  };
  // The large ones first: small ones then join the same one, whichever order a side has them in.
  for (const turn of [0, 1]) for (let node = 1; node < length; node++) if (isSmall[node] === turn) put(node);

  const { tree, numbers } = builder.seal();
  return { ...tree, names: [...names, ''], place: place.map((at) => (at < 0 ? -1 : numbers[at])) };
}

const ROUTER = 2;

/** By node: 2 at the topmost frames of the router, 1 above them. */
function aboveRoutes({ length, parent, func, names, subtreeEnd }: UnionTree, router: string | undefined): Uint8Array {
  const isAbove = new Uint8Array(length);
  for (let node = 1; node < length;) {
    const isRouter = names[func[node]] === router;
    if (isRouter)
      for (let at = node; at > 0 && isAbove[at] === 0; at = parent[at]) isAbove[at] = at === node ? ROUTER : 1;
    node = isRouter ? subtreeEnd[node] : node + 1;
  }
  return isAbove;
}

/** Adds up what slices have. */
export function prepareSide(
  { length, parent, place }: PreparedTree,
  { sliceCount, node, slice, value, samplesPerUnit }: SideSlices,
  isSliced: boolean,
): PreparedSide {
  const sums = new Float64Array(sliceCount);
  for (let e = 0; e < value.length; e++) if (place[node[e]] >= 0) sums[slice[e]] += Math.max(0, value[e]);
  const places = new Int32Array(sliceCount).fill(-1);
  let full = 0;
  for (let s = 0; s < sliceCount; s++) if (sums[s] > 0) places[s] = isSliced ? full++ : 0;
  const slices = Math.max(1, full);
  const at = new Int32Array(value.length).fill(-1);
  let least = Infinity;
  for (let e = 0; e < value.length; e++) {
    if (!(value[e] > 0)) continue;
    at[e] = place[node[e]];
    if (at[e] >= 0) least = Math.min(least, value[e]);
  }
  const entries = entriesOf(length, slices, at, slice, value, places);
  const self = new Float64Array(length);
  const whole = new Float64Array(slices);
  let squares = 0;
  let sum = 0;
  for (let own = 0; own < length; own++)
    for (let e = entries.first[own]; e < entries.first[own + 1]; e++) {
      const one = entries.value[e];
      self[own] += one;
      whole[entries.slice[e]] += one;
      sum += one;
      squares += one * one;
    }
  const total = self.slice();
  for (let own = length - 1; own > 0; own--) total[parent[own]] += total[own];
  // Without sample counts: the smallest amount of a path in a slice counts as one sample; without slices, Kish's
  // effective number.
  const finest = isSliced ? 1 / least : sum / squares;
  return {
    slices,
    samplesPerUnit: samplesPerUnit ?? (Number.isFinite(finest) ? finest : 1),
    entries,
    self,
    total,
    whole,
    sliceOf: places,
  };
}

/** Sorted by node, with one entry for each slice. @param at by entry: its node, −1 where it counts nowhere */
export function entriesOf(
  length: number,
  slices: number,
  at: Int32Array,
  slice: Uint16Array,
  value: Float64Array,
  sliceOf?: Int32Array,
): Entries {
  const next = new Int32Array(length + 1);
  for (let e = 0; e < at.length; e++) if (at[e] >= 0) next[at[e] + 1]++;
  for (let node = 0; node < length; node++) next[node + 1] += next[node];
  const count = next[length];
  const slicesFound = new Uint16Array(count);
  const values = new Float64Array(count);
  const end = next.slice();
  for (let e = 0; e < at.length; e++) {
    if (at[e] < 0) continue;
    const to = end[at[e]]++;
    slicesFound[to] = sliceOf === undefined ? slice[e] : sliceOf[slice[e]];
    values[to] = value[e];
  }
  // Entries of one node and slice become one.
  const first = new Int32Array(length + 1);
  const seenAt = new Int32Array(slices).fill(-1);
  let filled = 0;
  for (let node = 0; node < length; node++) {
    const start = filled;
    for (let e = next[node]; e < next[node + 1]; e++) {
      const known = seenAt[slicesFound[e]];
      if (known >= start) values[known] += values[e];
      else {
        seenAt[slicesFound[e]] = filled;
        slicesFound[filled] = slicesFound[e];
        values[filled++] = values[e];
      }
    }
    first[node + 1] = filled;
  }
  return { first, slice: slicesFound.slice(0, filled), value: values.slice(0, filled) };
}

/** The total of a node by slice. */
export function totalBySlice(
  { subtreeEnd }: PreparedTree,
  { slices, entries }: PreparedSide,
  node: number,
): Float64Array {
  const sums = new Float64Array(slices);
  const { first, slice, value } = entries;
  for (let e = first[node], end = first[subtreeEnd[node]]; e < end; e++) sums[slice[e]] += value[e];
  return sums;
}

/** By function: its own part of the mean of both sides. */
function ownShares({ a, b, func, names, length }: UnionTree): Float64Array {
  const share = new Float64Array(names.length);
  for (const side of [a, b]) {
    const whole = side.total[0];
    if (!(whole > 0)) continue;
    for (let node = 1; node < length; node++) share[func[node]] += Math.max(0, side.self[node]) / whole / 2;
  }
  return share;
}

/** Negative amounts count as nothing. */
function meanShare({ a, b, length }: UnionTree): Float64Array {
  const share = new Float64Array(length);
  for (const side of [a, b]) {
    const whole = side.total[0];
    if (!(whole > 0)) continue;
    for (let node = 0; node < length; node++) share[node] += Math.max(0, side.total[node]) / whole / 2;
  }
  return share;
}

/** Children by parent, function and whether the runtime is at work; sealed depth first. */
class Builder {
  readonly #parent: number[] = [-1];
  readonly #func: number[] = [-1];
  readonly isRuntime: number[] = [0];
  readonly #called: number[] = [0];
  readonly #isSmall: number[] = [0];
  readonly #kids: Map<number, number>[] = [new Map()];

  isSmall(node: number): boolean {
    return this.#isSmall[node] === 1;
  }

  child(parent: number, func: number, isRuntime: boolean, called: number, isSmall: boolean): number {
    // Small functions are merged, but those of the runtime are not merged with others.
    const key = isRuntime ? -1 - func : func;
    const known = this.#kids[parent].get(key);
    if (known !== undefined) {
      this.#called[known] = Math.max(this.#called[known], called);
      return known;
    }
    const node = this.#parent.push(parent) - 1;
    this.#kids[parent].set(key, node);
    this.#kids.push(new Map());
    this.#func.push(func);
    this.isRuntime.push(isRuntime ? 1 : 0);
    this.#called.push(called);
    this.#isSmall.push(isSmall ? 1 : 0);
    return node;
  }

  parent(node: number): number {
    return this.#parent[node];
  }

  seal(): { tree: Omit<PreparedTree, 'names' | 'place'>; numbers: Int32Array } {
    const length = this.#parent.length;
    const numbers = new Int32Array(length);
    const parent = new Int32Array(length).fill(-1);
    const func = new Int32Array(length).fill(-1);
    const subtreeEnd = new Int32Array(length);
    const isRuntime = new Uint8Array(length);
    const called = new Uint8Array(length);
    let at = 0;
    const pending = [0];
    while (pending.length > 0) {
      const node = pending.pop()!;
      numbers[node] = at;
      parent[at] = node === 0 ? -1 : numbers[this.#parent[node]];
      func[at] = this.#func[node];
      isRuntime[at] = this.isRuntime[node];
      called[at++] = this.#called[node];
      for (const kid of this.#kids[node].values()) pending.push(kid);
    }
    for (let node = length - 1; node >= 0; node--) {
      subtreeEnd[node] = Math.max(subtreeEnd[node], node + 1);
      if (node > 0) subtreeEnd[parent[node]] = Math.max(subtreeEnd[parent[node]], subtreeEnd[node]);
    }
    return { tree: { length, parent, func, subtreeEnd, isRuntime, called }, numbers };
  }
}
