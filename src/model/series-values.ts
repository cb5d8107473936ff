/** From sums per step to what an axis shows. */
import type { Series } from './series.ts';
import { formatNumber, formatValue } from './units.ts';
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
  return type !== undefined && isSnapshotType(type.sampleType);
}

/** What is there at a time, not what was used over a time. */
export function isSnapshotType(sampleType: string): boolean {
  return /^(inuse|goroutine)/.test(sampleType);
}

export function uploadIntervalOf(series: readonly Series[]): number | undefined {
  const gaps: number[] = [];
  for (const { timesMs } of series.slice(0, 20))
    for (let i = 1; i < Math.min(timesMs.length, 200); i++) gaps.push(timesMs[i] - timesMs[i - 1]);
  gaps.sort((a, b) => a - b);
  return gaps[gaps.length >> 2];
}

/** How values of a type are shown over time: by the second, or as they are for snapshots. */
export interface RateScale {
  /** What a sum per step of one second is multiplied by. */
  readonly factor: number;
  /** `3.90 cores`, `12.1 MiB/s`, `240 /s`; of snapshots the value. */
  format(rate: number): string;
  /** The same without what the axis says once. */
  formatTick(rate: number): string;
  /** For the axis: `cores`, `bytes/s`. */
  readonly unit: string;
}

const NANOSECONDS: Readonly<Record<string, number>> = {
  nanoseconds: 1,
  ns: 1,
  microseconds: 1e3,
  milliseconds: 1e6,
  seconds: 1e9,
};

export function rateScaleOf(profileType: string): RateScale {
  const type = parseProfileType(profileType);
  const unit = type?.sampleUnit ?? '';
  const sampleType = type?.sampleType ?? '';
  const nanoseconds = NANOSECONDS[unit];
  if (isSnapshot(profileType)) {
    const format = (value: number): string => formatValue(value, unit, sampleType);
    return { factor: 1, format, formatTick: format, unit: unit === 'bytes' ? 'bytes' : sampleType };
  }
  if (nanoseconds !== undefined) {
    const words = sampleType === 'cpu' ? 'cores' : 's/s';
    return {
      factor: nanoseconds / 1e9,
      format: (rate) => `${formatNumber(rate)}\u00a0${words}`,
      formatTick: formatNumber,
      unit: words,
    };
  }
  if (unit === 'bytes') {
    const format = (rate: number): string => `${formatValue(rate, unit, sampleType)}/s`;
    return { factor: 1, format, formatTick: format, unit: 'bytes/s' };
  }
  return {
    factor: 1,
    format: (rate) => `${formatNumber(rate)}\u00a0/s`,
    formatTick: formatNumber,
    unit: `${sampleType}/s`,
  };
}
