/** From match to match, and the keys that mean the same in every view of a page. */
import { findPath, pathOf } from '#model/call-path.ts';
import { type CallTree, nodeName } from '#model/call-tree.ts';
import { announce } from '../state/ui-store.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { nextHit } from '../screen/shown.ts';
import { zoomToSee } from './zoom-to-see.ts';

/**
 * Selects the next match, given by node.
 * @param zooms whether the view is zoomed: the zoom changes only where the match cannot be seen in it
 */
export function stepToHit(tree: CallTree, names: readonly string[], hit: Uint8Array, by: 1 | -1, zooms: boolean): void {
  const { sel, z } = urlStore.getState().state;
  const node = nextHit(tree, hit, findPath(tree, names, sel).node, by);
  if (node < 0) return;
  const before = findPath(tree, names, z).node;
  const zoom = zooms ? zoomToSee(tree, node, before) : before;
  const isZoomed = zoom !== before;
  navigate({ sel: pathOf(tree, names, node), ...(isZoomed && { z: pathOf(tree, names, zoom) }) }, 'replace');
  const shown =
    isZoomed && (zoom === 0 ? 'whole graph shown' : `zoomed to ${nodeName(tree, names, zoom).slice(0, 200)}`);
  announce([nodeName(tree, names, node).slice(0, 200), shown].filter(Boolean).join(', '));
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
