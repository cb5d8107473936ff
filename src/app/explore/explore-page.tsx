/** Explore: which service, what it costs over time, where it goes. */
import { type ReactElement, useEffect, useMemo, useState } from 'react';
import { printLabelSelector } from '#model/label-selector.ts';
import { isSnapshot } from '#model/series-values.ts';
import { type MergedAnswer, useMergedProfile, useStoredRange } from '../source-queries.ts';
import { useUrl } from '../url/url-store.ts';
import { onScreen } from '../views/on-screen.ts';
import type { ShownProfile } from '../views/shown.ts';
import { Workspace } from '../views/workspace.tsx';
import { NothingMatches, RangeMistake, SourceFailed, WaitingForFirstProfile } from './explore-messages.tsx';
import { ExploreBar } from './explore-bar.tsx';
import { GridView } from './grid-view.tsx';
import { meanHeld } from './instance-sums.ts';
import { SeriesBand } from './series-band.tsx';
import { type Explored, useExplored } from './use-explored.ts';
import { type ShownSeries, useShownSeries } from './use-shown-series.ts';
import styles from './explore.module.css';

/** Points of the series: enough for any window, and the same for all, so that a resize asks nothing anew. */
const SERIES_POINTS = 720;

export function ExplorePage(): ReactElement {
  const explored = useExplored();
  const series = useShownSeries(explored.query, SERIES_POINTS);
  const grid = useUrl((state) => state.grid);
  const service = explored.subject?.service;
  useEffect(() => {
    document.title = service === undefined ? 'Flametide' : `${service.slice(0, 80)} · Flametide`;
  }, [service]);
  return (
    <main className={styles['page']}>
      <h1 className="visually-hidden">{(service ?? 'Explore').slice(0, 200)}</h1>
      <ExploreBar explored={explored} />
      <SeriesBand explored={explored} shown={series} />
      {grid === 'none' ? <Graph explored={explored} series={series} /> : <GridView explored={explored} grid={grid} />}
    </main>
  );
}

function Graph({ explored, series }: { explored: Explored; series: ShownSeries }): ReactElement {
  const { query, time, catalogue, isEmptyStore } = explored;
  const answer = useMergedProfile(query);
  const { merged, isWholeFailed } = useShownMerged(answer);
  const stored = useStoredRange();
  const file = useShownProfile(merged, series);
  useTellConsole(answer, query !== undefined);
  if (time.mistake !== undefined) return <RangeMistake message={time.mistake} />;
  if (isEmptyStore) return <WaitingForFirstProfile />;
  const failed = explored.error ?? answer.error;
  if (failed) return <SourceFailed error={failed} what="The flamegraph" />;
  const isNothing =
    answer.merged?.profile.totals[0] === 0 || (query === undefined && catalogue?.services.length === 0);
  if (isNothing) return <NothingMatches explored={explored} newestMs={stored.data?.newestMs} />;
  if (file === undefined) return <div className={styles['waiting']} aria-busy="true" />;
  return (
    <Workspace
      file={file}
      isStale={answer.merged === undefined}
      note={
        isWholeFailed && !file.isWhole
          ? 'Only the largest frames are shown, without files and lines: the source could not answer for the whole.'
          : undefined
      }
    />
  );
}
