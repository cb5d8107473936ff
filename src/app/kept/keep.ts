/** What is on the screen, gathered for a file that shows it without a server. */
import type { QueryClient } from '@tanstack/react-query';
import type { Analysis, ProfileHandle, SideNoise } from '#analysis/analysis.ts';
import type { SeriesQuestion, StoredRange } from '#datasource/datasource.ts';
import type { Kept } from '#datasource/kept.ts';
import type { ToldMarker } from '#datasource/told-markers.ts';
import type { LabelMatcher } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import { subRanges, type TimeRange } from '#model/time-range.ts';
import { sideNames } from '../compare/sides.ts';
import { nowOfPage } from '../time/refresh-clock.ts';
import { parseUrl, printUrl } from '../url/codec.ts';
import { linkOnScreen } from '../views/link-on-screen.ts';
import type { OnScreen } from '../views/on-screen.ts';

const never = new AbortController().signal;

export async function keepOnScreen(
  analysis: Analysis,
  queries: QueryClient,
  { tree, comparison }: OnScreen,
): Promise<Kept> {
  const { state } = parseUrl(new URL(linkOnScreen()).search);
  const files: Kept['files'][number][] = [];
  const merges: Kept['merges'][number][] = [];
  const slices: Kept['slices'][number][] = [];
  const addFile = async (name: string, size: number, handle: ProfileHandle): Promise<void> => {
    if (!files.some((file) => file.name === name))
      files.push({ name, size, bytes: await analysis.pack(handle, never) });
  };
  const addMerge = async (query: ProfileQuery, isWhole: boolean, handle: ProfileHandle): Promise<void> =>
    void merges.push({ query, isWhole, bytes: await analysis.pack(handle, never) });

  if (comparison) {
    for (const name of sideNames) {
      const { side, bytes, profile } = comparison.open[name];
      if (side.kind === 'file') await addFile(side.file, bytes, profile.handle);
      else if (side.query) {
        await addMerge(side.query, comparison.isWhole, profile.handle);
        const noise = noiseOf(queries, side.query);
        if (noise?.kind === 'slices') slices.push({ query: side.query, bytes: noise.bytes });
        if (noise?.kind === 'merges') {
          const ranges = subRanges(side.query.range, noise.handles.length);
          for (const [i, handle] of noise.handles.entries())
            await addMerge({ ...side.query, range: ranges[i] }, true, handle);
        }
      }
    }
  } else if (tree) {
    const { name, size, profile, asked, isWhole } = tree.file;
    if (asked) await addMerge(asked, isWhole, profile.handle);
    else await addFile(name, size, profile.handle);
  }
  return {
    // A snapshot is asked for by its id, and a frame is of another page.
    link: printUrl({ ...state, snap: undefined, embed: false }),
    // Files are of no time: then it is said when they were written.
    nowMs: merges.length > 0 ? nowOfPage() : Date.now(),
    files,
    merges,
    slices,
    series: answersTo(queries, 'series').map(({ key, answer }) => ({
      question: key[2] as SeriesQuestion,
      answer: answer as readonly Series[],
    })),
    labelNames: answersTo(queries, 'label names').map(({ key, answer }) => ({
      matchers: key[2] as readonly LabelMatcher[],
      range: key[3] as TimeRange,
      answer: answer as readonly string[],
    })),
    markers: answersTo(queries, 'told markers').flatMap(({ answer }) => answer as readonly ToldMarker[]),
    stored: (answersTo(queries, 'stored')[0]?.answer as StoredRange | null | undefined) ?? undefined,
  };
}

/** Of questions whose answers stand on the screen. */
function answersTo(
  queries: QueryClient,
  what: string,
): { readonly key: readonly unknown[]; readonly answer: unknown }[] {
  return queries
    .getQueryCache()
    .findAll({ queryKey: [what], type: 'active' })
    .flatMap(({ queryKey, state }) => (state.data === undefined ? [] : [{ key: queryKey, answer: state.data }]));
}

function noiseOf(queries: QueryClient, query: ProfileQuery): SideNoise | undefined {
  const asked = JSON.stringify(query);
  const found = answersTo(queries, 'noise').find(({ key }) => JSON.stringify(key[2]) === asked);
  return found?.answer as SideNoise | undefined;
}
