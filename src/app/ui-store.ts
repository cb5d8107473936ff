/** What passes with the tab: the hovered frame, the open menu, an alert. */
import { createStore } from 'zustand/vanilla';
import { useStore } from 'zustand';

/** Where a tooltip or a menu stands, in css px of the page. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Refusal {
  readonly file: string;
  readonly what: string;
  readonly place: string | undefined;
  readonly remedy: string | undefined;
}

interface UiStore {
  /** The function under the pointer, in the graph or the table; -1 none. */
  readonly hoveredFunction: number;
  readonly refusals: readonly Refusal[];
  /** The last thing that was done, for those who cannot see it. */
  readonly announcement: string;
  readonly dialog: 'none' | 'keys' | 'paste';
}

export const uiStore = createStore<UiStore>(() => ({ hoveredFunction: -1, refusals: [], announcement: '', dialog: 'none' }));

export function useUi<T>(select: (state: UiStore) => T): T {
  return useStore(uiStore, select);
}

export function hoverFunction(func: number): void {
  if (uiStore.getState().hoveredFunction !== func) uiStore.setState({ hoveredFunction: func });
}

export function announce(announcement: string): void {
  uiStore.setState({ announcement });
}

export function openDialog(dialog: UiStore['dialog']): void {
  uiStore.setState({ dialog });
}

/** The newest refusal first; a handful is enough to act on. */
export function refuse(refusal: Refusal): void {
  uiStore.setState(({ refusals }) => ({ refusals: [refusal, ...refusals].slice(0, 5) }));
}

export function dismissRefusals(): void {
  uiStore.setState({ refusals: [] });
}
