/** Explore: which service, what it costs over time, where it goes. */
import { type ReactElement, useEffect, useMemo, useState } from 'react';
import type { Series } from '#model/series.ts';
import { isSnapshot } from '#model/series-values.ts';
import { absolute, type TimeRangeText } from '#model/time-range.ts';
import { before } from '../compare/ranges.ts';
import { lazily } from '../components/lazily.tsx';
import { usePageTitle } from '../page-title.ts';
import { type MergedProfile, useEarlyTree, useMergedProfile, useStoredRange } from '../source-queries.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, urlStore, useUrl } from '../url/url-store.ts';
import { useNow } from '../time/refresh-clock.ts';
import { useUi } from '../ui-store.ts';
import { useFirstPicture } from '../views/first-picture.ts';
import { onScreen } from '../views/on-screen.ts';
import type { ShownProfile } from '../views/shown.ts';
import { useLasting } from '../views/use-lasting.ts';
import { Workspace } from '../views/workspace.tsx';
import { askedFor } from './asked-for.ts';
import { ExploreBar } from './explore-bar.tsx';
import { meanHeld } from './instance-means.ts';
import { SeriesBand } from './series-band.tsx';
import { type Explored, named, useExplored } from './use-explored.ts';
import { type ShownSeries, useShownSeries } from './use-shown-series.ts';
import styles from './explore.module.css';

const ServerNotice = lazily(async () => (await import('./server-notice.tsx')).ServerNotice);
const NothingMatches = lazily(async () => (await import('./explore-messages.tsx')).NothingMatches);
const RangeMistake = lazily(async () => (await import('./explore-messages.tsx')).RangeMistake);
const SourceFailed = lazily(async () => (await import('./explore-messages.tsx')).SourceFailed);
const WaitingForFirstProfile = lazily(async () => (await import('./explore-messages.tsx')).WaitingForFirstProfile);
const Waiting = lazily(async () => (await import('../views/waiting.tsx')).Waiting);
const GridView = lazily(
  async () => (await import('./grid-view.tsx')).GridView,
  <div className={styles['waiting']} aria-busy="true" />,
);

/** An answer that takes longer says what it is. */
const LONG_MS = 1000;
/** Points of the series: enough for any window, and the same for all, so that a resize asks nothing anew. */
const SERIES_POINTS = 720;

export function ExplorePage(): ReactElement {
  const explored = useExplored();
  const grid = useUrl((state) => state.grid);
  const isEmbedded = useUrl((state) => state.embed);
  useEarlyTree(grid === 'none' ? explored.query : undefined);
  const series = useShownSeries(explored.query, SERIES_POINTS);
  const { subject, service } = explored;
  const hasPicture = useFirstPicture();
  usePageTitle(service);
  const { range } = explored.time;
  // Of a graph the tree tells it.
  useEffect(() => {
    if (grid === 'none' || range === undefined) return;
    onScreen.setState({ link: { ...named({ subject }), ...absolute(range.startMs, range.endMs) } });
    return () => onScreen.setState({ link: undefined });
  }, [grid, range, subject]);
  return (
    <main className={styles['page']}>
      <h1 className="visually-hidden">{(service ?? 'Explore').slice(0, 200)}</h1>
      {!isEmbedded && <ExploreBar explored={explored} />}
      {hasPicture && <ServerNotice />}
      <SeriesBand
        explored={explored}
        shown={series}
        ofSelection={[
          {
            title: 'Compare with before',
            run: (selection) =>
              compare(explored, { a: before(selection), b: absolute(selection.startMs, selection.endMs) }),
          },
        ]}
        onCompareAround={(ranges) => compare(explored, ranges)}
      />
      {grid === 'none' ? <Graph explored={explored} series={series} /> : <GridView explored={explored} grid={grid} />}
    </main>
  );
}

/** To the comparison of two ranges of what is looked at; all of it in the link. */
function compare({ subject }: Explored, ranges: { readonly a: TimeRangeText; readonly b: TimeRangeText }): void {
  const { q } = urlStore.getState().state;
  const side = (name: 'a' | 'b'): Partial<UrlState> => ({
    [`${name}.svc`]: subject?.service,
    [`${name}.type`]: subject?.profileType,
    [`${name}.q`]: q,
    [`${name}.from`]: ranges[name].from,
    [`${name}.until`]: ranges[name].until,
    [`${name}.file`]: undefined,
    [`${name}.st`]: undefined,
  });
  navigate({ view: 'compare', ...side('a'), ...side('b'), z: [], sel: [] }, 'push');
}

function Graph({ explored, series }: { explored: Explored; series: ShownSeries }): ReactElement {
  const { query, time, isEmptyStore } = explored;
  const answer = useMergedProfile(query);
  const stored = useStoredRange();
  const file = useShownProfile(useLast(answer.merged), series);
  // The console waits for the whole.
  const isStopped = useUi((ui) => ui.isStopped);
  const isComplete = query === undefined || answer.merged?.isWhole === true || !answer.isComing || isStopped;
  useEffect(() => {
    onScreen.setState({ isComplete });
    return () => onScreen.setState({ isComplete: true });
  }, [isComplete]);
  const nowMs = useNow();
  const failed = explored.error ?? answer.error;
  const isWaiting = answer.merged === undefined && !failed && !explored.isNothing && !isEmptyStore;
  const isLong = useLasting(isWaiting, LONG_MS);
  const waiting = isLong && <Waiting what={askedFor(explored, nowMs)} sinceMs={LONG_MS} isOver={file !== undefined} />;
  if (time.mistake !== undefined) return <RangeMistake message={time.mistake} />;
  if (isEmptyStore) return <WaitingForFirstProfile />;
  if (failed) return <SourceFailed error={failed} what="The flamegraph" />;
  const isNothing = answer.merged?.profile.totals[0] === 0 || explored.isNothing;
  if (isNothing) return <NothingMatches explored={explored} stored={stored.data ?? undefined} />;
  if (file === undefined) return waiting || <div className={styles['waiting']} aria-busy="true" />;
  return (
    <>
      {waiting}
      <Workspace
        file={file}
        isStale={answer.merged === undefined}
        note={
          answer.wholeError !== null && !file.isWhole
            ? 'Only the largest frames are shown, without files and lines: the source could not answer for all of them.'
            : undefined
        }
      />
    </>
  );
}

/** The last answer, while the next one is on its way: loading takes nothing off the screen. */
function useLast(merged: MergedProfile | undefined): MergedProfile | undefined {
  const [last, setLast] = useState(merged);
  if (merged !== undefined && merged !== last) setLast(merged);
  return merged ?? last;
}

/** An answer as the views take it; of snapshots, with what makes their sum a mean. */
function useShownProfile(merged: MergedProfile | undefined, { series, stepMs }: ShownSeries): ShownProfile | undefined {
  const held = useMemo(
    () => (merged && series && isSnapshot(merged.query.profileType) ? meanHeld(series) : undefined),
    [merged, series],
  );
  return useMemo(() => {
    if (merged === undefined) return undefined;
    const { profile, query, bytes, queryMs, isWhole } = merged;
    const total = Number(profile.totals[0] ?? 0);
    const snapshots = !isSnapshot(query.profileType)
      ? undefined
      : held === undefined || total === 0
        ? { count: undefined, scale: 1 }
        : { count: held.steps, scale: held.mean / total };
    const name = query.matchers[0]?.value ?? 'profile';
    const coveredMs = series && coveredSteps(series) * stepMs;
    return { name, size: bytes, profile, asked: query, coveredMs, queryMs, isWhole, snapshots };
  }, [merged, held, series, stepMs]);
}

/** Steps in which any series has something. */
function coveredSteps(series: readonly Series[]): number {
  return new Set(series.flatMap(({ timesMs }) => [...timesMs])).size;
}
