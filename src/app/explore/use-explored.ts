/**
 * The state of Explore from link, clock and source: range, service, profile type, and the resulting query.
 */
import { useMemo } from 'react';
import { type LabelMatcher, SERVICE_LABEL } from '#model/labels.ts';
import type { ProfileQuery, SpanOrTrace } from '#model/query.ts';
import { resolveTimeRange, type TimeRange, type TimeRangeText } from '#model/time-range.ts';
import { useCatalogue, useSeries, useStoredRange } from '../queries/source-queries.ts';
import { DEFAULT_RANGE } from './said-in-link.ts';
import { zoneName } from '../time/zone-name.ts';
import { useNow } from '../time/refresh-clock.ts';
import { useUrl } from '../url/url-store.ts';
import { useFirstPicture } from '../views/flamegraph/first-picture.ts';
import { overviewQuestion } from '../source/questions.ts';
import { type Catalogue, chooseSubject, costsOf, type Subject } from '../source/subject.ts';
import { USUAL_INTERVAL_MS } from '../source/upload-interval.ts';

/** While there is less than the range asks for, the page looks again this often. */
const FIRST_RUN_REFRESH_S = 10;

interface ShownRange {
  readonly text: TimeRangeText;
  readonly range: TimeRange | undefined;
  /** What is wrong with the range of the link. */
  readonly mistake: string | undefined;
  /** All stored profiles, which cover less than the usual hour. */
  readonly isNarrowed: boolean;
}

export interface Explored {
  readonly time: ShownRange;
  readonly zone: string;
  /** Seconds between refreshes, 0 off. */
  readonly refreshS: number;
  /** Whether all that is stored is younger than the start of the range; undefined while it is not known. */
  readonly isYoung: boolean | undefined;
  /** Whether the source holds not one profile. */
  readonly isEmptyStore: boolean;
  readonly catalogue: Catalogue | undefined;
  /** The link's, else the chosen one; it is known though it may have no profiles. */
  readonly service: string | undefined;
  readonly subject: Subject | undefined;
  /** The source has no profile type that could be shown: nothing in the range, or nothing of the service. */
  readonly isNothing: boolean;
  /** All matchers: the service first. */
  readonly matchers: readonly LabelMatcher[];
  readonly query: ProfileQuery | undefined;
  /** Why there is nothing to choose from. */
  readonly error: Error | null;
  /** Why the services are not known, though the link may name what is shown. */
  readonly catalogueError: Error | null;
}

export function useExplored(): Explored {
  const from = useUrl((state) => state.from);
  const until = useUrl((state) => state.until);
  const zone = useUrl((state) => state.tz);
  const ref = useUrl((state) => state.ref);
  const svc = useUrl((state) => state.svc);
  const type = useUrl((state) => state.type);
  const q = useUrl((state) => state.q);
  const span = useUrl((state) => state.span);
  const trace = useUrl((state) => state.trace);
  const nowMs = useNow();

  const isOpen = from === undefined && until === undefined;
  const hasGraph = useUrl(
    ({ view, grid, pane }) => view === 'explore' && grid === 'none' && (pane === 'both' || pane === 'flame'),
  );
  const hasPicture = useFirstPicture();
  // A link that names all of it shows its graph before the lists of what else there is.
  const isNamed = [svc, type, from, until].every((value) => value !== undefined);
  const mayAsk = hasPicture || !isNamed || !hasGraph;
  const stored = useStoredRange(mayAsk);
  const oldestMs = stored.data?.oldestMs;
  // A source that does not report its stored range is asked for the usual one.
  const isKnown = !isOpen || stored.data !== undefined || stored.error !== null;
  const time = useMemo((): ShownRange => {
    const text = { from: from ?? DEFAULT_RANGE.from, until: until ?? DEFAULT_RANGE.until };
    const resolved = resolveTimeRange(text, nowMs, zoneName(zone));
    if (!resolved.ok) return { text, range: undefined, mistake: resolved.message, isNarrowed: false };
    const { range } = resolved;
    if (isOpen && !isKnown) return { text, range: undefined, mistake: undefined, isNarrowed: false };
    const isNarrowed = isOpen && oldestMs !== undefined && oldestMs > range.startMs && oldestMs < range.endMs;
    return { text, range: isNarrowed ? narrowed(range, oldestMs) : range, mistake: undefined, isNarrowed };
  }, [from, until, zone, nowMs, isOpen, isKnown, oldestMs]);

  // Before the first profile the clock does not move: the range may end before that profile.
  const isYoung =
    stored.data === null ||
    (isOpen && time.range !== undefined && oldestMs !== undefined && oldestMs >= time.range.startMs);

  const catalogue = useCatalogue(mayAsk ? time.range : undefined);
  // A Pyroscope reports for minutes that it is empty although it answers with profiles.
  const isEmptyStore = stored.data === null && catalogue.data?.services.length === 0;
  const isServiceOpen = svc === undefined;
  const question = isServiceOpen ? overviewQuestion(catalogue.data, time.range) : undefined;
  const overview = useSeries(question);
  // The upload interval does not matter here: services are compared by one type.
  const busiest =
    question && overview.data && costsOf(question, overview.data, SERVICE_LABEL, USUAL_INTERVAL_MS)[0]?.name;
  const subject = useMemo(
    () => chooseSubject({ svc, type }, catalogue.data, busiest),
    [svc, type, catalogue.data, busiest],
  );
  const service = subject?.service ?? svc;
  const matchers = useMemo(
    (): readonly LabelMatcher[] =>
      service === undefined ? q : [{ name: SERVICE_LABEL, operator: '=', value: service }, ...q],
    [service, q],
  );
  const within = useMemo((): SpanOrTrace | undefined => {
    if (span !== undefined) return { kind: 'span', id: span };
    return trace === undefined ? undefined : { kind: 'trace', id: trace };
  }, [span, trace]);
  const query = useMemo(
    () =>
      subject === undefined || time.range === undefined
        ? undefined
        : { profileType: subject.profileType, matchers, range: time.range, ...(within && { within }) },
    [subject, matchers, time.range, within],
  );
  return {
    time,
    zone,
    refreshS: ref ?? (isYoung ? FIRST_RUN_REFRESH_S : 0),
    isYoung: stored.data === undefined && stored.error === null ? undefined : isYoung,
    isEmptyStore,
    catalogue: catalogue.data,
    service,
    subject,
    isNothing:
      subject === undefined &&
      catalogue.data !== undefined &&
      !catalogue.isPlaceholderData &&
      (service !== undefined || catalogue.data.services.length === 0),
    matchers,
    query,
    // Only if the page has to choose from a list that could not be loaded.
    error: subject === undefined ? (catalogue.error ?? overview.error) : null,
    catalogueError: catalogue.error,
  };
}

/** The service and type that the page chose, for the link: after the first step the link names them. */
export function named({ subject }: Pick<Explored, 'subject'>): { readonly svc?: string; readonly type?: string } {
  return subject === undefined ? {} : { svc: subject.service, type: subject.profileType };
}

/** From the first profile on, to the second. */
function narrowed({ endMs }: TimeRange, oldestMs: number): TimeRange {
  return { startMs: Math.floor(oldestMs / 1000) * 1000, endMs };
}
