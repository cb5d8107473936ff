/** Keeps what is on the screen: each answer that it was drawn from, under a short link. */
import type { Query, QueryClient } from '@tanstack/react-query';
import type { SideNoise } from '#analysis/analysis.ts';
import type { DataSource, SeriesQuestion, StoredRange } from '#datasource/datasource.ts';
import { keepSnapshot, type MadeLink, makeShortLink } from '#datasource/short-links.ts';
import { type KeptAnswers, type KeptProfile, packSnapshot } from '#datasource/snapshot.ts';
import { labelSet, type LabelMatcher, SERVICE_LABEL } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { askWhole, MOST_NODES, noiseRanges } from '../compare/comparison-queries.ts';
import { type Catalogue, TYPE_LABEL } from '../explore/subject.ts';
import { FIRST_NODES } from '../source-queries.ts';
import { currentNow } from '../time/refresh-clock.ts';
import { urlStore } from '../url/url-store.ts';
import { linkOnScreen } from '../views/link-on-screen.ts';
import { onScreen } from '../views/on-screen.ts';
import { snapshotQuery } from './snapshot-query.ts';

export interface KeptLink extends MadeLink {
  /** Of the snapshot, as sent. */
  readonly bytes: number;
}

/** @param link absolute @throws Error with what is in the way, in words */
export function shortLinkOf(link: string): Promise<MadeLink> {
  return makeShortLink(document.baseURI, new URL(link).search);
}

/** The server, or what is kept under the link that is open. */
export async function sourceOnScreen(queries: QueryClient, server: DataSource): Promise<DataSource> {
  const { snap } = urlStore.getState().state;
  return snap === undefined ? server : (await queries.fetchQuery(snapshotQuery(snap))).source;
}

const CALLS_AT_ONCE = 4;
const LOOK_MS = 30;
const QUIET_LOOKS = 4;

/** @throws Error with what is in the way, in words */
export async function keepView(queries: QueryClient, source: DataSource, signal: AbortSignal): Promise<KeptLink> {
  const { state } = urlStore.getState();
  if (state.view === 'files' || (state.view === 'compare' && (state['a.file'] ?? state['b.file']) !== undefined))
    throw new Error(
      'A snapshot holds what the server answered, and not what is in a file: send the file, or an export.',
    );
  await allAnswered(queries, source, signal);
  // Link and answers of one moment: the next refresh may come at any time.
  const { search } = new URL(linkOnScreen({ snap: undefined }));
  const { calls, ...answers } = answersOnScreen(queries, source);
  const profiles: KeptProfile[] = [];
  for (let i = 0; i < calls.length; i += CALLS_AT_ONCE)
    profiles.push(...(await Promise.all(calls.slice(i, i + CALLS_AT_ONCE).map((call) => call(signal)))));
  const packed = await packSnapshot({ ...answers, profiles });
  signal.throwIfAborted();
  return { ...(await keepSnapshot(document.baseURI, search, packed)), bytes: packed.length };
}

/** One answer leads to the next question: when nothing has been asked for a while, all is there. */
async function allAnswered(queries: QueryClient, source: DataSource, signal: AbortSignal): Promise<void> {
  for (let looks = 0; looks < QUIET_LOOKS;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    signal.throwIfAborted();
    const open = queries.isFetching({ type: 'active', predicate: ({ queryKey }) => queryKey[1] === source.id });
    looks = open > 0 ? 0 : looks + 1;
  }
}

/** Active queries of one kind: what stands behind the id of the source in their keys, and their answers. */
type AnswersTo = (what: string) => readonly { readonly key: readonly unknown[]; readonly data: unknown }[];
type Call = (signal: AbortSignal) => Promise<KeptProfile>;

/** What active queries hold; of profiles, which the worker has taken over, the calls that answer the same once more. */
function answersOnScreen(
  queries: QueryClient,
  source: DataSource,
): Omit<KeptAnswers, 'profiles'> & { readonly calls: readonly Call[] } {
  const active = queries
    .getQueryCache()
    .findAll({ type: 'active' })
    .filter(({ queryKey, state }) => queryKey[1] === source.id && state.status === 'success');
  const of: AnswersTo = (what) =>
    active
      .filter(({ queryKey }) => queryKey[0] === what)
      .map(({ queryKey, state }: Query) => ({ key: queryKey.slice(2), data: state.data }));
  return {
    nowMs: currentNow(),
    stored: (of('stored')[0]?.data as StoredRange | null | undefined) ?? undefined,
    labelSets: [...catalogues(of), ...unmet(of)],
    labelNames: of('label names').map(({ key: [matchers, range], data }) => ({
      question: { matchers: matchers as readonly LabelMatcher[], range: range as TimeRange },
      answer: data as readonly string[],
    })),
    series: of('series').map(({ key, data }) => ({
      question: key[0] as SeriesQuestion,
      answer: data as readonly Series[],
    })),
    calls: profileCalls(of, source),
  };
}

function profileCalls(of: AnswersTo, source: DataSource): readonly Call[] {
  const asked = (what: string): readonly ProfileQuery[] => of(what).map(({ key }) => key[0] as ProfileQuery);
  const isIn = (list: readonly ProfileQuery[], query: ProfileQuery): boolean =>
    list.some((one) => JSON.stringify(one) === JSON.stringify(query));
  const tree =
    (query: ProfileQuery, maxNodes: number): Call =>
    async (signal) => ({ kind: 'tree', query, encoded: await source.mergedTree(query, maxNodes, signal) });

  const wholes = asked('whole');
  const firsts = asked('first').filter((query) => !isIn(wholes, query));
  const calls = [
    ...wholes.map((query): Call => async (signal) => ({
      kind: 'pprof',
      query,
      encoded: await source.mergedPprof(query, signal),
    })),
    ...firsts.map((query) => tree(query, FIRST_NODES)),
    ...asked('whole side').map((query): Call => async (signal) => {
      const encoded = await askWhole(source, query, signal);
      return { kind: encoded.form.kind === 'slices' ? 'slices' : 'tree', query, encoded };
    }),
  ];
  if (calls.length === 0) throw new Error('There is nothing to keep yet: no profile of the server is on the screen.');
  const shown = onScreen.getState().tree?.file.asked;
  if (shown && !isIn([...wholes, ...firsts], shown))
    throw new Error('Another profile is on its way: keep it once it is there.');
  const noise = of('noise').flatMap(({ key, data }) => {
    const query = key[0] as ProfileQuery;
    const ranges = (data as SideNoise).kind === 'merges' ? noiseRanges(query) : [];
    return ranges.map((range) => tree({ ...query, range }, MOST_NODES));
  });
  return [...calls, ...noise];
}

function catalogues(of: AnswersTo): KeptAnswers['labelSets'] {
  return of('catalogue').map(({ key, data }) => ({
    question: { names: [SERVICE_LABEL, TYPE_LABEL], matchers: [], range: key[0] as TimeRange },
    answer: (data as Catalogue).services.flatMap(({ name, types }) =>
      types.map((type) =>
        labelSet([
          { name: SERVICE_LABEL, value: name },
          { name: TYPE_LABEL, value: type },
        ]),
      ),
    ),
  }));
}

function unmet(of: AnswersTo): KeptAnswers['labelSets'] {
  return of('unmet').flatMap(({ key: [fixed, matchers, range], data }) =>
    (matchers as readonly LabelMatcher[]).map((matcher, i) => ({
      question: {
        names: [SERVICE_LABEL],
        matchers: [...(fixed as readonly LabelMatcher[]), matcher],
        range: range as TimeRange,
      },
      answer: (data as readonly number[]).includes(i) ? [] : [labelSet(fixed as readonly LabelMatcher[])],
    })),
  );
}
