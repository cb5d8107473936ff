/** The time series over the graph: what is asked for it, and what becomes of the answer. */
import { useMemo, useState } from 'react';
import type { SeriesQuestion } from '#datasource/datasource.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import { isSnapshot, stepFor, uploadIntervalOf } from '#model/series-values.ts';
import { useLabelNames, useSeries } from '../source-queries.ts';
import { useUrl } from '../url/url-store.ts';
import { sumInstances } from './instance-sums.ts';

/** Series that are told apart on the screen; the smaller ones are left out, and the page says so. */
export const MOST_SERIES = 500;
/** Snapshots are averaged by instance first, so more are asked for than are shown. */
const MOST_INSTANCES = 2000;

export interface ShownSeries {
  /** Sums, or means of snapshots, per step; undefined while there is no answer yet. */
  readonly series: readonly Series[] | undefined;
  readonly stepMs: number;
  readonly uploadIntervalMs: number | undefined;
  readonly isStale: boolean;
  readonly error: Error | null;
}

export function useShownSeries(query: ProfileQuery | undefined, widthCss: number): ShownSeries {
  const by = useUrl((state) => state.by);
  const callSite = useUrl((state) => state.cs);
  const isMean = query !== undefined && isSnapshot(query.profileType);
  const names = useLabelNames(query?.matchers ?? [], isMean ? query.range : undefined);
  const instanceLabels = useMemo(() => (names.data ?? []).filter((name) => !name.startsWith('__')), [names.data]);
  // How often profiles come is only known once some are there; what was seen last holds until something else is.
  const [interval, setInterval] = useState<number>();
  const stepMs = query === undefined ? 1000 : stepFor(query.range, widthCss, interval);
  const isAsked = query !== undefined && (!isMean || names.data !== undefined || names.error !== null);
  const question = useMemo(
    (): SeriesQuestion | undefined =>
      isAsked
        ? {
            query,
            stepMs,
            groupBy: isMean ? [...new Set([...(by === '' ? [] : [by]), ...instanceLabels])] : by === '' ? [] : [by],
            callSite,
            isMean,
            limit: isMean ? MOST_INSTANCES : MOST_SERIES,
          }
        : undefined,
    [isAsked, query, stepMs, isMean, by, instanceLabels, callSite],
  );
  const { data, error, isPlaceholderData } = useSeries(question);
  const seen = useMemo(() => (data && !isPlaceholderData ? uploadIntervalOf(data) : undefined), [data, isPlaceholderData]);
  if (seen !== undefined && seen !== interval && 2 * seen > stepMs) setInterval(seen);
  const series = useMemo(() => (data && isMean ? sumInstances(data, by) : data), [data, isMean, by]);
  return { series, stepMs, uploadIntervalMs: interval ?? seen, isStale: isPlaceholderData, error };
}
