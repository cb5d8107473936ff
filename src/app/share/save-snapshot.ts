/** Saves a snapshot: the answers that the view was drawn from, under a short link. */
import type { QueryClient } from '@tanstack/react-query';
import type { Analysis } from '#analysis/analysis.ts';
import { keepSnapshot, type MadeLink, makeShortLink } from '#datasource/short-links.ts';
import { type SnapshotAnswers, type SnapshotProfile, packSnapshot } from '#datasource/snapshot.ts';
import type { ProfileQuery } from '#model/query.ts';
import { snapshotPartOf, type OpenAnswer, openedBy } from '../queries/query-facts.ts';
import { serviceOf } from '../queries/source-queries.ts';
import { comparisonOnScreen, treeOnScreen } from '../screen/current-view.ts';
import type { ShownProfile } from '../screen/shown.ts';
import { linkOnScreen } from '../screen/link-on-screen.ts';
import { waitForPage } from '../screen/wait-for-page.ts';
import { sideNames } from '../sides/sides.ts';
import { currentNow } from '../time/refresh-clock.ts';

export interface SavedSnapshot extends MadeLink {
  /** Size of the uploaded snapshot. */
  readonly bytes: number;
}

/** @param link absolute @throws Error with a message for the user */
export function shortLinkOf(link: string): Promise<MadeLink> {
  return makeShortLink(document.baseURI, new URL(link).search);
}

/** @throws Error with a message for the user */
export async function saveSnapshot(
  analysis: Analysis,
  queries: QueryClient,
  signal: AbortSignal,
): Promise<SavedSnapshot> {
  const answers = await answersOnScreen(analysis, queries, signal);
  if (answers.profiles.length + answers.files.length === 0)
    throw new Error('There is nothing to save yet: no profile is shown.');
  const packed = await packSnapshot(answers);
  signal.throwIfAborted();
  return { ...(await keepSnapshot(document.baseURI, answers.link, packed)), bytes: packed.length };
}

/** A snapshot holds the shown part of a file as a whole file, so its link selects no part. */
const NO_PARTS = { during: undefined, at: undefined, 'a.during': undefined, 'b.during': undefined } as const;

/** The answers of active queries, once all have loaded; profiles as the worker has them. @throws Error for the user */
export async function answersOnScreen(
  analysis: Analysis,
  queries: QueryClient,
  signal: AbortSignal,
): Promise<SnapshotAnswers> {
  await waitForPage(queries, signal);
  // All of one moment: the next refresh may come at any time.
  const active = queries
    .getQueryCache()
    .findAll({ type: 'active' })
    .filter(({ state }) => state.status === 'success');
  const open = mostDetailed(active.flatMap(openedBy));
  const openFiles = filesOnScreen();
  const shown = treeOnScreen()?.opened.asked;
  if (shown && !open.some(({ query }) => isSame(query, shown)))
    throw new Error('Another profile is loading: save it when it is shown.');
  const services = new Set(open.flatMap(({ query }) => serviceOf(query.matchers) ?? []));
  const parts = active.map((query) => snapshotPartOf(query, services));
  const answers = {
    link: new URL(linkOnScreen({ snap: undefined, embed: false, ...NO_PARTS })).search,
    // Files are of no time: then it is when they were kept.
    nowMs: open.length > 0 ? currentNow() : Date.now(),
    stored: parts.find(({ stored }) => stored !== undefined)?.stored,
    labelSets: parts.flatMap(({ labelSets = [] }) => labelSets),
    labelNames: parts.flatMap(({ labelNames = [] }) => labelNames),
    series: parts.flatMap(({ series = [] }) => series),
    markers: parts.flatMap(({ markers = [] }) => markers),
    work: parts.flatMap(({ work = [] }) => work),
  };
  const profiles: SnapshotProfile[] = [];
  for (const { query, detail, warnings, handle } of open)
    profiles.push({ query, isWhole: detail === 'lines', warnings, encoded: await analysis.pack(handle, signal) });
  const files: SnapshotAnswers['files'][number][] = [];
  for (const { name, size, profile } of openFiles)
    files.push({ name, size, encoded: await analysis.pack(profile.handle, signal) });
  return { ...answers, profiles, files };
}

const DETAILS: readonly OpenAnswer['detail'][] = ['lines', 'nodes', 'largest'];

/** One answer for each question. */
function mostDetailed(open: readonly OpenAnswer[]): readonly OpenAnswer[] {
  const sorted = DETAILS.flatMap((detail) => open.filter((one) => one.detail === detail));
  return sorted.filter(({ query }, i) => sorted.findIndex((one) => isSame(one.query, query)) === i);
}

function isSame(a: ProfileQuery, b: ProfileQuery): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Shown files, by name, with the samples that are shown. @throws Error where one is shown with two selections */
function filesOnScreen(): readonly Pick<ShownProfile, 'name' | 'size' | 'profile'>[] {
  const [tree, comparison] = [treeOnScreen(), comparisonOnScreen()];
  if (!comparison) return tree && tree.opened.asked === undefined ? [tree.opened] : [];
  const files = new Map<string, Pick<ShownProfile, 'name' | 'size' | 'profile'>>();
  for (const name of sideNames) {
    const { side, profile, bytes } = comparison.open[name];
    if (side.kind !== 'file') continue;
    if ((files.get(side.file)?.profile.handle ?? profile.handle) !== profile.handle)
      throw new Error(
        'Both sides are samples of one file, by different labels or times: that cannot be saved. Share the link.',
      );
    files.set(side.file, { name: side.file, size: bytes, profile });
  }
  return [...files.values()];
}
