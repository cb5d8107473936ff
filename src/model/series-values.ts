/** From sums per step to what an axis shows. */
import type { Series } from './series.ts';
import type { TimeRange } from './time-range.ts';
import { parseProfileType } from './profile-type.ts';

const NICE_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/** A nice step in ms: at most `points` in the range, at least twice the upload interval. */
export function stepFor({ startMs, endMs }: TimeRange, points: number, uploadIntervalMs: number | undefined): number {
  const least = Math.max((endMs - startMs) / points, 2 * (uploadIntervalMs ?? 0));
  return 1000 * (NICE_S.find((s) => s * 1000 >= least) ?? 86400 * Math.ceil(least / 864e5));
}

export function isSnapshot(profileType: string): boolean {
  const type = parseProfileType(profileType);
  return type !== undefined && /^(inuse|goroutine)/.test(type.sampleType);
}

export function uploadIntervalOf(series: readonly Series[]): number | undefined {
  const gaps: number[] = [];
  for (const { timesMs } of series.slice(0, 20))
    for (let i = 1; i < Math.min(timesMs.length, 200); i++) gaps.push(timesMs[i] - timesMs[i - 1]);
  gaps.sort((a, b) => a - b);
  return gaps[gaps.length >> 2];
}
