/** The merged call tree of one sample type, as columns. Built by `tree-builder.ts` only. */

/** Position in a call tree. An index belongs to one tree; what leaves a tree is a call path (`call-path.ts`). */
export type NodeIndex = number;

/** The order of siblings: largest total first (ties by name), or by name. */
export type SiblingOrder = 'size' | 'name';

/** How a tree orders siblings. */
export interface Siblings {
  readonly order: SiblingOrder;
  /** Rank of each function's name (`rankNames`): the tie-break, or the order itself. */
  readonly nameRank: Int32Array;
}

/**
 * Depth first: node i's subtree is [i, subtreeEnd[i]), a parent precedes its children, node 0 is the root ("total").
 * Holds every path whose sum is not zero, and nothing else. `func` indexes the profile's function table.
 */
export interface CallTree {
  readonly length: number;
  readonly func: Int32Array; // FunctionIndex, -1 at the root
  readonly parent: Int32Array; // NodeIndex, -1 at the root
  readonly subtreeEnd: Int32Array; // NodeIndex, exclusive
  readonly depth: Int32Array; // 0 at the root
  readonly self: Float64Array; // in the sample type's unit
  readonly total: Float64Array; // self of the whole subtree
  readonly maxDepth: number;
  /** Whole numbers, where the sums of `self` and `total` are not exact (see `ValueColumn.exact`). */
  readonly exact: ExactColumns | undefined;
  /** Sum and number of negative selves: they count in every total, and cannot be drawn. */
  readonly negative: { readonly nodes: number; readonly sum: number };
}

interface ExactColumns {
  readonly self: readonly bigint[];
  readonly total: readonly bigint[];
}

/** The root's name wherever it is shown. */
export const rootName = 'total';

/** Name of a node's function. */
export function nodeName(tree: CallTree, names: readonly string[], node: NodeIndex): string {
  const func = tree.func[node];
  return func < 0 ? rootName : names[func];
}
