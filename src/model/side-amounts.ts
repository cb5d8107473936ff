/** One side of a comparison, laid out for tests: the whole, contexts and functions by slice, and what is left of them. */
import type { Contexts } from './contexts.ts';
import type { UnionTree } from './union.ts';
import type { SideSlices } from './slices.ts';

/** Amounts of one side by slice: of the whole, of contexts, and of each function in each context. Peeling takes from it. */
export class SideAmounts {
  readonly slices: number;
  readonly samplesPerUnit: number;
  readonly whole: Float64Array; // by slice
  readonly contextSums: Float64Array; // by context, not peeled
  readonly cells: { readonly node: Int32Array; readonly slice: Int32Array; readonly value: Float64Array };
  /** All of a function, whatever its context. */
  readonly functionSums: Float64Array;
  readonly #contexts: Float64Array; // [context, slice]: what is not peeled
  readonly #contextOf: Int32Array; // by node
  readonly #func: Int32Array; // by node
  // Of the functions that may be tested: which contexts they are in (pairs), and the amounts there.
  readonly #pairs = new Map<number, Map<number, Float64Array>>();
  readonly #peeled = new Set<number>();
  readonly #allOf: Float64Array; // by context

  constructor(union: UnionTree, contexts: Contexts, sliced: SideSlices, isSliced: boolean) {
    const { slice, value, sliceCount } = sliced;
    const sums = new Float64Array(sliceCount);
    for (let e = 0; e < value.length; e++) sums[slice[e]] += Math.max(0, value[e]);
    const places = new Int32Array(sliceCount).fill(-1);
    let full = 0;
    for (let s = 0; s < sliceCount; s++) if (sums[s] > 0) places[s] = isSliced ? full++ : (full = 1) - 1;
    const slices = Math.max(1, full);
    this.slices = slices;
    this.#contextOf = contexts.context;
    this.#func = union.func;
    this.cells = positiveCells(sliced, places);
    this.whole = new Float64Array(slices);
    this.contextSums = new Float64Array(contexts.count);
    this.#contexts = new Float64Array(contexts.count * slices);
    this.functionSums = new Float64Array(union.names.length);
    const { cells } = this;
    const { whole, contextSums, functionSums } = this;
    const byContext = this.#contexts;
    for (let e = 0; e < cells.node.length; e++) {
      const node = cells.node[e];
      const amount = cells.value[e];
      const context = contexts.context[node];
      whole[cells.slice[e]] += amount;
      contextSums[context] += amount;
      byContext[context * slices + cells.slice[e]] += amount;
      if (node > 0) functionSums[union.func[node]] += amount;
    }
    this.#allOf = this.contextSums.slice();
    this.samplesPerUnit = sliced.samplesPerUnit ?? (isSliced ? finestOf(cells) : worthOf(cells, union.length));
  }

  get total(): number {
    let sum = 0;
    for (const one of this.whole) sum += one;
    return sum;
  }

  /** @param isTested by function */
  gather(isTested: Uint8Array): void {
    const { node, slice, value } = this.cells;
    for (let e = 0; e < node.length; e++) {
      const f = node[e] === 0 ? -1 : this.#func[node[e]];
      if (f < 0 || isTested[f] === 0) continue;
      let byContext = this.#pairs.get(f);
      if (!byContext) this.#pairs.set(f, (byContext = new Map()));
      const context = this.#contextOf[node[e]];
      let amounts = byContext.get(context);
      if (!amounts) byContext.set(context, (amounts = new Float64Array(this.slices)));
      amounts[slice[e]] += value[e];
    }
  }

  contextsOf(f: number): readonly number[] {
    return [...(this.#pairs.get(f)?.keys() ?? [])];
  }

  /** The function's amounts in a context, undefined where it has none. */
  amounts(f: number, context: number): Float64Array | undefined {
    return this.#pairs.get(f)?.get(context);
  }

  context(context: number): Float64Array {
    return this.#contexts.subarray(context * this.slices, (context + 1) * this.slices);
  }

  /** All of a context, peeled or not. */
  allOf(context: number): number {
    return this.#allOf[context];
  }

  isPeeled(f: number): boolean {
    return this.#peeled.has(f);
  }

  /** Takes a function out of its contexts, or (1) puts it back. */
  peel(f: number, sign: -1 | 1): void {
    if (sign < 0) this.#peeled.add(f);
    else this.#peeled.delete(f);
    for (const [context, amounts] of this.#pairs.get(f) ?? []) {
      const rest = this.context(context);
      for (let i = 0; i < rest.length; i++) {
        // What is left of nothing must be nothing.
        rest[i] = Math.max(0, rest[i] + sign * amounts[i]);
        this.contextSums[context] += sign * amounts[i];
      }
    }
  }
}

/** @param places by slice: which of the slices that have something it is */
function positiveCells({ node, slice, value }: SideSlices, places: Int32Array): SideAmounts['cells'] {
  let count = 0;
  for (let e = 0; e < value.length; e++) if (value[e] > 0) count++;
  const cells = { node: new Int32Array(count), slice: new Int32Array(count), value: new Float64Array(count) };
  for (let e = 0, at = 0; e < value.length; e++) {
    if (!(value[e] > 0)) continue;
    cells.node[at] = node[e];
    cells.slice[at] = places[slice[e]];
    cells.value[at++] = value[e];
  }
  return cells;
}

/**
 * As if the least that a path did in a slice were one sample: true where samples are alike, and too many where they are
 * not. Then what strays from slice to slice speaks alone.
 */
function finestOf({ value }: SideAmounts['cells']): number {
  let least = Infinity;
  for (const one of value) least = Math.min(least, one);
  return value.length > 0 ? 1 / least : 1;
}

/** Kish's number: so many equal samples would be as telling as these unequal ones, at most. */
function worthOf(cells: SideAmounts['cells'], nodes: number): number {
  const byNode = new Float64Array(nodes);
  for (let e = 0; e < cells.node.length; e++) byNode[cells.node[e]] += cells.value[e];
  let sum = 0;
  let squares = 0;
  for (const value of byNode) {
    sum += value;
    squares += value * value;
  }
  return squares > 0 ? sum / squares : 1;
}
