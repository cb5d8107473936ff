/** What is on the screen now: written by the parts of the page that show it, read by exports, links and the console. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Series } from '#model/series.ts';
import type { UrlState } from '../url/url-state.ts';
import type { ShownComparison } from './shown-comparison.ts';
import type { ShownTree } from './shown.ts';

/** `link`: the part of a link that the page chose itself, with ranges as they are now. */
export type View =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'tree'; readonly tree: ShownTree }
  /** Undefined until the first answer is there. */
  | {
      readonly kind: 'comparison';
      readonly comparison: ShownComparison | undefined;
      readonly link: Partial<UrlState>;
    }
  | { readonly kind: 'grid'; readonly link: Partial<UrlState> };

export interface OnScreen {
  /** Whether the page is there: its first answer may come before. */
  readonly hasStarted: boolean;
  readonly view: View;
  /** Whether nothing better is on its way: a first answer is followed by the whole. */
  readonly isComplete: boolean;
  /** The time series as drawn. */
  readonly series: readonly Series[];
  /** The link whose snapshot is shown, or could not be opened. */
  readonly snapshot: string | undefined;
}

const nothing: OnScreen = {
  hasStarted: false,
  view: { kind: 'nothing' },
  isComplete: true,
  series: [],
  snapshot: undefined,
};

export const onScreen = createStore<OnScreen>(() => nothing);

/**
 * The only writer: the fact holds while the component is mounted and gives this value.
 * @param value undefined writes nothing
 */
export function useOnScreen<Fact extends keyof OnScreen>(fact: Fact, value: OnScreen[Fact] | undefined): void {
  useEffect(() => {
    if (value === undefined) return;
    onScreen.setState({ [fact]: value });
    return () => onScreen.setState({ [fact]: nothing[fact] });
  }, [fact, value]);
}

export function useCurrentView(): View {
  return useStore(onScreen, ({ view }) => view);
}

export function treeOf(view: View): ShownTree | undefined {
  return view.kind === 'tree' ? view.tree : undefined;
}

export function comparisonOf(view: View): ShownComparison | undefined {
  return view.kind === 'comparison' ? view.comparison : undefined;
}

export function treeOnScreen(): ShownTree | undefined {
  return treeOf(onScreen.getState().view);
}

export function comparisonOnScreen(): ShownComparison | undefined {
  return comparisonOf(onScreen.getState().view);
}
