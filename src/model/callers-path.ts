/** Adds the callers of a node to another tree, as callees. */
import type { CallTree, NodeIndex } from './call-tree.ts';
import type { TreeBuilder } from './tree-builder.ts';

/**
 * A path is written once for each node with a self, so a deep tree can grow with the square of its depth. Beyond this
 * many nodes the memory of a tab would run out: a clear refusal is better than a crash.
 */
const MAX_NODES = 10_000_000;

/** Adds `from`, its caller, and so on below `to`; the root is left out. @returns the place of the outermost. */
export function addCallers(
  builder: TreeBuilder,
  tree: Pick<CallTree, 'parent' | 'func'>,
  from: NodeIndex,
  to: number,
): number {
  let place = to;
  for (let up = from; up > 0; up = tree.parent[up]) place = builder.child(place, tree.func[up]);
  if (builder.length > MAX_NODES)
    throw new RangeError('Seen from its leaves this tree has over 10 million frames. Focus on a part of it first.');
  return place;
}
