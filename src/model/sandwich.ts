/** One function between its callers and its callees, merged over all places where it occurs. */
import type { CallTree, SiblingOrder } from './call-tree.ts';
import { outermostNodes } from './function-table.ts';
import { TreeBuilder } from './tree-builder.ts';

export interface Sandwich {
  /** Both roots stand for the function itself; their totals are its total, recursion counted once. */
  readonly callers: CallTree;
  readonly callees: CallTree;
  readonly total: number;
  readonly self: number;
}

/** Only outermost occurrences are taken: a recursive call shows as a callee, and no stack counts twice. */
export function sandwich(tree: CallTree, func: number, order: SiblingOrder, nameRank: Int32Array): Sandwich {
  const isExact = tree.exact !== undefined;
  const callers = new TreeBuilder(isExact);
  const callees = new TreeBuilder(isExact);
  const outermost = outermostNodes(tree, nameRank.length);
  const placed = new Int32Array(tree.length);
  let self = 0;
  for (let node = 1; node < tree.length; node++) {
    if (tree.func[node] === func) self += tree.self[node];
    if (tree.func[node] !== func || outermost[node] === 0) continue;
    let above = 0;
    for (let up = tree.parent[node]; up > 0; up = tree.parent[up]) above = callers.child(above, tree.func[up]);
    if (tree.exact) callers.addExact(above, tree.exact.total[node]);
    else callers.add(above, tree.total[node]);
    for (let below = node; below < tree.subtreeEnd[node]; below++) {
      placed[below] = below === node ? 0 : callees.child(placed[tree.parent[below]], tree.func[below]);
      if (tree.exact) callees.addExact(placed[below], tree.exact.self[below]);
      else callees.add(placed[below], tree.self[below]);
    }
  }
  const above = callers.seal(order, nameRank);
  return { callers: above, callees: callees.seal(order, nameRank), total: above.total[0], self };
}
