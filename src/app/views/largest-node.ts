import type { CallTree, NodeIndex } from '#model/call-tree.ts';

/** The node of a function with the largest total, which represents the function in the graph; 0 where there is none. */
export function largestNode(tree: CallTree, func: number): NodeIndex {
  let largest = 0;
  for (let node = 1; node < tree.length; node++) {
    if (tree.func[node] === func && (largest === 0 || tree.total[node] > tree.total[largest])) largest = node;
  }
  return largest;
}

/** The largest amount of a column. */
export function largestOf(column: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < column.length; i++) largest = Math.max(largest, Math.abs(column[i]));
  return largest;
}
