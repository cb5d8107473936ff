/** State that lasts as long as the tab: the hovered frame, the open menu, an alert. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Transform } from '#model/transforms/registry.ts';

/** Position of a tooltip or a menu, in css px of the page. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What was refused or failed, by name, and why. */
export interface RefusedFile {
  readonly file: string;
  /** `was not opened` */
  readonly verb: string;
  /** Sentences: what, where, what to do. */
  readonly reason: string;
}

interface UiStore {
  /** The function under the pointer, in the graph or the table; -1 none. */
  readonly hoveredFunction: number;
  readonly refusals: readonly RefusedFile[];
  /** The last action, for screen readers. */
  readonly announcement: string;
  /** The same, shown for a while. */
  readonly toast: string;
  readonly dialog: 'none' | 'keys' | 'paste' | 'share' | 'transform';
  /** In the dialog `transform`: the place of the transform in the link, or the kind of a new one. */
  readonly edited: number | Transform['kind'];
  /** True after Stop: pending queries were cancelled. */
  readonly isStopped: boolean;
  /** Time of the last dismissed report, ms. */
  readonly reportsDismissedMs: number;
}

export const uiStore = createStore<UiStore>(() => ({
  hoveredFunction: -1,
  refusals: [],
  announcement: '',
  toast: '',
  dialog: 'none',
  edited: 0,
  isStopped: false,
  reportsDismissedMs: 0,
}));

export function useUi<T>(select: (state: UiStore) => T): T {
  return useStore(uiStore, select);
}

export function hoverFunction(func: number): void {
  if (uiStore.getState().hoveredFunction !== func) uiStore.setState({ hoveredFunction: func });
}

export function setStopped(isStopped: boolean): void {
  uiStore.setState({ isStopped });
}

export function announce(announcement: string): void {
  uiStore.setState({ announcement });
}

const TOAST_MS = 5000;
let toastEnd: ReturnType<typeof setTimeout> | undefined;

/** Announces and shows the result of an action without a visible effect. */
export function notify(text: string): void {
  announce(text);
  uiStore.setState({ toast: text });
  clearTimeout(toastEnd);
  toastEnd = setTimeout(() => uiStore.setState({ toast: '' }), TOAST_MS);
}

export function editTransform(edited: UiStore['edited']): void {
  uiStore.setState({ dialog: 'transform', edited });
}

export function openDialog(dialog: UiStore['dialog']): void {
  uiStore.setState({ dialog });
}

/** The newest refusal first; a handful is enough to act on. */
export function refuse(refusal: RefusedFile): void {
  uiStore.setState(({ refusals }) => ({ refusals: [refusal, ...refusals].slice(0, 5) }));
}

export function dismissRefusals(): void {
  uiStore.setState({ refusals: [] });
}
