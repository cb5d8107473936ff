/** The shares of a frame: of the whole, and while a frame fills the width of that view too. */
import type { CallTree } from '#model/call-tree.ts';
import { formatShare } from '#model/units.ts';

type Tree = Pick<CallTree, 'total' | 'subtreeEnd'>;

/** `12.0 %`; in a view `48.0 % (12.0 %)`, of the view and of the whole. A caller of the view is larger than it: `85.2 % of whole`. */
export function sharesText(tree: Tree, node: number, zoom: number, whole: number): string {
  const { ofView, ofWhole } = sharesOf(tree, node, zoom, whole);
  if (zoom <= 0) return ofWhole;
  return ofView === undefined ? `${ofWhole} of whole` : `${ofView} (${ofWhole})`;
}

/** The same in words. */
export function spokenShares(tree: Tree, node: number, zoom: number, whole: number): string {
  const { ofView, ofWhole } = sharesOf(tree, node, zoom, whole);
  if (zoom <= 0) return ofWhole;
  return ofView === undefined ? `${ofWhole} of whole` : `${ofView} of view, ${ofWhole} of whole`;
}

function sharesOf({ total, subtreeEnd }: Tree, node: number, zoom: number, whole: number) {
  const isCaller = node < zoom && zoom < subtreeEnd[node];
  return {
    ofView: isCaller ? undefined : formatShare(total[node], total[zoom]),
    ofWhole: formatShare(total[node], whole),
  };
}
