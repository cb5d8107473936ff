/** Explore: a service, its cost over time, and the graph of where the cost is. */
import { type ReactElement, useEffect, useMemo } from 'react';
import { absolute, type TimeRangeText } from '#model/time-range.ts';
import { before } from '../sides/ranges.ts';
import { linkOfSides, openSource } from '../sides/sides.ts';
import { lazily } from '../components/lazily.tsx';
import { usePageTitle } from '../state/page-title.ts';
import { useEarlyTree, useMergedProfile, useStoredRange } from '../queries/source-queries.ts';
import { navigate, urlStore, useUrl } from '../url/url-store.ts';
import { useNow } from '../time/refresh-clock.ts';
import { useUi } from '../state/ui-store.ts';
import { knowNothingToPaint, useFirstPicture } from '../views/flamegraph/first-picture.ts';
import { useOnScreen, type View } from '../screen/current-view.ts';
import { useLatest } from '../components/use-latest.ts';
import { useLasting } from '../components/use-lasting.ts';
import { Workspace } from '../workspace/workspace.tsx';
import { loadingText } from './loading-text.ts';
import { ExploreBar } from './explore-bar.tsx';
import { SeriesBand } from './series-band.tsx';
import { shownProfileOf } from './shown-profile.ts';
import { type Explored, named, useExplored } from './use-explored.ts';
import { useSaidInLink } from './use-said-in-link.ts';
import { useShownSeries } from './use-shown-series.ts';
import { useSelectedRange } from './use-selected-range.ts';
import styles from './explore.module.css';

const StoreNotice = lazily(async () => (await import('./store-notice.tsx')).StoreNotice);
const ServerNotice = lazily(async () => (await import('./server-notice.tsx')).ServerNotice);
const NothingMatches = lazily(async () => (await import('./explore-messages.tsx')).NothingMatches);
const RangeMistake = lazily(async () => (await import('./explore-messages.tsx')).RangeMistake);
const SourceFailed = lazily(async () => (await import('./explore-messages.tsx')).SourceFailed);
const SpanNotice = lazily(async () => (await import('./span-notice.tsx')).SpanNotice);
const NothingOfSpan = lazily(async () => (await import('./span-notice.tsx')).NothingOfSpan);
const FirstRun = lazily(async () => (await import('./first-run.tsx')).FirstRun);
const Waiting = lazily(async () => (await import('../workspace/waiting.tsx')).Waiting);
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
  const selected = useSelectedRange(explored.time.range, named(explored));
  const { around } = selected;
  const aroundQuery = useMemo(
    () => explored.query && around && { ...explored.query, range: around },
    [explored.query, around],
  );
  const series = useShownSeries(aroundQuery, callSite);
  const { subject, service } = explored;
  const hasPicture = useFirstPicture();
  usePageTitle(service);
  useSaidInLink(explored, hasPicture);
  const { range } = explored.time;
  // With a graph, Workspace sets this.
  const gridView = useMemo((): View | undefined => {
    if (grid === 'none' || range === undefined) return undefined;
    return { kind: 'grid', link: { ...named({ subject }), ...absolute(range.startMs, range.endMs) } };
  }, [grid, range, subject]);
  useOnScreen('view', gridView);
  return (
    <main className={styles['page']}>
      <h1 className="visually-hidden">{(service ?? 'Explore').slice(0, 200)}</h1>
      {!isEmbedded && grid !== 'services' && <ExploreBar explored={explored} intervalMs={series.intervalMs} />}
      {hasPicture && <ServerNotice service={grid === 'services' ? undefined : service} />}
      {hasPicture && <StoreNotice service={service} />}
      {grid !== 'services' && (
        <SeriesBand
          explored={explored}
          shown={series}
          applied={selected}
          around={around}
          ofSelection={[
            {
              title: 'Compare with the time before',
              run: (selection) =>
                compare(explored, { a: before(selection), b: absolute(selection.startMs, selection.endMs) }),
            },
          ]}
          onCompareAround={(ranges) => compare(explored, ranges)}
        />
      )}
      {grid === 'none' ? (
        <Graph explored={explored} />
      ) : (
        <GridView explored={explored} intervalMs={series.intervalMs} grid={grid} />
      )}
    </main>
  );
}

/** Opens the comparison of two ranges of the current subject. */
function compare({ subject }: Explored, ranges: { readonly a: TimeRangeText; readonly b: TimeRangeText }): void {
  const matchers = urlStore.getState().state.q;
  const side = { ...openSource, service: subject?.service, profileType: subject?.profileType, matchers };
  const sides = linkOfSides({ a: { ...side, text: ranges.a }, b: { ...side, text: ranges.b } });
  navigate({ view: 'compare', ...sides, z: [], sel: [] }, 'push');
}

function Graph({ explored }: { explored: Explored }): ReactElement {
  const { query, time, isEmptyStore } = explored;
  const answer = useMergedProfile(query);
  // useExplored asks for it.
  const stored = useStoredRange(false);
  const { merged } = answer;
  const nowMs = useNow();
  // Scaling needs the whole series, not the series of one call path.
  const { series, stepMs, isStale } = useShownSeries(query, EVERYTHING);
  const own = useMemo(
    () => merged && shownProfileOf(merged, { series, stepMs, isStale }, nowMs),
    [merged, series, stepMs, isStale, nowMs],
  );
  const opened = useLatest(own);
  const isStopped = useUi((ui) => ui.isStopped);
  // The console waits for the whole, and for what it is scaled by.
  const isReady = merged?.isWhole === true || !answer.isComing;
  const isComplete = query === undefined || (isReady && (merged === undefined || own !== undefined)) || isStopped;
  useOnScreen('isComplete', isComplete);
  const failed = explored.error ?? answer.error;
  const isWaiting = own === undefined && !failed && !explored.isNothing && !isEmptyStore;
  const isLong = useLasting(isWaiting, LONG_MS);
  const waiting = isLong && (
    <Waiting what={loadingText(explored, nowMs)} sinceMs={LONG_MS} isOver={opened !== undefined} />
  );
  const isNothing = merged?.profile.totals[0] === 0 || explored.isNothing;
  const hasNoPicture = isNothing || failed !== null || time.mistake !== undefined;
  useEffect(() => {
    if (hasNoPicture) knowNothingToPaint();
  }, [hasNoPicture]);
  if (time.mistake !== undefined) return <RangeMistake message={time.mistake} />;
  // An exported page is of a server that has something.
  if (isEmptyStore && import.meta.env.MODE !== 'viewer') return <FirstRun />;
  if (failed) return <SourceFailed error={failed} what="The flamegraph" />;
  const within = query?.within;
  if (isNothing && within !== undefined && !explored.isNothing)
    return <NothingOfSpan explored={explored} within={within} />;
  if (isNothing) return <NothingMatches explored={explored} stored={stored.data ?? undefined} />;
  if (opened === undefined) return waiting || <div className={styles['waiting']} aria-busy="true" />;
  return (
    <>
      {waiting}
      {within !== undefined && merged !== undefined && (
        <SpanNotice explored={explored} within={within} merged={merged} />
      )}
      <Workspace
        opened={opened}
        isStale={own === undefined}
        note={
          answer.wholeError !== null && !opened.isWhole
            ? 'Only the largest frames are shown, without files and lines: the source could not send the rest.'
            : undefined
        }
      />
    </>
  );
}
