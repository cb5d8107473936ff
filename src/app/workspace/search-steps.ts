/** From match to match, and the keys that mean the same in every view of a page. */
import { findPath, pathOf } from '#model/call-path.ts';
import { type CallTree, nodeName } from '#model/call-tree.ts';
import { announce } from '../state/ui-store.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { nextHit } from '../screen/shown.ts';

/**
 * Selects the next match, given by node. One too thin to see is brought into view: its first caller that is not hugely wider fills the
 * width.
 */
export function stepToHit(tree: CallTree, names: readonly string[], hit: Uint8Array, by: 1 | -1): void {
  const { sel, z } = urlStore.getState().state;
  const node = nextHit(tree, hit, findPath(tree, names, sel).node, by);
  if (node < 0) return;
  let zoom = findPath(tree, names, z).node;
  const inView = node >= zoom && node < tree.subtreeEnd[zoom];
  if (!inView || tree.total[node] * 200 < tree.total[zoom]) {
    zoom = node;
    while (zoom > 0 && tree.total[zoom] < tree.total[node] * 20) zoom = tree.parent[zoom];
  }
  navigate({ sel: pathOf(tree, names, node), z: pathOf(tree, names, zoom) }, 'replace');
  announce(nodeName(tree, names, node).slice(0, 200));
}

/** @returns whether the key was one of these */
export function runSharedKey(key: string, step: (by: 1 | -1) => void): boolean {
  switch (key) {
    case 'n':
      step(1);
      return true;
    case 'N':
      step(-1);
      return true;
    default:
      return false;
  }
}
