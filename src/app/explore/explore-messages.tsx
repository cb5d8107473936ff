/** What Explore says instead of a graph: nothing in the range, a source that refuses or is away. */
import { type ReactElement, useMemo } from 'react';
import { SourceError, type StoredRange } from '#datasource/datasource.ts';
import { printLabelSelector } from '#model/label-selector.ts';
import type { LabelMatcher } from '#model/labels.ts';
import { absolute } from '#model/time-range.ts';
import { formatDuration } from '#model/time-text.ts';
import { Button } from '../components/button.tsx';
import { warningText } from '../components/left-out.tsx';
import { Panel } from '../components/message.tsx';
import { isExportedPage } from '../state/exported-page.ts';
import { useAskAgain, useServerStatus, useUnmatched } from '../queries/source-queries.ts';
import { navigate } from '../url/url-store.ts';
import { DEFAULT_RANGE } from './said-in-link.ts';
import type { Explored } from './use-explored.ts';

const DAY_MS = 86_400_000;
const MAX_NAME_LENGTH = 120;
const NO_MATCHERS: readonly LabelMatcher[] = [];

/** Names the service, range, label or type that left no profiles, and offers to remove it. */
export function NothingMatches({
  explored,
  stored,
}: {
  explored: Explored;
  stored: StoredRange | undefined;
}): ReactElement {
  const { damage = [] } = useServerStatus().data ?? {};
  const { time, service, subject, matchers, catalogue } = explored;
  const { range } = time;
  const labels = matchers.slice(service === undefined ? 0 : 1);
  const found = catalogue?.services.find(({ name }) => name === service);
  const isAway = catalogue !== undefined && service !== undefined && found === undefined;
  const { oldestMs, newestMs } = stored ?? {};
  const ever = useUnmatched(
    [],
    isAway ? matchers.slice(0, 1) : NO_MATCHERS,
    useMemo(() => stored && { startMs: stored.oldestMs, endMs: stored.newestMs }, [stored]),
  );
  const isUnknown = isAway && ever.data !== undefined && ever.data.length > 0;
  const isElsewhere = isAway && ever.data?.length === 0;
  const isGone = range !== undefined && oldestMs !== undefined && oldestMs > range.endMs;
  const isTooEarly = !isUnknown && range !== undefined && newestMs !== undefined && newestMs < range.startMs;
  const isDay = range !== undefined && range.endMs - range.startMs >= DAY_MS;
  const name = service?.slice(0, MAX_NAME_LENGTH);
  const ofService =
    name === undefined ? 'There are no profiles in this range' : `${name} has no profiles in this range`;
  const why = isGone
    ? `${ofService}: the oldest stored profile is ${formatDuration(oldestMs - range.endMs)} newer. Older ones were removed by the server’s retention, or never arrived. A snapshot (in Share) preserves what a link shows.`
    : isUnknown
      ? `${name} has no profiles at any time: the source has no service with this name.`
      : isTooEarly
        ? `${ofService}: the newest profile is ${formatDuration(range.endMs - newestMs)} older than the end of the range.`
        : isAway || (service === undefined && labels.length === 0)
          ? `${ofService}${isElsewhere ? ', but it has some at other times' : ''}.`
          : labels.length > 0
            ? `No profile of ${name ?? 'any service'} has ${printLabelSelector(labels)} in this range.`
            : `${name} has no profile of this type in this range.`;
  const isByType = found !== undefined && subject !== undefined && !found.types.includes(subject.profileType);
  const wider = isTooEarly
    ? absolute(newestMs - (range.endMs - range.startMs), newestMs)
    : isElsewhere && stored
      ? absolute(stored.oldestMs, stored.newestMs)
      : { from: isDay ? 'now-7d' : 'now-24h', until: 'now' };
  return (
    <Panel kind="info" title="Nothing here">
      <p>{why.slice(0, 600)}</p>
      {damage.length > 0 && <p>Stored data is damaged, and some of it may be missing here. {warningText(damage)}</p>}
      {labels.length > 0 && !isAway && (
        <Button kind="edged" onClick={() => navigate({ q: [] }, 'push')}>
          Remove the {labels.length === 1 ? 'label' : `${labels.length} labels`}
        </Button>
      )}
      {isByType && (
        <Button kind="edged" onClick={() => navigate({ svc: service, type: undefined }, 'push')}>
          Usual profile type
        </Button>
      )}
      {range && !isUnknown && (
        <Button kind="edged" onClick={() => navigate(wider, 'push')}>
          {isTooEarly
            ? 'Go to the newest profiles'
            : isElsewhere
              ? 'Show everything that is stored'
              : isDay
                ? 'Show the last 7 days'
                : 'Show the last 24 h'}
        </Button>
      )}
      {service !== undefined && (
        <Button
          kind={isUnknown ? 'edged' : 'plain'}
          onClick={() => navigate({ svc: undefined, type: undefined, q: [] }, 'push')}
        >
          Busiest service
        </Button>
      )}
      {isUnknown && (
        <Button onClick={() => navigate({ svc: undefined, type: undefined, q: [], grid: 'services' }, 'push')}>
          All services
        </Button>
      )}
    </Panel>
  );
}

/** A panel's error in the source's own words, with what can be done about it. */
export function SourceFailed({ error, what }: { error: Error; what: string }): ReactElement {
  const askAgain = useAskAgain();
  const isPyroscope = useServerStatus().data?.source === 'pyroscope';
  const code = error instanceof SourceError ? error.code : undefined;
  if (error instanceof SourceError && error.code === 'limit') {
    const { longestRangeMs } = error;
    return (
      <Panel kind="warn" title="The range is longer than the source allows" isAlert>
        <p>{error.message.slice(0, 600)}</p>
        {longestRangeMs !== undefined && (
          <Button
            kind="edged"
            onClick={() => navigate({ from: `now-${Math.floor(longestRangeMs / 1000)}s`, until: 'now' }, 'push')}
          >
            Show the last {formatDuration(longestRangeMs)}
          </Button>
        )}
        <Button onClick={() => navigate(DEFAULT_RANGE, 'push')}>Show the last hour</Button>
      </Panel>
    );
  }
  if (error instanceof SourceError && error.code === 'not-kept') {
    return (
      <Panel kind="info" title={isExportedPage() ? 'Not in this file' : 'Not in the snapshot'}>
        <p>{error.message}</p>
        {!isExportedPage() && (
          <Button kind="edged" onClick={() => navigate({ snap: undefined }, 'push')}>
            Show what the server has now
          </Button>
        )}
        <Button onClick={() => history.back()}>Back</Button>
      </Panel>
    );
  }
  const isAway = code === 'offline';
  const title = isAway
    ? 'The server does not answer'
    : code === 'busy'
      ? 'Too many requests to the source'
      : `${what} could not be loaded`;
  return (
    <Panel kind={code === 'busy' ? 'warn' : 'error'} title={title} isAlert>
      <p>{error.message.slice(0, 600)}</p>
      {code === 'unauthorised' && isPyroscope && (
        <p>
          The Pyroscope behind this Flametide refused the credentials: start Flametide with --tenant, or with
          FLAMETIDE_BACKEND_AUTHORIZATION set.
        </p>
      )}
      <Button kind="edged" onClick={askAgain}>
        Try again
      </Button>
      {isAway && <Button onClick={() => navigate({ view: 'files' }, 'push')}>Open a file instead</Button>}
    </Panel>
  );
}

export function RangeMistake({ message }: { message: string }): ReactElement {
  return (
    <Panel kind="warn" title="This range is not valid" isAlert>
      <p>{message}</p>
      <Button kind="edged" onClick={() => navigate(DEFAULT_RANGE, 'push')}>
        Show the last hour
      </Button>
    </Panel>
  );
}
