/** The union of two trees: every path of either side with the amounts of both. */
import type { CallTree } from './call-tree.ts';

/** A side of a comparison: a tree and the names that its functions index. */
export interface NamedTree {
  readonly tree: CallTree;
  readonly names: readonly string[];
}

/** The functions of one side, under that side's names: two names may be one function. */
export interface SideFunctions {
  readonly names: readonly string[];
  /** By name: the function of the tree that paths are looked up in. */
  readonly func: Int32Array;
}

export type SideKey = 'a' | 'b';

/** The amounts of one side at each node of the union, in its own unit. */
export interface SideColumns {
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** Whole numbers, where doubles are not exact. */
  readonly exact: CallTree['exact'];
  readonly negative: CallTree['negative'];
}

/**
 * Depth first, siblings in A's order and what only B has behind them. Nodes of the union have these numbers for good, under
 * every normalisation and width. `func` indexes `names`: A's functions under their own numbers, then those that only B has;
 * a function that both sides have under two names (`pair-names.ts`) has B's.
 */
export interface UnionTree {
  readonly names: readonly string[];
  /** Names in A, where they differ from `names`. */
  readonly namesInA: ReadonlyMap<number, string>;
  readonly functions: { readonly a: SideFunctions; readonly b: SideFunctions };
  /** Names that a format says are not of the program: kernel, and native code beside a virtual machine's. */
  readonly foreign?: ReadonlySet<string>;
  readonly length: number;
  readonly func: Int32Array;
  readonly parent: Int32Array;
  readonly subtreeEnd: Int32Array;
  readonly depth: Int32Array;
  readonly maxDepth: number;
  readonly a: SideColumns;
  readonly b: SideColumns;
}

/** Totals from selves; a parent precedes its children. */
export function sumUp(self: Float64Array, parent: Int32Array): Float64Array<ArrayBuffer> {
  const total = Float64Array.from(self);
  for (let node = total.length - 1; node > 0; node--) total[parent[node]] += total[node];
  return total;
}
