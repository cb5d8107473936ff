/** Keeps what is on the screen: each answer that it was drawn from, under a short link. */
import type { Query, QueryClient } from '@tanstack/react-query';
import type { Analysis, OpenedProfile, ProfileHandle, SideNoise } from '#analysis/analysis.ts';
import type { SeriesQuestion, StoredRange } from '#datasource/datasource.ts';
import { keepSnapshot, type MadeLink, makeShortLink } from '#datasource/short-links.ts';
import { type KeptAnswers, type KeptProfile, packSnapshot } from '#datasource/snapshot.ts';
import type { ToldMarker } from '#datasource/told-markers.ts';
import { labelSet, type LabelMatcher, labelValue, SERVICE_LABEL } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { noiseRanges } from '../compare/comparison-queries.ts';
import { sideNames } from '../compare/sides.ts';
import { type Catalogue, TYPE_LABEL } from '../explore/subject.ts';
import { openFileNamed } from '../files/files-store.ts';
import { currentNow } from '../time/refresh-clock.ts';
import { linkOnScreen } from '../views/link-on-screen.ts';
import { onScreen } from '../views/on-screen.ts';
import { settled } from '../views/settled.ts';

export interface KeptLink extends MadeLink {
  /** Of the snapshot, as sent. */
  readonly bytes: number;
}

/** @param link absolute @throws Error with what is in the way, in words */
export function shortLinkOf(link: string): Promise<MadeLink> {
  return makeShortLink(document.baseURI, new URL(link).search);
}

/** @throws Error with what is in the way, in words */
export async function keepView(analysis: Analysis, queries: QueryClient, signal: AbortSignal): Promise<KeptLink> {
  const answers = await answersOnScreen(analysis, queries, signal);
  if (answers.profiles.length + answers.files.length === 0)
    throw new Error('There is nothing to keep yet: no profile is on the screen.');
  const packed = await packSnapshot(answers);
  signal.throwIfAborted();
  return { ...(await keepSnapshot(document.baseURI, answers.link, packed)), bytes: packed.length };
}

/** Answers of one kind that stand on the screen: what is behind the id of the source in their keys, and what they are. */
type AnswersTo = (what: string) => readonly { readonly key: readonly unknown[]; readonly data: unknown }[];

/** What active queries hold, once nothing is on its way; profiles as the worker has them. @throws Error in words */
export async function answersOnScreen(
  analysis: Analysis,
  queries: QueryClient,
  signal: AbortSignal,
): Promise<KeptAnswers> {
  await settled(queries, signal);
  // All of one moment: the next refresh may come at any time.
  const active = queries
    .getQueryCache()
    .findAll({ type: 'active' })
    .filter(({ state }) => state.status === 'success');
  const of: AnswersTo = (what) =>
    active
      .filter(({ queryKey }) => queryKey[0] === what)
      .map(({ queryKey, state }: Query) => ({ key: queryKey.slice(2), data: state.data }));
  const open = openProfiles(of);
  const openFiles = filesOnScreen().flatMap((name) => openFileNamed(name) ?? []);
  const shown = onScreen.getState().tree?.file.asked;
  if (shown && !open.some(({ query }) => isSame(query, shown)))
    throw new Error('Another profile is on its way: keep it once it is there.');
  const services = new Set(open.flatMap(({ query }) => serviceOf(query.matchers) ?? []));
  const answers = {
    link: new URL(linkOnScreen({ snap: undefined, embed: false })).search,
    // Files are of no time: then it is when they were kept.
    nowMs: open.length > 0 ? currentNow() : Date.now(),
    stored: (of('stored')[0]?.data as StoredRange | null | undefined) ?? undefined,
    labelSets: [...catalogues(of, services), ...unmet(of)],
    labelNames: of('label names').map(({ key: [matchers, range], data }) => ({
      question: { matchers: matchers as readonly LabelMatcher[], range: range as TimeRange },
      answer: data as readonly string[],
    })),
    series: seriesAnswers(of, services),
    markers: of('told markers').flatMap(({ data }) => data as readonly ToldMarker[]),
  };
  const profiles: KeptProfile[] = [];
  for (const { query, isWhole, warnings, handle } of open)
    profiles.push({ query, isWhole, warnings, encoded: await analysis.pack(handle, signal) });
  const files: KeptAnswers['files'][number][] = [];
  for (const { name, size, profile } of openFiles)
    files.push({ name, size, encoded: await analysis.pack(profile.handle, signal) });
  return { ...answers, profiles, files };
}

interface OpenAnswer extends Pick<KeptProfile, 'query' | 'isWhole' | 'warnings'> {
  readonly handle: ProfileHandle;
}

/** One for each question, the best there is. */
function openProfiles(of: AnswersTo): readonly OpenAnswer[] {
  const all = ['whole', 'whole side', 'first', 'first side'].flatMap((what) =>
    of(what).map(({ key, data }): OpenAnswer => {
      const { handle, warnings } = (data as { profile: OpenedProfile }).profile;
      return { query: key[0] as ProfileQuery, isWhole: what === 'whole', handle, warnings };
    }),
  );
  const best = all.filter(({ query }, i) => all.findIndex((one) => isSame(one.query, query)) === i);
  const parts = of('noise').flatMap(({ key, data }) => {
    const query = key[0] as ProfileQuery;
    const noise = data as SideNoise;
    if (noise.kind !== 'merges') return [];
    const ranges = noiseRanges(query);
    return noise.handles.map((handle, i) => ({
      query: { ...query, range: ranges[i] },
      isWhole: false,
      warnings: [],
      handle,
    }));
  });
  return [...best, ...parts];
}

function isSame(a: ProfileQuery, b: ProfileQuery): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function filesOnScreen(): readonly string[] {
  const { tree, comparison } = onScreen.getState();
  if (!comparison) return tree && tree.file.asked === undefined ? [tree.file.name] : [];
  const names = sideNames.flatMap((name) => {
    const { side } = comparison.open[name];
    return side.kind === 'file' ? [side.file] : [];
  });
  return [...new Set(names)];
}

function serviceOf(matchers: readonly LabelMatcher[]): string | undefined {
  return matchers.find(({ name, operator }) => name === SERVICE_LABEL && operator === '=')?.value;
}

/** The page asks for all services, to offer them: of the others neither names nor costs travel. */
function catalogues(of: AnswersTo, kept: ReadonlySet<string>): KeptAnswers['labelSets'] {
  return of('catalogue').map(({ key, data }) => ({
    question: { names: [SERVICE_LABEL, TYPE_LABEL], matchers: [], range: key[0] as TimeRange },
    answer: (data as Catalogue).services
      .filter(({ name }) => kept.has(name))
      .flatMap(({ name, types }) =>
        types.map((type) =>
          labelSet([
            { name: SERVICE_LABEL, value: name },
            { name: TYPE_LABEL, value: type },
          ]),
        ),
      ),
  }));
}

function seriesAnswers(of: AnswersTo, kept: ReadonlySet<string>): KeptAnswers['series'] {
  return of('series').flatMap(({ key, data }) => {
    const question = key[0] as SeriesQuestion;
    const all = data as readonly Series[];
    const service = serviceOf(question.query.matchers);
    const answer =
      service === undefined ? all.filter(({ labels }) => kept.has(labelValue(labels, SERVICE_LABEL))) : all;
    return service === undefined || kept.has(service) ? [{ question, answer }] : [];
  });
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
