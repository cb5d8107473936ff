/** Makes the tree of a transform: each old node gets a place in the new tree, and its self goes there. */
import type { CallTree, Siblings } from '../call-tree.ts';
import { TreeBuilder } from '../tree-builder.ts';

/**
 * @param place where the old node goes, given its place's caller: a node of the builder, or -1 to drop its self.
 * Called once per node in depth-first order, the root aside, which stays the root.
 * @param keepsSelf whether the self of a node that has a place counts
 */
export function rebuild(
  tree: CallTree,
  siblings: Siblings,
  place: (node: number, callerPlace: number, builder: TreeBuilder) => number,
  keepsSelf: (node: number) => boolean = () => true,
): CallTree {
  const builder = new TreeBuilder(tree.exact !== undefined);
  const placed = new Int32Array(tree.length);
  for (let node = 0; node < tree.length; node++) {
    if (node > 0) placed[node] = place(node, placed[tree.parent[node]], builder);
    if (placed[node] >= 0 && keepsSelf(node)) addSelf(builder, tree, node, placed[node]);
  }
  return builder.seal(siblings.order, siblings.nameRank);
}

/** The nodes that `isKept`, each under its callers, which are left without a self of their own. */
export function keepNodes(tree: CallTree, siblings: Siblings, isKept: (node: number) => boolean): CallTree {
  return rebuild(tree, siblings, (node, caller, builder) => builder.child(caller, tree.func[node]), isKept);
}

/**
 * One node for all nodes whose paths are the same once `target` stands for each function.
 * @returns the tree, and by old node its node there
 */
export function mergeTree(
  tree: CallTree,
  target: Int32Array,
  siblings: Siblings,
): { readonly merged: CallTree; readonly nodeOf: Int32Array } {
  const merged = rebuild(tree, siblings, (node, caller, builder) => builder.child(caller, target[tree.func[node]]));
  return { merged, nodeOf: nodesIn(merged, tree, target) };
}

/**
 * By node of `tree` the node of the same path in `shown`, -1 where it has none.
 * @param target function of `shown` by function of `tree`
 */
export function nodesIn(
  shown: Pick<CallTree, 'length' | 'func' | 'parent'>,
  tree: CallTree,
  target: Int32Array,
): Int32Array {
  // Nodes come depth first: the builder numbers them as they are numbered.
  const known = new TreeBuilder(false);
  for (let node = 1; node < shown.length; node++) known.child(shown.parent[node], shown.func[node]);
  const nodeOf = new Int32Array(tree.length);
  for (let node = 1; node < tree.length; node++)
    nodeOf[node] = known.child(nodeOf[tree.parent[node]], target[tree.func[node]]);
  return nodeOf.map((node) => (node < shown.length ? node : -1));
}

export function addSelf(builder: TreeBuilder, tree: CallTree, node: number, to: number): void {
  if (tree.exact) builder.addExact(to, tree.exact.self[node]);
  else builder.add(to, tree.self[node]);
}

/** 1 for nodes that match or have a matching ancestor, and the number of matches. */
export function insideHits(tree: CallTree, hit: Uint8Array): { inside: Uint8Array; matched: number } {
  const inside = new Uint8Array(tree.length);
  let matched = 0;
  for (let node = 1; node < tree.length; node++) {
    const isHit = hit[tree.func[node]];
    matched += isHit;
    inside[node] = isHit | inside[tree.parent[node]];
  }
  return { inside, matched };
}
