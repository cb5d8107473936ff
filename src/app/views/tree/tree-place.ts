/** The open rows and the current row of a tree, and the same in the next tree. */
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import { sameNodes, subtreeWithin } from '#model/visible-rows.ts';

export interface TreePlace {
  readonly tree: CallTree;
  /** By function. */
  readonly names: readonly string[];
  readonly open: ReadonlySet<NodeIndex>;
  readonly active: NodeIndex;
  /** The selection that the view last scrolled to; 0 for none. */
  readonly selected: NodeIndex;
  /** Counts choices: each is followed once, and not again after the reader has moved on. */
  readonly reveals: number;
}

const MAX_CALLEES = 500;

export function placeIn(tree: CallTree, names: readonly string[], hot: readonly NodeIndex[]): TreePlace {
  return { tree, names, open: new Set(hot), active: 0, selected: 0, reveals: 0 };
}

/** The same rows, as far as they are in the new tree. @param hot the rows to open in an entirely different tree */
export function carriedTo(
  place: TreePlace,
  tree: CallTree,
  names: readonly string[],
  hot: () => readonly NodeIndex[],
): TreePlace {
  const same = (nodes: Iterable<NodeIndex>): ReadonlySet<NodeIndex> =>
    sameNodes(nodes, place.tree, place.names, tree, names);
  // The node of a path, or its innermost caller that exists.
  const nearest = (node: NodeIndex): NodeIndex => {
    let inner = 0;
    for (const found of same(pathTo(place.tree, node))) inner = Math.max(inner, found);
    return inner;
  };
  const open = same(place.open);
  const known = open.size > 0 || same(subtreeWithin(place.tree, 0, MAX_CALLEES).slice(1)).size > 0;
  return {
    ...place,
    tree,
    names,
    open: known ? open : new Set(hot()),
    active: nearest(place.active),
    selected: nearest(place.selected),
  };
}

/** Opens all callers of a frame that was chosen elsewhere or found by the search. */
export function broughtTo(place: TreePlace, selected: NodeIndex): TreePlace {
  if (selected <= 0) return { ...place, selected };
  const open = new Set(place.open);
  for (const caller of pathTo(place.tree, place.tree.parent[selected])) open.add(caller);
  return { ...place, open, active: selected, selected, reveals: place.reveals + 1 };
}

/** A node and its callers without the root. */
function pathTo({ parent }: CallTree, node: NodeIndex): readonly NodeIndex[] {
  const path: NodeIndex[] = [];
  for (let up = node; up > 0; up = parent[up]) path.push(up);
  return path;
}
