/**
 * The range that was selected in the series: the link holds it as its range, while the series goes on showing the range
 * around it. That one is known to the tab alone: whoever opens the link gets the selection as the whole.
 */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { absolute, resolveTimeRange, type TimeRange } from '#model/time-range.ts';
import { zoneName } from '../time/zone-name.ts';
import { useNow } from '../time/refresh-clock.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, urlStore, useUrl } from '../url/url-store.ts';
import type { AppliedSelection } from '../views/timeline/timeline.tsx';
import { DEFAULT_RANGE } from './said-in-link.ts';

type Ends = Pick<UrlState, 'from' | 'until'>;

interface Narrowed {
  /** As the link has it. */
  readonly selected: Ends;
  readonly whole: Ends;
  readonly wholeRange: TimeRange;
}

const narrowing = createStore<{ readonly last: Narrowed | undefined }>(() => ({ last: undefined }));

export interface SelectedRange extends AppliedSelection {
  /** What the series shows. */
  readonly around: TimeRange | undefined;
}

/** @param range what the link asks for @param pinned what a first step writes into the link */
export function useSelectedRange(range: TimeRange | undefined, pinned: Partial<UrlState>): SelectedRange {
  const last = useStore(narrowing, (store) => store.last);
  const from = useUrl((state) => state.from);
  const until = useUrl((state) => state.until);
  const zone = useUrl((state) => state.tz);
  const nowMs = useNow();
  const known = last?.selected.from === from && last?.selected.until === until ? last : undefined;
  const around = useMemo(() => {
    if (!known || !range) return range;
    const { from: start = DEFAULT_RANGE.from, until: end = DEFAULT_RANGE.until } = known.whole;
    const resolved = resolveTimeRange({ from: start, until: end }, nowMs, zoneName(zone));
    const whole = resolved.ok && isWithin(range, resolved.range) ? resolved.range : known.wholeRange;
    // Without a requested range the page shows the stored profiles.
    return known.whole.from === undefined ? known.wholeRange : whole;
  }, [known, range, nowMs, zone]);
  return {
    selection: known && range,
    around,
    onApply(selection) {
      if (selection === undefined) {
        if (known) navigate(known.whole, 'push');
        return;
      }
      if (!around) return;
      const state = urlStore.getState().state;
      const selected = absolute(selection.startMs, selection.endMs);
      const whole = known?.whole ?? { from: state.from, until: state.until };
      narrowing.setState({ last: { selected, whole, wholeRange: around } });
      // The browser's Back leads from a selection to the whole range, however often its edges were moved.
      navigate({ ...pinned, ...selected }, known ? 'replace' : 'push');
    },
  };
}

function isWithin(inner: TimeRange, outer: TimeRange): boolean {
  return inner.startMs >= outer.startMs && inner.endMs <= outer.endMs;
}
