/**
 * The search over a graph, the same on every page: its box, the way from match to match, and the keys that all views
 * share.
 */
import { type ReactElement, useDeferredValue, useMemo } from 'react';
import type { SearchAnswer } from '#analysis/analysis.ts';
import type { CallTree } from '#model/call-tree.ts';
import { findPath } from '#model/call-path.ts';
import { type Pane, panes } from '../url/panes.ts';
import { parseSearch, searchShareOf } from '#model/search.ts';
import { addTransform } from '../state/commands.ts';
import { focusView } from '../state/view-focus.ts';
import { urlStore, useUrl } from '../url/url-store.ts';
import { SearchBox } from './search-box.tsx';
import { nodeHits } from '../views/node-hits.ts';
import { runSharedKey, stepToHit } from './search-steps.ts';

/** What is searched for: typing stays ahead of it; '' where nothing is, or what does not parse. */
export function useSearched(): string {
  const text = useUrl((state) => state.s);
  const deferred = useDeferredValue(text);
  return useMemo(() => searchOf(deferred), [deferred]);
}

/** '' for a text that cannot be read. */
function searchOf(text: string): string {
  return parseSearch(text).ok ? text.trim() : '';
}

/** What is searched in. */
interface Searched {
  readonly tree: CallTree;
  /** By function. */
  readonly names: readonly string[];
  /** In a comparison: the number in the union by node. */
  readonly unionNode?: Int32Array;
}

/**
 * @param pane the view: one that is not zoomed shows all matches
 * @param isOld the answer is one to an earlier search: its counts are not shown
 */
export function useSearchTools(
  shown: Searched | undefined,
  searched: string,
  answer: SearchAnswer | undefined,
  isOld: boolean,
  pane: Pane,
): { readonly box: ReactElement; readonly found: SearchAnswer | undefined; onKey(key: string): boolean } {
  const found = searched === '' ? undefined : answer;
  const zooms = panes[pane].zooms === true;
  const step = (by: 1 | -1): void => {
    if (shown && found) stepToHit(shown.tree, shown.names, nodeHits(shown.tree, found, shown.unionNode), by, zooms);
  };
  const zoomPath = useUrl((state) => state.z);
  const tree = shown?.tree;
  const names = shown?.names;
  const zoom = useMemo(
    () => (zooms && tree && names ? findPath(tree, names, zoomPath).node : 0),
    [zooms, tree, names, zoomPath],
  );
  const inView = useMemo(
    () => (tree && found && zoom > 0 ? searchShareOf(tree, found.hit, zoom) : undefined),
    [tree, found, zoom],
  );
  const box = (
    <SearchBox
      found={isOld ? undefined : found}
      whole={tree?.total[0] ?? 0}
      inView={!isOld && tree && inView && { nodes: inView.nodes, value: inView.value, whole: tree.total[zoom] }}
      names={names}
      onStep={step}
      onFocusSearch={() => {
        // The text as it stands: the answer to it may still be on its way.
        const match = searchOf(urlStore.getState().state.s);
        if (match !== '') addTransform({ kind: 'focus', match });
      }}
      onLeave={focusView}
    />
  );
  return { box, found, onKey: (key) => runSharedKey(key, step) };
}
