/** The time series over the graph: what is asked for it, and what becomes of the answer. */
import { useMemo } from 'react';
import type { SeriesQuestion } from '#datasource/datasource.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import { isSnapshot, stepFor, uploadIntervalOf } from '#model/series-values.ts';
import { useLabelNames, useSeries } from '../source-queries.ts';
import { useUrl } from '../url/url-store.ts';
import { meansOf } from './instance-means.ts';

/** Points of the series: enough for any window, and the same for all, so that a resize asks nothing anew. */
const SERIES_POINTS = 720;
/** Series that are told apart on the screen; the smaller ones are left out, and the page says so. */
export const MOST_SERIES = 500;
/** Snapshots are averaged by instance first, so more are asked for than are shown. */
const MOST_INSTANCES = 2000;
/** How often profiles come is read off the end of the range, second by second, from a few instances. */
const PROBE_MS = 20 * 60_000;
const PROBED_INSTANCES = 4;
/** Until it is known, profiles are taken to come this often. */
const USUAL_INTERVAL_MS = 15_000;

export interface ShownSeries {
  /** Sums, or for snapshots what was held on average, per step; undefined while there is no answer yet. */
  readonly series: readonly Series[] | undefined;
  readonly stepMs: number;
  /** Whether it is an answer to another question; of snapshots also while there is none, or their interval is not known. */
  readonly isStale: boolean;
  readonly error: Error | null;
}

/** @param callSite only what passes it; [] is everything */
export function useShownSeries(query: ProfileQuery | undefined, callSite: readonly string[]): ShownSeries {
  const by = useUrl((state) => state.by);
  const isMean = query !== undefined && isSnapshot(query.profileType);
  const names = useLabelNames(query?.matchers ?? [], query?.range);
  const instanceLabels = useMemo(() => (names.data ?? []).filter((name) => !name.startsWith('__')), [names.data]);
  const probe = useMemo(
    () => (query && names.data ? probeOf(query, instanceLabels) : undefined),
    [query, names.data, instanceLabels],
  );
  const probed = useSeries(probe);
  const isProbing = probe !== undefined && (probed.isPending || probed.isPlaceholderData);
  const intervalMs = useMemo(() => (probed.data && uploadIntervalOf(probed.data)) ?? USUAL_INTERVAL_MS, [probed.data]);
  const stepMs = query === undefined ? 1000 : stepFor(query.range, SERIES_POINTS, intervalMs);
  const isReady = query !== undefined && (!isMean || names.data !== undefined || names.error !== null);
  const question = useMemo((): SeriesQuestion | undefined => {
    if (!isReady) return undefined;
    const asked = by === '' ? [] : [by];
    return {
      query,
      stepMs,
      groupBy: isMean ? [...new Set([...asked, ...instanceLabels])] : asked,
      callSite,
      limit: isMean ? MOST_INSTANCES : MOST_SERIES,
    };
  }, [isReady, query, stepMs, isMean, by, instanceLabels, callSite]);
  const { data, error, isPending, isPlaceholderData } = useSeries(question);
  const series = useMemo(
    () => (data && isMean ? meansOf(data, by, Math.max(1, Math.round(stepMs / intervalMs))) : data),
    [data, isMean, by, stepMs, intervalMs],
  );
  return { series, stepMs, isStale: isPlaceholderData || (isMean && (isPending || isProbing)), error };
}

function probeOf(query: ProfileQuery, groupBy: readonly string[]): SeriesQuestion {
  const { startMs, endMs } = query.range;
  return {
    query: { ...query, range: { startMs: Math.max(startMs, endMs - PROBE_MS), endMs } },
    stepMs: 1000,
    groupBy,
    callSite: [],
    limit: PROBED_INSTANCES,
  };
}
