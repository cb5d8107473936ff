/** The zoom of a graph in which a match of the search can be seen. */
import type { CallTree, NodeIndex } from '#model/call-tree.ts';

/** A match under this part of the width has less than about a pixel. */
const THIN = 1 / 1000;
/** What is zoomed to for a thin match is up to this many times as wide. */
const ROOM = 20;

/**
 * The zoom in which a node is seen: the present one, if it is; else the innermost caller of the present zoom that also
 * contains the node. A thin node is seen in its innermost caller that is at least ROOM times as wide.
 */
export function zoomToSee(tree: CallTree, node: NodeIndex, present: NodeIndex): NodeIndex {
  let zoom = present;
  while (zoom > 0 && !(node >= zoom && node < tree.subtreeEnd[zoom])) zoom = tree.parent[zoom];
  if (tree.total[node] >= tree.total[zoom] * THIN) return zoom;
  zoom = node;
  while (zoom > 0 && tree.total[zoom] < tree.total[node] * ROOM) zoom = tree.parent[zoom];
  return zoom;
}
