/** How often the profiles of a query arrive: divides a sum of snapshots to get their mean. */
import type { DataSource, SeriesQuestion } from '#datasource/datasource.ts';
import type { ProfileQuery } from '#model/query.ts';
import { uploadIntervalOf } from '#model/series-values.ts';

/** Until it is known, profiles are taken to come this often. */
export const USUAL_INTERVAL_MS = 15_000;
/**
 * It is read from a few instances, over some time up to the end of the range: also from before the range, which may be too
 * short for two uploads. Where the first look finds no two uploads of an instance, the second may.
 */
const looks = {
  near: { lengthMs: 20 * 60_000, stepMs: 1000 },
  far: { lengthMs: 6 * 3_600_000, stepMs: 15_000 },
} as const;
const PROBED_INSTANCES = 4;

/** @param names of labels: an instance is what has the same value of each */
export function probeOf(query: ProfileQuery, names: readonly string[], look: keyof typeof looks): SeriesQuestion {
  const { endMs } = query.range;
  const { lengthMs, stepMs } = looks[look];
  return {
    query: { ...query, range: { startMs: Math.max(0, endMs - lengthMs), endMs } },
    stepMs,
    groupBy: instanceLabels(names),
    callSite: [],
    limit: PROBED_INSTANCES,
  };
}

/** All but the store's own. */
export function instanceLabels(names: readonly string[]): readonly string[] {
  return names.filter((name) => !name.startsWith('__'));
}

export async function loadInterval(source: DataSource, query: ProfileQuery, signal: AbortSignal): Promise<number> {
  const names = await source.labelNames(query.matchers, query.range, signal);
  for (const look of ['near', 'far'] as const) {
    const intervalMs = uploadIntervalOf(await source.series(probeOf(query, names, look), signal));
    if (intervalMs !== undefined) return intervalMs;
  }
  return USUAL_INTERVAL_MS;
}
