/** The answer in the form for the views; for snapshots with the factor from sum to mean. */
import { alignSeries, summaryOf, totalColumn } from '#model/aligned-series.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { isSnapshot, withoutOpenSteps } from '#model/series-values.ts';
import type { MergedProfile } from '../queries/source-queries.ts';
import type { ShownProfile, Snapshots } from '../screen/shown.ts';
import { meanHeld } from '../source/instance-means.ts';
import type { ShownSeries } from './use-shown-series.ts';

/** @returns undefined for snapshots until their scale is known */
export function shownProfileOf(
  { profile, query, bytes, queryMs, isWhole }: MergedProfile,
  { series, stepMs, isStale }: Pick<ShownSeries, 'series' | 'stepMs' | 'isStale'>,
  nowMs: number,
): ShownProfile | undefined {
  const isPart = query.within !== undefined;
  // A span shows the recorded sums, since the series counts the samples of all spans.
  const isMean = isSnapshot(query.profileType) && !isPart;
  if (isMean && isStale) return undefined;
  return {
    name: query.matchers[0]?.value ?? 'profile',
    size: bytes,
    profile,
    asked: query,
    coveredMs: isMean || isPart ? undefined : coveredMs(Number(profile.totals[0]), series, stepMs, query.range, nowMs),
    queryMs,
    isWhole,
    snapshots: isMean ? snapshotsOf(Number(profile.totals[0] ?? 0), series) : undefined,
  };
}

function snapshotsOf(total: number, series: readonly Series[] | undefined): Snapshots {
  const held = series && meanHeld(series);
  return held === undefined || total === 0
    ? { count: undefined, scale: 1 }
    : { count: held.steps, scale: held.mean / total };
}

/**
 * Total by mean rate, so that whoever divides the total by this time gets the mean of the series above the graph. That
 * mean is of whole steps; the time also counts the parts of steps at both ends.
 */
function coveredMs(
  total: number,
  series: readonly Series[] | undefined,
  stepMs: number,
  range: TimeRange,
  nowMs: number,
): number | undefined {
  if (series === undefined) return undefined;
  const closed = series.map((one) => withoutOpenSteps(one, stepMs, range, nowMs));
  const aligned = alignSeries(closed, range, stepMs, 1000 / stepMs);
  const perSecond = summaryOf(aligned, totalColumn(aligned), range)?.mean;
  return perSecond && total / perSecond > 0 ? (total / perSecond) * 1000 : undefined;
}
