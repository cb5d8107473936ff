/** The one way a transform makes a tree: old nodes are placed in a new one, and their selves go with them. */
import type { CallTree, SiblingOrder } from '../call-tree.ts';
import { TreeBuilder } from '../tree-builder.ts';

export interface Transformed {
  readonly tree: CallTree;
  /** Nodes that the transform found; 0: it matched nothing. */
  readonly matched: number;
}

/**
 * @param place where the old node goes, given its place's caller: a node of the builder, or -1 to drop its self.
 * Called once per node in depth-first order, the root aside, which stays the root.
 */
export function rebuild(
  tree: CallTree,
  order: SiblingOrder,
  nameRank: Int32Array,
  place: (node: number, callerPlace: number, builder: TreeBuilder) => number,
  rootStays: boolean,
): CallTree {
  const builder = new TreeBuilder(tree.exact !== undefined);
  const placed = new Int32Array(tree.length);
  if (rootStays) addSelf(builder, tree, 0, 0);
  for (let node = 1; node < tree.length; node++) {
    const to = place(node, placed[tree.parent[node]], builder);
    placed[node] = to;
    if (to >= 0) addSelf(builder, tree, node, to);
  }
  return builder.seal(order, nameRank);
}

export function addSelf(builder: TreeBuilder, tree: CallTree, node: number, to: number): void {
  if (tree.exact) builder.addExact(to, tree.exact.self[node]);
  else builder.add(to, tree.self[node]);
}
