/** The way up from a node, laid down in another tree: callers as callees. */
import type { CallTree, NodeIndex } from './call-tree.ts';
import type { TreeBuilder } from './tree-builder.ts';

/**
 * A path is written once for each node that starts one, so a deep tree with a self everywhere grows with the square of
 * its depth. At this many nodes the memory of a tab is near its end: a clear refusal beats a crash.
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
