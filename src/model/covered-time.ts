/** The time of a range that has profiles. Rates count it alone: a gap does not mean that nothing was used. */
import type { TimeRange } from './time-range.ts';

/** Counts by chance differ less than this between one distance and another. */
const CLEARLY_BETTER = 0.75;

/**
 * How much of a range has profiles, 0 to 1. Slices beside a gap are filled in part: they count by their profiles. Where
 * slices take turns in having more and fewer profiles, as uploads come less often than slices, a slice counts by the
 * profiles of one whole turn up to it.
 * @param profiles by slice
 */
export function coveredShare(profiles: ArrayLike<number>): number {
  const counts = Array.from(profiles);
  const turn = turnOf(counts);
  const sums = counts.map((_, i) => {
    const end = Math.max(turn, i + 1);
    return counts.slice(end - turn, end).reduce((sum, count) => sum + count, 0);
  });
  const filled = sums.filter((sum) => sum > 0).sort((a, b) => a - b);
  if (filled.length === 0) return 0;
  const usual = filled[filled.length >> 1];
  let covered = 0;
  for (const [i, sum] of sums.entries()) {
    const isInside = sums[i - turn] > 0 && sums[i + turn] > 0;
    if (sum > 0) covered += isInside ? 1 : Math.min(1, sum / usual);
  }
  return covered / counts.length;
}

/** @param share of the range that has profiles; where it is unknown, or nothing is stored, the whole range counts */
export function coveredMsOf({ startMs, endMs }: TimeRange, share: number | undefined): number {
  return (endMs - startMs) * (share || 1);
}

/**
 * Whether the time that a rate counts is shown beside it: where the rate over the whole range would print as another
 * number.
 * @param format of a rate per second
 */
export function isCoverageShown(
  total: number,
  coveredMs: number,
  rangeMs: number,
  format: (perSecond: number) => string,
): boolean {
  const rate = (ms: number): string => format((total / ms) * 1000);
  return coveredMs < rangeMs && rate(coveredMs) !== rate(rangeMs);
}

/** After how many slices their counts repeat; 1 where no other number fits clearly better. */
function turnOf(counts: readonly number[]): number {
  const changeAfter = (lag: number): number => {
    let change = 0;
    for (let i = lag; i < counts.length; i++) change += Math.abs(counts[i] - counts[i - lag]);
    return change / (counts.length - lag);
  };
  let turn = 1;
  let least = CLEARLY_BETTER * changeAfter(1);
  for (let lag = 2; lag <= counts.length / 3; lag++) {
    const change = changeAfter(lag);
    if (change >= least) continue;
    turn = lag;
    least = change;
  }
  return turn;
}
