/** One function between its callers and its callees, merged over all places where it occurs. */
import type { CallTree, SiblingOrder } from './call-tree.ts';
import { addCallers } from './callers-path.ts';
import { outermostNodes } from './function-table.ts';
import { TreeBuilder } from './tree-builder.ts';

export interface Sandwich {
  /** Both roots stand for the function itself; their totals are its total, recursion counted once. */
  readonly callers: CallTree;
  readonly callees: CallTree;
  readonly total: number;
  readonly self: number;
}

/**
 * Only outermost occurrences are taken: a recursive call shows as a callee, and no stack counts twice.
 * @throws RangeError when the callers grow too large
 */
export function sandwich(tree: CallTree, func: number, order: SiblingOrder, nameRank: Int32Array): Sandwich {
  const { exact } = tree;
  const callers = new TreeBuilder(exact !== undefined);
  const callees = new TreeBuilder(exact !== undefined);
  const outermost = outermostNodes(tree, nameRank.length);
  const placed = new Int32Array(tree.length);
  let self = 0;
  let exactSelf = 0n;
  for (let node = 1; node < tree.length; node++) {
    if (tree.func[node] !== func) continue;
    if (exact) exactSelf += exact.self[node];
    else self += tree.self[node];
    if (outermost[node] === 0) continue;
    const above = addCallers(callers, tree, tree.parent[node], 0);
    if (exact) callers.addExact(above, exact.total[node]);
    else callers.add(above, tree.total[node]);
    for (let below = node; below < tree.subtreeEnd[node]; below++) {
      placed[below] = below === node ? 0 : callees.child(placed[tree.parent[below]], tree.func[below]);
      if (exact) callees.addExact(placed[below], exact.self[below]);
      else callees.add(placed[below], tree.self[below]);
    }
  }
  const above = callers.seal(order, nameRank);
  return {
    callers: above,
    callees: callees.seal(order, nameRank),
    total: above.total[0],
    self: exact ? Number(exactSelf) : self,
  };
}
