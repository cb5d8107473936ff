/** Divides snapshots by their number in each step, so that a missing or extra snapshot is not a dip or a peak. */
import type { SeriesQuestion } from '#datasource/datasource.ts';
import type { Series } from '#model/series.ts';

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

/**
 * Sums in fine steps, one snapshot in each, as the mean of the snapshots in each coarse step.
 * @param startMs of the range: steps end at it, and at whole steps after it
 */
export function meansInSteps(sums: readonly Series[], startMs: number, stepMs: number): readonly Series[] {
  return sums.map(({ labels, timesMs, values }) => {
    const times: number[] = [];
    const means: number[] = [];
    let count = 0;
    for (let i = 0; i < timesMs.length; i++) {
      const endMs = startMs + Math.max(0, Math.ceil((timesMs[i] - startMs) / stepMs)) * stepMs;
      if (times.at(-1) !== endMs) {
        times.push(endMs);
        means.push(0);
        count = 0;
      }
      count++;
      means[means.length - 1] += (values[i] - means[means.length - 1]) / count;
    }
    return { labels, timesMs: Float64Array.from(times), values: Float64Array.from(means) };
  });
}
