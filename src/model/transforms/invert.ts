/** Bottom up: every self starts at its own function and goes on to its callers. */
import type { Steps } from '#base/steps.ts';
import type { CallTree, SiblingOrder } from '../call-tree.ts';
import { TreeBuilder } from '../tree-builder.ts';
import { addSelf, type Transformed } from './rebuild.ts';

const NODES_A_STEP = 20_000;

/** Cost follows the summed depth of all nodes with a self. */
export function* invert(tree: CallTree, order: SiblingOrder, nameRank: Int32Array): Steps<Transformed> {
  const builder = new TreeBuilder(tree.exact !== undefined);
  for (let node = 0; node < tree.length; node++) {
    if (node % NODES_A_STEP === 0) yield node / tree.length;
    if (tree.self[node] === 0) continue;
    let to = 0;
    for (let up = node; up > 0; up = tree.parent[up]) to = builder.child(to, tree.func[up]);
    addSelf(builder, tree, node, to);
  }
  return { tree: builder.seal(order, nameRank), matched: tree.length - 1 };
}
