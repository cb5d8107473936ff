/** How often the profiles of a query arrive: divides a sum of snapshots to get their mean. */
import type { DataSource, SeriesQuestion } from '#datasource/datasource.ts';
import type { ProfileQuery } from '#model/query.ts';
import { uploadIntervalOf } from '#model/series-values.ts';

/** Until it is known, profiles are taken to come this often. */
export const USUAL_INTERVAL_MS = 15_000;
/** It is read off the end of the range, second by second, from a few instances. */
const PROBE_MS = 20 * 60_000;
const PROBED_INSTANCES = 4;

/** @param names of labels: an instance is what has the same value of each */
export function probeOf(query: ProfileQuery, names: readonly string[]): SeriesQuestion {
  const { startMs, endMs } = query.range;
  return {
    query: { ...query, range: { startMs: Math.max(startMs, endMs - PROBE_MS), endMs } },
    stepMs: 1000,
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
  return uploadIntervalOf(await source.series(probeOf(query, names), signal)) ?? USUAL_INTERVAL_MS;
}
