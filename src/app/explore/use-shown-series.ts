/** The time series above the graph: which question it is, and the values that are drawn. */
import { useMemo } from 'react';
import type { SeriesQuestion } from '#datasource/datasource.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import { isSnapshot, stepFor, uploadIntervalOf } from '#model/series-values.ts';
import { useLabelNames, useSeries } from '../queries/source-queries.ts';
import { useUrl } from '../url/url-store.ts';
import { fineQuestion, meansInSteps } from '../source/fine-means.ts';
import { meansOf, uploadsIn } from '../source/instance-means.ts';
import { instanceLabels, probeOf, USUAL_INTERVAL_MS } from '../source/upload-interval.ts';

/** Points of the series: enough for any window, and the same for all, so that a resize needs no new query. */
const SERIES_POINTS = 720;
/** Series that are drawn; the smaller ones are left out, and the page says so. */
export const MAX_SERIES = 500;
/** Series of snapshots are averaged by instance first, so more are requested than shown. */
const MAX_INSTANCES = 2000;

export interface ShownSeries {
  /** Sums per step; for snapshots means. Undefined while there is no answer. */
  readonly series: readonly Series[] | undefined;
  readonly stepMs: number;
  /** How often profiles come; undefined while it is not known. */
  readonly intervalMs: number | undefined;
  /**
   * Whether the answer is outdated; for snapshots also while there is none or their interval is unknown.
   */
  readonly isStale: boolean;
  readonly error: Error | null;
}

/** @param callSite only what passes it; [] is everything */
export function useShownSeries(query: ProfileQuery | undefined, callSite: readonly string[]): ShownSeries {
  const by = useUrl((state) => state.by);
  const isMean = query !== undefined && isSnapshot(query.profileType);
  const names = useLabelNames(query?.matchers ?? [], query?.range);
  const near = useProbe(query, names.data, 'near');
  const far = useProbe(near.hasAnswer && near.intervalMs === undefined ? query : undefined, names.data, 'far');
  const isProbing = near.isAsking || far.isAsking;
  const intervalMs = near.intervalMs ?? far.intervalMs ?? USUAL_INTERVAL_MS;
  const stepMs = query === undefined ? 1000 : stepFor(query.range, SERIES_POINTS, intervalMs);
  const isReady = query !== undefined && (!isMean || names.data !== undefined || names.error !== null);
  const question = useMemo((): SeriesQuestion | undefined => {
    if (!isReady) return undefined;
    const asked = by === '' ? [] : [by];
    return {
      query,
      stepMs,
      groupBy: isMean ? [...new Set([...asked, ...instanceLabels(names.data ?? [])])] : asked,
      callSite,
      limit: isMean ? MAX_INSTANCES : MAX_SERIES,
    };
  }, [isReady, query, stepMs, isMean, by, names.data, callSite]);
  const { data, error, isPending, isPlaceholderData } = useSeries(question);
  // Snapshots are counted in fine steps that hold one each. The count ignores the call site: snapshots without it count
  // too.
  const isCounted = isMean && !isProbing && callSite.length === 0 && !isPlaceholderData;
  const fine = useMemo(
    () => (isCounted && question && data ? fineQuestion(question, intervalMs, data.length) : undefined),
    [isCounted, question, data, intervalMs],
  );
  const counted = useSeries(fine);
  const isCounting = fine !== undefined && counted.error === null && (counted.isPending || counted.isPlaceholderData);
  const series = useMemo(() => {
    if (!data || !isMean) return data;
    if (fine && counted.data && !isCounting)
      return meansOf(meansInSteps(counted.data, fine.query.range, stepMs, intervalMs), by, 1);
    return meansOf(data, by, uploadsIn(stepMs, intervalMs));
  }, [data, isMean, fine, counted.data, isCounting, by, stepMs, intervalMs]);
  return {
    series,
    stepMs,
    intervalMs: near.isKnown && !isProbing ? intervalMs : undefined,
    isStale: isPlaceholderData || (isMean && (isPending || isProbing || isCounting)),
    error,
  };
}

interface Probed {
  readonly isAsking: boolean;
  /** Whether there is an answer, or never will be one. */
  readonly isKnown: boolean;
  /** The same, or there is the answer to the query before, whose interval counts until then. */
  readonly hasAnswer: boolean;
  readonly intervalMs: number | undefined;
}

/** @param query undefined: no query @param names undefined: no query */
function useProbe(
  query: ProfileQuery | undefined,
  names: readonly string[] | undefined,
  look: Parameters<typeof probeOf>[2],
): Probed {
  const probe = useMemo(() => (query && names ? probeOf(query, names, look) : undefined), [query, names, look]);
  const { data, isPending, isPlaceholderData } = useSeries(probe);
  const isAsking = probe !== undefined && (isPending || isPlaceholderData);
  const isKnown = probe !== undefined && !isAsking;
  const intervalMs = useMemo(() => (data ? uploadIntervalOf(data) : undefined), [data]);
  return { isAsking, isKnown, hasAnswer: isKnown || data !== undefined, intervalMs };
}
