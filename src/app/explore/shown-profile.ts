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
  // Of a span what was recorded is shown: the series is of all samples.
  const isMean = isSnapshot(query.profileType) && !isPart;
  if (isMean && isStale) return undefined;
  return {
    name: query.matchers[0]?.value ?? 'profile',
    size: bytes,
    profile,
    asked: query,
    ...(isMean || isPart ? NO_RATE : rateOf(series, stepMs, query.range, nowMs)),
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

const NO_RATE = { coveredMs: undefined, perSecond: undefined };

/** As the series above the graph has it: of whole steps. */
function rateOf(
  series: readonly Series[] | undefined,
  stepMs: number,
  range: TimeRange,
  nowMs: number,
): Pick<ShownProfile, 'coveredMs' | 'perSecond'> {
  if (series === undefined) return NO_RATE;
  const closed = series.map((one) => withoutOpenSteps(one, stepMs, range, nowMs));
  const aligned = alignSeries(closed, range, stepMs, 1000 / stepMs);
  const total = totalColumn(aligned);
  const summary = summaryOf(aligned, total, range);
  return {
    coveredMs: total.reduce((steps, value) => (Number.isNaN(value) ? steps : steps + 1), 0) * stepMs,
    perSecond: summary?.mean,
  };
}
