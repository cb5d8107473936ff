/** Which nodes of a call tree stand as rows when some are expanded. Cost follows the rows, not the tree. */
import type { CallTree, NodeIndex } from './call-tree.ts';

export type RowOrder = (a: NodeIndex, b: NodeIndex) => number;

/** More than anybody scrolls through: a node with more children shows the first of them. */
const MAX_ROWS = 200_000;

/** Depth first, callees in the given order. The root stands first and is always expanded. */
export function visibleRows(tree: CallTree, isExpanded: (node: NodeIndex) => boolean, order: RowOrder): Int32Array {
  const rows: NodeIndex[] = [];
  // Nodes that are still to be shown, the next one last.
  const waiting: NodeIndex[] = [0];
  while (waiting.length > 0 && rows.length < MAX_ROWS) {
    const node = waiting.pop()!;
    rows.push(node);
    if (node !== 0 && !isExpanded(node)) continue;
    const callees = calleesOf(tree, node).sort(order);
    for (let i = callees.length - 1; i >= 0; i--) waiting.push(callees[i]);
  }
  return Int32Array.from(rows);
}

function calleesOf(tree: CallTree, node: NodeIndex): NodeIndex[] {
  const callees: NodeIndex[] = [];
  for (let child = node + 1; child < tree.subtreeEnd[node]; child = tree.subtreeEnd[child]) callees.push(child);
  return callees;
}

/** Follows the callee with more than half of the cost, as a reader would. @param weight by node */
export function hotPath(tree: CallTree, weight: Float64Array = tree.total): readonly NodeIndex[] {
  const path: NodeIndex[] = [];
  for (let node = 0; ;) {
    let hottest = -1;
    for (const callee of calleesOf(tree, node))
      if (weight[callee] * 2 > weight[node] && (hottest < 0 || weight[callee] > weight[hottest])) hottest = callee;
    if (hottest < 0) return path;
    path.push(hottest);
    node = hottest;
  }
}

/** A node and what lies below it, the callers first; at most this many. */
export function subtreeWithin(tree: CallTree, node: NodeIndex, most: number): readonly NodeIndex[] {
  const nodes: NodeIndex[] = [node];
  for (let at = 0; at < nodes.length && nodes.length < most; at++) {
    for (const callee of calleesOf(tree, nodes[at])) if (nodes.length < most) nodes.push(callee);
  }
  return nodes;
}

/** Where nodes of one tree stand in another: by their names, from the root on. What is not there is left out. */
export function sameNodes(
  nodes: Iterable<NodeIndex>,
  tree: CallTree,
  names: readonly string[],
  otherTree: CallTree,
  otherNames: readonly string[],
): ReadonlySet<NodeIndex> {
  const place = new Map<NodeIndex, NodeIndex>([[0, 0]]);
  const same = new Set<NodeIndex>();
  for (const node of nodes) {
    const way: NodeIndex[] = [];
    for (let up = node; !place.has(up); up = tree.parent[up]) way.push(up);
    for (const at of way.reverse()) {
      const caller = place.get(tree.parent[at])!;
      const name = names[tree.func[at]];
      const found =
        caller < 0
          ? undefined
          : calleesOf(otherTree, caller).find((callee) => otherNames[otherTree.func[callee]] === name);
      place.set(at, found ?? -1);
    }
    const found = place.get(node)!;
    if (found >= 0) same.add(found);
  }
  return same;
}

/** A node, or the outermost of its callers that is closed: where it stands as a row. */
export function visibleNode(tree: CallTree, node: NodeIndex, isExpanded: (node: NodeIndex) => boolean): NodeIndex {
  let seen = node;
  for (let up = tree.parent[node]; up > 0; up = tree.parent[up]) if (!isExpanded(up)) seen = up;
  return seen;
}
