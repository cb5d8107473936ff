/** Transforms that keep or drop whole stacks: focus, ignore. */
import { type CallPath, findPath } from '../call-path.ts';
import type { CallTree, SiblingOrder } from '../call-tree.ts';
import { addSelf, type Transformed } from './rebuild.ts';
import { TreeBuilder } from '../tree-builder.ts';

export function focus(tree: CallTree, hit: Uint8Array, order: SiblingOrder, nameRank: Int32Array): Transformed {
  const { inside, matched } = insideHits(tree, hit);
  return { tree: keep(tree, (node) => inside[node] === 1, order, nameRank), matched };
}

export function ignore(tree: CallTree, hit: Uint8Array, order: SiblingOrder, nameRank: Int32Array): Transformed {
  const { inside, matched } = insideHits(tree, hit);
  return { tree: keep(tree, (node) => inside[node] === 0, order, nameRank), matched };
}

/** A path that is not there keeps the tree as it is: an empty page would tell less. */
export function focusPath(
  tree: CallTree,
  path: CallPath,
  names: readonly string[],
  order: SiblingOrder,
  nameRank: Int32Array,
): Transformed {
  const { node: top, whole } = findPath(tree, names, path);
  if (!whole) return { tree, matched: 0 };
  const end = tree.subtreeEnd[top];
  return { tree: keep(tree, (node) => node >= top && node < end, order, nameRank), matched: 1 };
}

/** Nodes that are a match or stand below one, and how many are one. */
function insideHits(tree: CallTree, hit: Uint8Array): { inside: Uint8Array; matched: number } {
  const inside = new Uint8Array(tree.length);
  let matched = 0;
  for (let node = 1; node < tree.length; node++) {
    const isHit = hit[tree.func[node]];
    matched += isHit;
    inside[node] = isHit | inside[tree.parent[node]];
  }
  return { inside, matched };
}

function keep(tree: CallTree, isKept: (node: number) => boolean, order: SiblingOrder, nameRank: Int32Array): CallTree {
  const builder = new TreeBuilder(tree.exact !== undefined);
  const placed = new Int32Array(tree.length);
  for (let node = 0; node < tree.length; node++) {
    if (node > 0) placed[node] = builder.child(placed[tree.parent[node]], tree.func[node]);
    if (isKept(node)) addSelf(builder, tree, node, placed[node]);
  }
  return builder.seal(order, nameRank);
}
