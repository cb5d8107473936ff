/** The time controls over what Explore looks at. */
import type { ReactElement } from 'react';
import { rememberRange, usePreference } from '../preferences.ts';
import { useAutoRefresh, useNow } from '../time/refresh-clock.ts';
import { useAskAgain } from '../source-queries.ts';
import { TimeControls } from '../time/time-controls.tsx';
import { navigate } from '../url/url-store.ts';
import { named, useExplored } from './use-explored.ts';

export function ExploreTime(): ReactElement {
  const explored = useExplored();
  const { time, zone, refreshS } = explored;
  const nowMs = useNow();
  const askAgain = useAskAgain();
  const recent = usePreference('recentRanges');
  useAutoRefresh(refreshS);
  return (
    <TimeControls
      text={time.text}
      range={time.range}
      isNarrowed={time.isNarrowed}
      zone={zone}
      refreshS={refreshS}
      nowMs={nowMs}
      recent={recent}
      onRange={({ from, until }) => {
        rememberRange({ from, until });
        navigate({ ...named(explored), from, until }, 'push');
      }}
      onZone={(tz) => navigate({ tz }, 'replace')}
      onRefreshS={(ref) => navigate({ ref }, 'replace')}
      onRefresh={askAgain}
    />
  );
}
