/** What stands on the screen now, for the console: told by the views that show it. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Series } from '#model/series.ts';
import type { ShownTree } from './shown.ts';

interface OnScreen {
  readonly tree: ShownTree | undefined;
  /** Whether nothing better is on its way: a first answer is followed by the whole. */
  readonly isComplete: boolean;
  /** Of the time series, as drawn. */
  readonly series: readonly Series[];
}

export const onScreen = createStore<OnScreen>(() => ({ tree: undefined, isComplete: true, series: [] }));

/** The tree on the screen, for what is done to it from outside of its view. */
export function useOnScreen(): ShownTree | undefined {
  return useStore(onScreen, ({ tree }) => tree);
}
