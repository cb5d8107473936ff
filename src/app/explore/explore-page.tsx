/** Explore: which service, what it costs over time, where it goes. */
import { type ReactElement, useEffect, useMemo, useState } from 'react';
import { absolute, type TimeRangeText } from '#model/time-range.ts';
import { before } from '../compare/ranges.ts';
import { linkOfSides, openSource } from '../compare/sides.ts';
import { lazily } from '../components/lazily.tsx';
import { usePageTitle } from '../page-title.ts';
import { useEarlyTree, useMergedProfile, useStoredRange } from '../source-queries.ts';
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
import { SeriesBand } from './series-band.tsx';
import { shownProfileOf } from './shown-profile.ts';
import { type Explored, named, useExplored } from './use-explored.ts';
import { useShownSeries } from './use-shown-series.ts';
import styles from './explore.module.css';

const StoreNotice = lazily(async () => (await import('./store-notice.tsx')).StoreNotice);
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
const EVERYTHING: readonly string[] = [];

export function ExplorePage(): ReactElement {
  const explored = useExplored();
  const grid = useUrl((state) => state.grid);
  const isEmbedded = useUrl((state) => state.embed);
  useEarlyTree(grid === 'none' ? explored.query : undefined);
  const callSite = useUrl((state) => state.cs);
  const series = useShownSeries(explored.query, callSite);
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
      {!isEmbedded && <ExploreBar explored={explored} intervalMs={series.intervalMs} />}
      {hasPicture && <ServerNotice />}
      {hasPicture && <StoreNotice service={service} />}
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
      {grid === 'none' ? (
        <Graph explored={explored} />
      ) : (
        <GridView explored={explored} intervalMs={series.intervalMs} grid={grid} />
      )}
    </main>
  );
}

/** To the comparison of two ranges of what is looked at; all of it in the link. */
function compare({ subject }: Explored, ranges: { readonly a: TimeRangeText; readonly b: TimeRangeText }): void {
  const matchers = urlStore.getState().state.q;
  const side = { ...openSource, service: subject?.service, profileType: subject?.profileType, matchers };
  const sides = linkOfSides({ a: { ...side, text: ranges.a }, b: { ...side, text: ranges.b } });
  navigate({ view: 'compare', ...sides, z: [], sel: [] }, 'push');
}

function Graph({ explored }: { explored: Explored }): ReactElement {
  const { query, time, isEmptyStore } = explored;
  const answer = useMergedProfile(query);
  const stored = useStoredRange();
  const { merged } = answer;
  // Of a path alone, it would tell nothing of the tree.
  const { series, stepMs, isStale } = useShownSeries(query, EVERYTHING);
  const own = useMemo(
    () => merged && shownProfileOf(merged, { series, stepMs, isStale }),
    [merged, series, stepMs, isStale],
  );
  const file = useLast(own);
  const isStopped = useUi((ui) => ui.isStopped);
  // The console waits for the whole, and for what it is scaled by.
  const isReady = merged?.isWhole === true || !answer.isComing;
  const isComplete = query === undefined || (isReady && (merged === undefined || own !== undefined)) || isStopped;
  useEffect(() => {
    onScreen.setState({ isComplete });
    return () => onScreen.setState({ isComplete: true });
  }, [isComplete]);
  const nowMs = useNow();
  const failed = explored.error ?? answer.error;
  const isWaiting = own === undefined && !failed && !explored.isNothing && !isEmptyStore;
  const isLong = useLasting(isWaiting, LONG_MS);
  const waiting = isLong && <Waiting what={askedFor(explored, nowMs)} sinceMs={LONG_MS} isOver={file !== undefined} />;
  if (time.mistake !== undefined) return <RangeMistake message={time.mistake} />;
  if (isEmptyStore) return <WaitingForFirstProfile />;
  if (failed) return <SourceFailed error={failed} what="The flamegraph" />;
  const isNothing = merged?.profile.totals[0] === 0 || explored.isNothing;
  if (isNothing) return <NothingMatches explored={explored} stored={stored.data ?? undefined} />;
  if (file === undefined) return waiting || <div className={styles['waiting']} aria-busy="true" />;
  return (
    <>
      {waiting}
      <Workspace
        file={file}
        isStale={own === undefined}
        note={
          answer.wholeError !== null && !file.isWhole
            ? 'Only the largest frames are shown, without files and lines: the source could not answer for all of them.'
            : undefined
        }
      />
    </>
  );
}

/** The last that was there, while the next is on its way: loading takes nothing off the screen. */
function useLast(file: ShownProfile | undefined): ShownProfile | undefined {
  const [last, setLast] = useState(file);
  if (file !== undefined && file !== last) setLast(file);
  return file ?? last;
}
