/** Every question to a source of continuous profiles about one profile: its key, how it is asked, and its facts. */
import {
  type QueryClient,
  keepPreviousData,
  useIsFetching,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState } from 'react';
import type { Analysis, OpenedProfile, ProfileHandle, TreeAnswer } from '#analysis/analysis.ts';
import type { DataSource, SeriesQuestion, StoredRange } from '#datasource/datasource.ts';
import type { PostedMarker } from '#datasource/posted-markers.ts';
import type { ServerStatus } from '#datasource/server-status.ts';
import type { SnapshotAnswers } from '#datasource/snapshot.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import { type LabelMatcher, labelSet, labelValue, SERVICE_LABEL } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { type Catalogue, catalogueOf, TYPE_LABEL } from '../source/subject.ts';
import { FIRST_TREE_NODES } from '../source/early-query.ts';
import { labelSourceOf } from '../source/label-source.ts';
import { mayStandIn } from '../source/questions.ts';
import { isExportedPage } from '../state/exported-page.ts';
import { asksSource, handlesOf, sourceQuery } from './query-facts.ts';
import { treeKey, useAnalysis } from './analysis-queries.ts';
import type { LabelNameRow } from '../source/suggestions.ts';
import { refresh } from '../time/refresh-clock.ts';
import { urlStore } from '../url/url-store.ts';

export const SourceContext = createContext<DataSource | undefined>(undefined);

export function useSource(): DataSource {
  const source = useContext(SourceContext);
  if (!source) throw new Error('No source above this component.');
  return source;
}

/** A merged profile, open in the worker. */
export interface MergedProfile {
  readonly profile: OpenedProfile;
  readonly query: ProfileQuery;
  /** As received. */
  readonly bytes: number;
  readonly queryMs: number;
  /** Whether nothing was cut and files and lines are there. */
  readonly isWhole: boolean;
}

const EMPTY_STORE_LOOK_MS = 2000;
/** Longer than a key that repeats. */
const REST_MS = 50;
const STATUS_EVERY_MS = 30_000;
/** While the server is not ready. */
const PROBLEM_EVERY_MS = 3000;
const CLOSE_AFTER_MS = 10_000;

export const sourceQueries = {
  storedRange: (source: DataSource) =>
    // An answer of react-query is never undefined.
    sourceQuery(['stored', source.id], async ({ signal }) => (await source.storedRange(signal)) ?? null, {
      isDrawnFirst: true,
      keep: (stored) => ({ stored: stored ?? undefined }),
    }),
  catalogue: (source: DataSource, range: TimeRange) =>
    sourceQuery(
      ['catalogue', source.id, range],
      ({ signal }) => source.labelSets([SERVICE_LABEL, TYPE_LABEL], [], range, signal).then(catalogueOf),
      {
        isDrawnFirst: true,
        keep: (catalogue, services) => ({ labelSets: [catalogueSets(catalogue, range, services)] }),
      },
    ),
  series: (source: DataSource, question: SeriesQuestion) =>
    sourceQuery(['series', source.id, question], ({ signal }) => source.series(question, signal), {
      isDrawnFirst: true,
      keep: (series, services) => ({ series: seriesOfServices(question, series, services) }),
    }),
  labelNames: (source: DataSource, matchers: readonly LabelMatcher[], range: TimeRange) =>
    sourceQuery(
      ['label names', source.id, matchers, range],
      ({ signal }) => source.labelNames(matchers, range, signal),
      { keep: (answer) => ({ labelNames: [{ question: { matchers, range }, answer }] }) },
    ),
  labelRows: (source: DataSource, matchers: readonly LabelMatcher[], range: TimeRange) =>
    sourceQuery(['label rows', source.id, matchers, range], ({ signal }) =>
      labelSourceOf(source, range, undefined).loadNames(matchers, signal),
    ),
  unmatched: (
    source: DataSource,
    fixed: readonly LabelMatcher[],
    matchers: readonly LabelMatcher[],
    range: TimeRange,
  ) => {
    const questions = matchers.map((matcher) => ({ names: [SERVICE_LABEL], matchers: [...fixed, matcher], range }));
    return sourceQuery(
      ['unmatched', source.id, fixed, matchers, range],
      async ({ signal }) => {
        const sets = await Promise.all(
          questions.map((question) => source.labelSets(question.names, question.matchers, range, signal)),
        );
        return sets.flatMap(({ length }, i) => (length === 0 ? [i] : []));
      },
      {
        keep: (unmatched) => ({
          labelSets: questions.map((question, i) => ({
            question,
            answer: unmatched.includes(i) ? [] : [labelSet(fixed)],
          })),
        }),
      },
    );
  },
  markers: (source: DataSource, range: TimeRange, service: string | undefined) =>
    sourceQuery(
      ['posted markers', source.id, range, service ?? null],
      ({ signal }) => source.postedMarkers(range, service, signal),
      { keep: (markers) => ({ markers }) },
    ),
  first: (source: DataSource, analysis: Analysis, query: ProfileQuery) =>
    sourceQuery(
      ['first', source.id, query],
      ({ signal, client }) =>
        open(client, analysis, query, false, () => source.mergedTree(query, FIRST_TREE_NODES, signal), signal),
      {
        isDrawnFirst: true,
        opens: ({ profile: { handle, warnings } }) => [{ query, handle, warnings, detail: 'largest' }],
      },
    ),
  whole: (source: DataSource, analysis: Analysis, query: ProfileQuery) =>
    sourceQuery(
      ['whole', source.id, query],
      ({ signal, client }) => open(client, analysis, query, true, () => source.mergedPprof(query, signal), signal),
      { opens: ({ profile: { handle, warnings } }) => [{ query, handle, warnings, detail: 'lines' }] },
    ),
};

/** The page loads all services, to offer them: a snapshot has neither names nor costs of the others. */
function catalogueSets(
  { services }: Catalogue,
  range: TimeRange,
  kept: ReadonlySet<string>,
): SnapshotAnswers['labelSets'][number] {
  const pairs = services
    .filter(({ name }) => kept.has(name))
    .flatMap(({ name, types }) => types.map((type) => [name, type]));
  return {
    question: { names: [SERVICE_LABEL, TYPE_LABEL], matchers: [], range },
    answer: pairs.map(([name, type]) =>
      labelSet([
        { name: SERVICE_LABEL, value: name },
        { name: TYPE_LABEL, value: type },
      ]),
    ),
  };
}

function seriesOfServices(
  question: SeriesQuestion,
  series: readonly Series[],
  kept: ReadonlySet<string>,
): SnapshotAnswers['series'] {
  const service = serviceOf(question.query.matchers);
  if (service !== undefined) return kept.has(service) ? [{ question, answer: series }] : [];
  return [{ question, answer: series.filter(({ labels }) => kept.has(labelValue(labels, SERVICE_LABEL))) }];
}

/** The service that matchers ask for; undefined if they ask for several. */
export function serviceOf(matchers: readonly LabelMatcher[]): string | undefined {
  return matchers.find(({ name, operator }) => name === SERVICE_LABEL && operator === '=')?.value;
}

/** With the tree that the link asks for, so that the page is drawn anew once and not twice. */
async function open(
  queries: QueryClient,
  analysis: Analysis,
  query: ProfileQuery,
  isWhole: boolean,
  ask: () => Promise<EncodedProfile>,
  signal: AbortSignal,
): Promise<MergedProfile> {
  const began = performance.now();
  const encoded = await ask();
  const queryMs = performance.now() - began;
  const bytes = encoded.bytes.length;
  const { order, t: transforms } = urlStore.getState().state;
  const { profile, tree } = await analysis.openWithTree(encoded, { order, transforms }, signal);
  const request = { handle: profile.handle, sampleType: profile.defaultSampleType, order, transforms };
  queries.setQueryData<TreeAnswer>(treeKey(request, 'tree'), tree);
  return { profile, query, bytes, queryMs, isWhole };
}

/** Profiles that no query holds any more are closed in the worker, some time after their successor has arrived. */
export function closeDroppedProfiles(queries: QueryClient, analysis: Analysis): void {
  const held = new Map<string, readonly ProfileHandle[]>();
  queries.getQueryCache().subscribe(({ type, query }) => {
    const { queryHash } = query;
    const before = held.get(queryHash) ?? [];
    const now = type === 'removed' ? [] : handlesOf(query);
    if (now.length === before.length && now.every((handle, i) => handle === before[i])) return;
    if (now.length === 0) held.delete(queryHash);
    else held.set(queryHash, now);
    // What is on the screen may still be asked about.
    if (before.length > 0) setTimeout(() => before.forEach((handle) => analysis.close(handle)), CLOSE_AFTER_MS);
  });
}

/** Whether queries to the source are running, and a function that stops them; `useAskAgain` restarts them. */
export function useAsking(): { readonly isAsking: boolean; stop(): void } {
  const queries = useQueryClient();
  const isAsking = useIsFetching({ predicate: asksSource }) > 0;
  return { isAsking, stop: () => void queries.cancelQueries({ predicate: asksSource }) };
}

/** Asks everything again with a new `now`, also the queries that this does not change. */
export function useAskAgain(): () => void {
  const queries = useQueryClient();
  return () => {
    refresh();
    void queries.invalidateQueries({ predicate: asksSource });
  };
}

/** Looks again now and then: a disk fills up, an agent begins to send what cannot be taken. */
export function useServerStatus(): UseQueryResult<ServerStatus> {
  return useQuery({
    queryKey: ['server status'],
    // Loaded when asked: the first picture does not need it.
    queryFn: async ({ signal }) =>
      (await import('#datasource/server-status.ts')).fetchServerStatus(document.baseURI, signal),
    enabled: !isExportedPage(),
    refetchInterval: ({ state }) => (state.data?.problem === undefined ? STATUS_EVERY_MS : PROBLEM_EVERY_MS),
  });
}

/** Looks again while there is nothing. @param isAsked false: no query */
export function useStoredRange(isAsked = true): UseQueryResult<StoredRange | null> {
  return useQuery({
    ...sourceQueries.storedRange(useSource()),
    enabled: isAsked,
    refetchInterval: ({ state }) => (state.data === null ? EMPTY_STORE_LOOK_MS : false),
  });
}

export function useCatalogue(range: TimeRange | undefined): UseQueryResult<Catalogue> {
  return useQuery({
    ...sourceQueries.catalogue(useSource(), range ?? NO_RANGE),
    enabled: range !== undefined,
    placeholderData: keepPreviousData,
  });
}

/**
 * While the next series are asked for, those before stay, if they are of the type.
 * @param question undefined: no query
 */
export function useSeries(question: SeriesQuestion | undefined): UseQueryResult<readonly Series[]> {
  return useQuery({
    ...sourceQueries.series(useSource(), question ?? NO_QUESTION),
    enabled: question !== undefined,
    placeholderData: (before, query) =>
      mayStandIn(query?.queryKey[2] as SeriesQuestion | undefined, question) ? before : undefined,
  });
}

export function useLabelNames(
  matchers: readonly LabelMatcher[],
  range: TimeRange | undefined,
): UseQueryResult<readonly string[]> {
  return useQuery({
    ...sourceQueries.labelNames(useSource(), matchers, range ?? NO_RANGE),
    enabled: range !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** The positions of the matchers that no profile of the service meets: they must be removed to show anything. */
export function useUnmatched(
  fixed: readonly LabelMatcher[],
  matchers: readonly LabelMatcher[],
  range: TimeRange | undefined,
): UseQueryResult<readonly number[]> {
  return useQuery({
    ...sourceQueries.unmatched(useSource(), fixed, matchers, range ?? NO_RANGE),
    enabled: range !== undefined && matchers.length > 0,
  });
}

/** Label names with how many values each has. */
export function useLabelRows(
  matchers: readonly LabelMatcher[],
  range: TimeRange | undefined,
): UseQueryResult<readonly LabelNameRow[]> {
  return useQuery({
    ...sourceQueries.labelRows(useSource(), matchers, range ?? NO_RANGE),
    enabled: range !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** Markers of the range and service, and those without a service. @param service undefined: no query */
export function usePostedMarkers(
  range: TimeRange | undefined,
  service: string | undefined,
): UseQueryResult<readonly PostedMarker[]> {
  return useQuery({
    ...sourceQueries.markers(useSource(), range ?? NO_RANGE, service ?? ''),
    enabled: range !== undefined && service !== undefined,
  });
}

/** All markers in the range, with or without a service. */
export function useAllPostedMarkers(range: TimeRange | undefined): UseQueryResult<readonly PostedMarker[]> {
  return useQuery({
    ...sourceQueries.markers(useSource(), range ?? NO_RANGE, undefined),
    enabled: range !== undefined,
  });
}

export interface MergedAnswer {
  /** The whole where it is there, else the first answer; undefined while there is neither. */
  readonly merged: MergedProfile | undefined;
  /** Why there is none. */
  readonly error: Error | null;
  /** Why the first answer is not followed by the whole. */
  readonly wholeError: Error | null;
  /** Whether something better than `merged` is on its way, or waits to be asked for. */
  readonly isComing: boolean;
}

/** The largest nodes at once, then everything: a reader must not wait for files and lines to see where it goes. */
export function useMergedProfile(query: ProfileQuery | undefined): MergedAnswer {
  const source = useSource();
  const analysis = useAnalysis();
  const asked = query ?? NO_QUERY;
  const hasRested = useRest(asked);
  const first = useQuery({ ...sourceQueries.first(source, analysis, asked), enabled: query !== undefined });
  const whole = useQuery({
    ...sourceQueries.whole(source, analysis, asked),
    // One after the other: both at once would have the first wait for the whole.
    enabled: query !== undefined && first.data !== undefined && hasRested,
  });
  return {
    merged: query === undefined ? undefined : (whole.data ?? first.data),
    error: first.error,
    wholeError: whole.error,
    isComing: query !== undefined && whole.data === undefined && first.error === null && whole.error === null,
  };
}

/**
 * Asks for the first tree while the page is still being made, before all else: a server answers in the order it is
 * asked.
 * `useMergedProfile` then finds the answer.
 */
export function useEarlyTree(query: ProfileQuery | undefined): void {
  const source = useSource();
  const analysis = useAnalysis();
  const queries = useQueryClient();
  if (query === undefined) return;
  const asked = sourceQueries.first(source, analysis, query);
  if (queries.getQueryState(asked.queryKey) === undefined) void queries.prefetchQuery(asked);
}

/**
 * True once a value has not changed for a while, so that stepping through services or dragging does not load every
 * complete profile.
 */
function useRest(value: unknown): boolean {
  const [rested, setRested] = useState<unknown>();
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested === value;
}

const NO_RANGE: TimeRange = { startMs: 0, endMs: 0 };
export const NO_QUERY: ProfileQuery = { profileType: '', matchers: [], range: NO_RANGE };
const NO_QUESTION: SeriesQuestion = {
  query: NO_QUERY,
  stepMs: 1000,
  groupBy: [],
  callSite: [],
  limit: undefined,
};
