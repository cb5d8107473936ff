/** Converts sums per step to the values of an axis. */
import type { Series } from './series.ts';
import { formatNumber, formatValue, nanosecondsIn, scaleFor } from './units.ts';
import type { TimeRange } from './time-range.ts';
import { parseProfileType } from './profile-type.ts';

const NICE_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
const NBSP = '\u00a0';
const MAX_WORD_LENGTH = 40;

/** A nice step in ms: at most `points` in the range, at least twice the upload interval. */
export function stepFor({ startMs, endMs }: TimeRange, points: number, uploadIntervalMs: number | undefined): number {
  const least = Math.max((endMs - startMs) / points, 2 * (uploadIntervalMs ?? 0));
  return 1000 * (NICE_S.find((s) => s * 1000 >= least) ?? 86400 * Math.ceil(least / 864e5));
}

export function isSnapshot(profileType: string): boolean {
  const type = parseProfileType(profileType);
  return type !== undefined && isSnapshotType(type.sampleType);
}

/** True for live amounts, which must not be summed over time. */
export function isSnapshotType(sampleType: string): boolean {
  return /^(inuse|goroutine|live$)/.test(sampleType);
}

/** The smallest usual distance of profiles: one a series that comes too early (at its stop) does not count. */
export function uploadIntervalOf(series: readonly Series[]): number | undefined {
  const gaps: number[] = [];
  for (const { timesMs } of series.slice(0, 20))
    for (let i = 1; i < Math.min(timesMs.length, 200); i++) gaps.push(timesMs[i] - timesMs[i - 1]);
  gaps.sort((a, b) => a - b);
  return gaps[gaps.length >> 2];
}

/**
 * Removes the newest step while profiles may still be added to it, and the first one if it lies almost entirely before the
 * range. A profile belongs to the step in which it begins, and is uploaded when it ends: one interval later, which is half
 * a step or less (`stepFor`); late ones take another half of an interval.
 */
export function withoutOpenSteps(
  { labels, timesMs, values }: Series,
  stepMs: number,
  range: TimeRange,
  nowMs: number,
): Series {
  let length = timesMs.length;
  // In a range of the past all steps are complete.
  const latestMs = range.endMs > nowMs - 2 * stepMs ? nowMs - 0.75 * stepMs : Infinity;
  while (length > 1 && timesMs[length - 1] > latestMs) length--;
  const first = length > 1 && timesMs[0] <= range.startMs ? 1 : 0;
  return { labels, timesMs: timesMs.subarray(first, length), values: values.subarray(first, length) };
}

/** The unit of a whole axis, so that its ticks are numbers alone. */
interface AxisUnit {
  /** `cores`, `MiB/s`, `contentions/s`. */
  readonly title: string;
  /** The size of one axis unit, in the unit of the rates. */
  readonly size: number;
}

/** The display of a type's values over time: per second, or unchanged for snapshots. */
export interface RateScale {
  /** What a sum per step of one second is multiplied by. */
  readonly factor: number;
  /** `3.90 cores`, `12.1 MiB/s`, `240 contentions/s`; of snapshots the value. */
  format(rate: number): string;
  axisFor(largest: number): AxisUnit;
}

export function rateScaleOf(profileType: string): RateScale {
  const type = parseProfileType(profileType);
  const unit = type?.sampleUnit ?? '';
  const sampleType = type?.sampleType ?? '';
  const perSecond = isSnapshot(profileType) ? '' : '/s';
  const nanoseconds = nanosecondsIn(unit);
  if (nanoseconds !== undefined && perSecond !== '') {
    const words = sampleType === 'cpu' ? 'cores' : 's/s';
    return {
      factor: nanoseconds / 1e9,
      format: (rate) => `${formatNumber(rate)}${NBSP}${words}`,
      axisFor: () => ({ title: words, size: 1 }),
    };
  }
  const { suffix } = scaleFor(unit, sampleType, 1);
  if (suffix !== '') {
    return {
      factor: 1,
      format: (rate) => `${formatValue(rate, unit, sampleType)}${perSecond}`,
      axisFor(largest) {
        const scale = scaleFor(unit, sampleType, largest);
        return { title: `${scale.suffix}${perSecond}`, size: scale.size };
      },
    };
  }
  if (profileType === '') return { factor: 1, format: formatNumber, axisFor: () => ({ title: '', size: 1 }) };
  const words = `${countedWord(sampleType)}${perSecond}`;
  return {
    factor: 1,
    format: (rate) => `${formatNumber(rate)}${NBSP}${words}`,
    axisFor: () => ({ title: words, size: 1 }),
  };
}

/** The noun that a type counts: `alloc_objects` are objects. */
function countedWord(sampleType: string): string {
  if (/^goroutines?$/.test(sampleType)) return 'goroutines';
  return sampleType.replace(/^(alloc|inuse)_/, '').slice(0, MAX_WORD_LENGTH);
}
