/** Divides snapshots by their number in each step, so that a missing or extra snapshot is not a dip or a peak. */
import type { SeriesQuestion } from '#datasource/datasource.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';

/** More points than this are not asked for: then each step is taken to have as many snapshots as usual. */
const MAX_FINE_POINTS = 400_000;
const MAX_FINE_STEPS = 20_000;

/** A step that divides the coarse one and holds one snapshot at most, though these come up to a quarter early or late. */
export function fineStepFor(stepMs: number, intervalMs: number): number {
  const least = Math.ceil(stepMs / (intervalMs / 2));
  for (let parts = least; parts < stepMs / 1000; parts++)
    if (stepMs % parts === 0 && (stepMs / parts) % 1000 === 0) return stepMs / parts;
  return Math.min(stepMs, 1000);
}

/** The same question in fine steps; undefined if the answer would be too large. @param instances that it has */
export function fineQuestion(
  question: SeriesQuestion,
  intervalMs: number,
  instances: number,
): SeriesQuestion | undefined {
  const { startMs, endMs } = question.query.range;
  const stepMs = fineStepFor(question.stepMs, intervalMs);
  const steps = (endMs - startMs) / stepMs;
  const isSmall = steps <= MAX_FINE_STEPS && steps * instances <= MAX_FINE_POINTS;
  return isSmall ? { ...question, stepMs } : undefined;
}

/** A snapshot holds this many intervals: until the next one, which may come late. */
const HOLD = 1.5;

/**
 * Sums in fine steps, one snapshot in each, as the mean of the snapshots in each coarse step. Steps end at whole steps after
 * the start of the range. Two of them are partial: what ends where the range begins is no part of it, and left out if there
 * is more; the last one may end before an instance has sent again, and then has its snapshot before.
 * @param intervalMs how often an instance sends
 */
export function meansInSteps(
  sums: readonly Series[],
  { startMs, endMs }: TimeRange,
  stepMs: number,
  intervalMs: number,
): readonly Series[] {
  const stepEnd = (timeMs: number): number => startMs + Math.max(0, Math.ceil((timeMs - startMs) / stepMs)) * stepMs;
  const lastEnd = stepEnd(endMs);
  const isInside = sums.some(({ timesMs }) => timesMs.length > 0 && timesMs[timesMs.length - 1] > startMs);
  // Where the last step has nothing at all, nothing is made up for it.
  const isReached = sums.some(({ timesMs }) => timesMs.length > 0 && stepEnd(timesMs[timesMs.length - 1]) === lastEnd);
  return sums.map(({ labels, timesMs, values }) => {
    const times: number[] = [];
    const means: number[] = [];
    let count = 0;
    for (let i = 0; i < timesMs.length; i++) {
      if (isInside && timesMs[i] <= startMs) continue;
      const end = stepEnd(timesMs[i]);
      if (times.at(-1) !== end) {
        times.push(end);
        means.push(0);
        count = 0;
      }
      count++;
      means[means.length - 1] += (values[i] - means[means.length - 1]) / count;
    }
    const latest = timesMs.length - 1;
    if (
      isReached &&
      latest >= 0 &&
      stepEnd(timesMs[latest]) < lastEnd &&
      timesMs[latest] >= endMs - HOLD * intervalMs
    ) {
      times.push(lastEnd);
      means.push(values[latest]);
    }
    return { labels, timesMs: Float64Array.from(times), values: Float64Array.from(means) };
  });
}
