/** The time controls of Explore, and of Compare where a side follows the range in view. */
import { type ReactElement, useEffect, useRef } from 'react';
import { isRelative, type TimeRangeText } from '#model/time-range.ts';
import { rememberRange, usePreference } from '../state/preferences.ts';
import { refresh, useAutoRefresh, useNow } from '../time/refresh-clock.ts';
import { useAskAgain } from '../queries/source-queries.ts';
import { TimeControls } from '../time/time-controls.tsx';
import { followsView, isRefreshed } from '../sides/sides.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { named, useExplored } from './use-explored.ts';

export function ExploreTime(): ReactElement {
  const explored = useExplored();
  const { time, zone, refreshS } = explored;
  const nowMs = useNow();
  const askAgain = useAskAgain();
  const recent = usePreference('recentRanges');
  const hasRefresh = useUrl(isRefreshed);
  useAutoRefresh(hasRefresh ? refreshS : 0);
  const { isEmptyStore } = explored;
  const wasEmpty = useRef(isEmptyStore);
  useEffect(() => {
    // The newest profiles end after the time at which the page was opened.
    if (wasEmpty.current && !isEmptyStore) refresh();
    wasEmpty.current = isEmptyStore;
  }, [isEmptyStore]);
  const isFollowed = useUrl((state) => state.view !== 'compare' || followsView(state));
  const show = ({ from, until }: TimeRangeText): void => {
    // The last hour means the hour that ends now.
    if (isRelative({ from, until })) refresh();
    navigate({ ...named(explored), from, until }, 'push');
  };
  return (
    <TimeControls
      text={time.text}
      range={time.range}
      isNarrowed={time.isNarrowed}
      zone={zone}
      refreshS={refreshS}
      hasRange={isFollowed}
      hasRefresh={hasRefresh}
      nowMs={nowMs}
      recent={recent}
      onRange={show}
      onTyped={(range) => {
        rememberRange(range);
        show(range);
      }}
      onZone={(tz) => navigate({ tz }, 'replace')}
      onRefreshS={(ref) => navigate({ ref }, 'replace')}
      onRefresh={askAgain}
    />
  );
}
