import type { CallTree, NodeIndex } from '#model/call-tree.ts';

/** Where a function is largest: it stands in the graph for all of them; 0 nowhere. */
export function largestNode(tree: CallTree, func: number): NodeIndex {
  let largest = 0;
  for (let node = 1; node < tree.length; node++) {
    if (tree.func[node] === func && (largest === 0 || tree.total[node] > tree.total[largest])) largest = node;
  }
  return largest;
}
