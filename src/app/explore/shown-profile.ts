/** An answer as the views take it; of snapshots, with what makes their sum a mean. */
import type { Series } from '#model/series.ts';
import { isSnapshot } from '#model/series-values.ts';
import type { MergedProfile } from '../queries/source-queries.ts';
import type { ShownProfile, Snapshots } from '../screen/shown.ts';
import { meanHeld } from '../source/instance-means.ts';
import type { ShownSeries } from './use-shown-series.ts';

/** @returns undefined for snapshots until their scale is known */
export function shownProfileOf(
  { profile, query, bytes, queryMs, isWhole }: MergedProfile,
  { series, stepMs, isStale }: Pick<ShownSeries, 'series' | 'stepMs' | 'isStale'>,
): ShownProfile | undefined {
  const isMean = isSnapshot(query.profileType);
  if (isMean && isStale) return undefined;
  return {
    name: query.matchers[0]?.value ?? 'profile',
    size: bytes,
    profile,
    asked: query,
    coveredMs: series && coveredSteps(series) * stepMs,
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

/** Steps in which any series has something. */
function coveredSteps(series: readonly Series[]): number {
  return new Set(series.flatMap(({ timesMs }) => [...timesMs])).size;
}
