/** What stands on the screen now, for the console: told by the views that show it. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Series } from '#model/series.ts';
import type { ShownComparison } from './shown-comparison.ts';
import type { UrlState } from '../url/url-state.ts';
import type { ShownTree } from './shown.ts';

export interface OnScreen {
  readonly tree: ShownTree | undefined;
  readonly comparison: ShownComparison | undefined;
  /** What a link to it says, where it is not a tree: ranges that stand, and what the page chose. */
  readonly link: Partial<UrlState> | undefined;
  /** Whether nothing better is on its way: a first answer is followed by the whole. */
  readonly isComplete: boolean;
  /** Of the time series, as drawn. */
  readonly series: readonly Series[];
  /** The link whose snapshot is asked instead of the server. */
  readonly snapshot: string | undefined;
}

export const onScreen = createStore<OnScreen>(() => ({
  tree: undefined,
  comparison: undefined,
  link: undefined,
  isComplete: true,
  series: [],
  snapshot: undefined,
}));

/** For what is done to it from outside of its view. */
export function useOnScreen(): OnScreen {
  return useStore(onScreen);
}
