import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import type { TreeDefinitions } from '#model/located-tree.ts';

/** The node of a function with the largest total, which represents the function in the graph; 0 if there is none. */
export function largestNode(tree: CallTree, func: number): NodeIndex {
  let largest = 0;
  for (let node = 1; node < tree.length; node++) {
    if (tree.func[node] === func && (largest === 0 || tree.total[node] > tree.total[largest])) largest = node;
  }
  return largest;
}

/** The node with the largest total that a definition is the largest of; where it is that of none, its function's. */
export function largestNodeOf(tree: CallTree, { func, ofNode }: TreeDefinitions, definition: number): NodeIndex {
  let largest = 0;
  for (let node = 1; node < tree.length; node++) {
    const isOne = ofNode[node] === definition || ofNode[node] === ~definition;
    if (isOne && (largest === 0 || tree.total[node] > tree.total[largest])) largest = node;
  }
  return largest > 0 ? largest : largestNode(tree, func[definition]);
}

/** The largest amount of a column. */
export function largestOf(column: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < column.length; i++) largest = Math.max(largest, Math.abs(column[i]));
  return largest;
}
