/** What Explore says instead of a graph: nothing stored yet, nothing in the range, a source that refuses or is away. */
import { type ReactElement, type ReactNode, useMemo } from 'react';
import { SourceError, type StoredRange } from '#datasource/datasource.ts';
import { printLabelSelector } from '#model/label-selector.ts';
import type { LabelMatcher } from '#model/labels.ts';
import { absolute } from '#model/time-range.ts';
import { formatDuration } from '#model/time-text.ts';
import { Button } from '../components/button.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { isKeptPage } from '../share/kept-page.ts';
import { useAskAgain, useServerStatus, useUnmet } from '../source-queries.ts';
import { navigate } from '../url/url-store.ts';
import { warningText } from '../views/left-out.tsx';
import styles from '../views/workspace.module.css';
import { DEFAULT_RANGE, type Explored } from './use-explored.ts';

const DAY_MS = 86_400_000;
const MOST_LETTERS = 120;
const NO_MATCHERS: readonly LabelMatcher[] = [];

interface MessageProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
  readonly isError?: boolean;
}

function Message({ icon, title, children, isError = false }: MessageProps): ReactElement {
  return (
    <div className={styles['panel']} role={isError ? 'alert' : 'status'}>
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function WaitingForFirstProfile(): ReactElement {
  return (
    <Message icon="info" title="No profile yet">
      <p>
        Nothing is stored so far. Flametide’s own profile comes within 15 seconds of its start, unless it was started
        with --no-self-profile. Agents push to this address.
      </p>
      <Button kind="edged" onClick={() => navigate({ view: 'files' }, 'push')}>
        Open a file instead
      </Button>
    </Message>
  );
}

/** Says which of service, range, label and type left nothing, and offers to take it back. */
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
  const ever = useUnmet(
    [],
    isAway ? matchers.slice(0, 1) : NO_MATCHERS,
    useMemo(() => stored && { startMs: stored.oldestMs, endMs: stored.newestMs }, [stored]),
  );
  const isUnknown = isAway && ever.data !== undefined && ever.data.length > 0;
  const isElsewhere = isAway && ever.data?.length === 0;
  const isGone = range !== undefined && oldestMs !== undefined && oldestMs > range.endMs;
  const isTooEarly = !isUnknown && range !== undefined && newestMs !== undefined && newestMs < range.startMs;
  const isDay = range !== undefined && range.endMs - range.startMs >= DAY_MS;
  const name = service?.slice(0, MOST_LETTERS);
  const ofService =
    name === undefined ? 'There are no profiles in this range' : `${name} has no profiles in this range`;
  const why = isGone
    ? `${ofService}: the oldest profile that is kept is ${formatDuration(oldestMs - range.endMs)} younger. What was there has been removed by the server’s retention, or never came. A snapshot (in Share) keeps what a link shows.`
    : isUnknown
      ? `${name} has no profiles at any time: the source knows no service of this name.`
      : isTooEarly
        ? `${ofService}: the newest profile is ${formatDuration(range.endMs - newestMs)} older than its end.`
        : isAway || (service === undefined && labels.length === 0)
          ? `${ofService}${isElsewhere ? ', though it has some at other times' : ''}.`
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
    <Message icon="info" title="Nothing here">
      <p>{why.slice(0, 600)}</p>
      {damage.length > 0 && <p>Stored data is damaged, and may be what is missing here. {warningText(damage)}</p>}
      {labels.length > 0 && !isAway && (
        <Button kind="edged" onClick={() => navigate({ q: [] }, 'push')}>
          Remove the {labels.length === 1 ? 'label' : `${labels.length} labels`}
        </Button>
      )}
      {isByType && (
        <Button kind="edged" onClick={() => navigate({ svc: service, type: undefined }, 'push')}>
          Its usual profile type
        </Button>
      )}
      {range && !isUnknown && (
        <Button kind="edged" onClick={() => navigate(wider, 'push')}>
          {isTooEarly
            ? 'Go to the newest profiles'
            : isElsewhere
              ? 'Look at all that is kept'
              : isDay
                ? 'Look at the last 7 days'
                : 'Look at the last 24 h'}
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
    </Message>
  );
}

/** A panel's error in the source's own words, with what can be done about it. */
export function SourceFailed({ error, what }: { error: Error; what: string }): ReactElement {
  const askAgain = useAskAgain();
  if (error instanceof SourceError && error.code === 'limit') {
    const { longestRangeMs } = error;
    return (
      <Message
        icon="warn"
        title={
          longestRangeMs === undefined
            ? 'The question is larger than the source allows'
            : 'The range is longer than the source allows'
        }
        isError
      >
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
      </Message>
    );
  }
  if (error instanceof SourceError && error.code === 'not-kept') {
    return (
      <Message icon="info" title={isKeptPage() ? 'Not in this file' : 'Not in the snapshot'}>
        <p>{error.message}</p>
        {!isKeptPage() && (
          <Button kind="edged" onClick={() => navigate({ snap: undefined }, 'push')}>
            Show what the server has now
          </Button>
        )}
        <Button onClick={() => history.back()}>Back</Button>
      </Message>
    );
  }
  const isAway = error instanceof SourceError && error.code === 'offline';
  return (
    <Message icon="error" title={isAway ? 'The server does not answer' : `${what} could not be loaded`} isError>
      <p>{error.message.slice(0, 600)}</p>
      <Button kind="edged" onClick={askAgain}>
        Try again
      </Button>
      {isAway && <Button onClick={() => navigate({ view: 'files' }, 'push')}>Open a file instead</Button>}
    </Message>
  );
}

export function RangeMistake({ message }: { message: string }): ReactElement {
  return (
    <Message icon="warn" title="This range cannot be read" isError>
      <p>{message}</p>
      <Button kind="edged" onClick={() => navigate(DEFAULT_RANGE, 'push')}>
        Show the last hour
      </Button>
    </Message>
  );
}
