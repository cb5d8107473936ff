/** The state of the view, mirrored from the URL. `navigate` is the only way to change it. */
import { createStore } from 'zustand/vanilla';
import { useStore } from 'zustand';
import { parseUrl, printUrl } from './codec.ts';
import type { UrlState } from './url-state.ts';

interface UrlStore {
  readonly state: UrlState;
  /** What the link held that could not be read. */
  readonly notices: readonly string[];
}

export const urlStore = createStore<UrlStore>(() => parseUrl(location.search));

export function useUrl<T>(select: (state: UrlState) => T): T {
  return useStore(urlStore, (store) => select(store.state));
}

export function useUrlNotices(): readonly string[] {
  return useStore(urlStore, (store) => store.notices);
}

export function dismissUrlNotices(): void {
  urlStore.setState({ notices: [] });
}

/** How long typing and dragging rest before they reach the address bar: browsers refuse a stream of replacements. */
const REPLACE_AFTER_MS = 200;
let pending: ReturnType<typeof setTimeout> | undefined;

/**
 * Changes the state. `push` makes a history entry (a step one would want to go back from),
 * `replace` does not (typing, dragging, moving a selection).
 */
export function navigate(patch: Partial<UrlState>, how: 'push' | 'replace'): void {
  // Text typed before belongs to the history entry that is left.
  flush();
  urlStore.setState((store) => ({ state: { ...store.state, ...patch } }));
  const isStep = how === 'push' && address() !== location.pathname + location.search;
  if (isStep) history.pushState(null, '', address());
  else pending = setTimeout(flush, REPLACE_AFTER_MS);
}

/** The link to the current state with a change. */
export function linkTo(patch: Partial<UrlState>): string {
  return location.pathname + printUrl({ ...urlStore.getState().state, ...patch });
}

function address(): string {
  return linkTo({});
}

function flush(): void {
  if (pending === undefined) return;
  clearTimeout(pending);
  pending = undefined;
  history.replaceState(null, '', address());
}

/** Follows back and forward. */
export function followHistory(): void {
  addEventListener('popstate', () => {
    clearTimeout(pending);
    pending = undefined;
    urlStore.setState(parseUrl(location.search), true);
  });
  addEventListener('pagehide', flush);
}
