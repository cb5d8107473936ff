/** Self and total of every function: a stack counts once for each function in it, however often it recurs. */
import type { CallTree } from './call-tree.ts';

export interface FunctionTotals {
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** Call nodes by function. */
  readonly nodes: Int32Array;
  /** Whole numbers, where the tree has them. */
  readonly exact: { readonly self: bigint[]; readonly total: bigint[] } | undefined;
}

/** One pass, depth first: a node adds its total when no node of its function is open above it. */
export function functionTotals(tree: CallTree, functionCount: number): FunctionTotals {
  const self = new Float64Array(functionCount);
  const total = new Float64Array(functionCount);
  const nodes = new Int32Array(functionCount);
  const outermost = outermostNodes(tree, functionCount);
  for (let node = 1; node < tree.length; node++) {
    const func = tree.func[node];
    nodes[func]++;
    self[func] += tree.self[node];
    if (outermost[node] === 1) total[func] += tree.total[node];
  }
  if (!tree.exact) return { self, total, nodes, exact: undefined };
  const exact = { self: zeros(functionCount), total: zeros(functionCount) };
  for (let node = 1; node < tree.length; node++) {
    const func = tree.func[node];
    exact.self[func] += tree.exact.self[node];
    if (outermost[node] === 1) exact.total[func] += tree.exact.total[node];
  }
  // Rounded once, at the end.
  return { self: Float64Array.from(exact.self, Number), total: Float64Array.from(exact.total, Number), nodes, exact };
}

/** 1 for each node that has no node of the same function above it. */
export function outermostNodes(tree: CallTree, functionCount: number): Uint8Array {
  const outermost = new Uint8Array(tree.length);
  // Where the open node of each function ends: below that, another one is recursion.
  const openUntil = new Int32Array(functionCount);
  for (let node = 1; node < tree.length; node++) {
    const func = tree.func[node];
    if (node < openUntil[func]) continue;
    outermost[node] = 1;
    openUntil[func] = tree.subtreeEnd[node];
  }
  return outermost;
}

function zeros(length: number): bigint[] {
  return Array.from({ length }, () => 0n);
}

/** Removes the placeholder of a cut from the totals: it is not a function of the program. */
export function leaveOut(func: number, self: Float64Array, total: Float64Array, exact: FunctionTotals['exact']): void {
  self[func] = 0;
  total[func] = 0;
  if (!exact) return;
  exact.self[func] = 0n;
  exact.total[func] = 0n;
}
