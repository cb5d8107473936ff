/** Counts of requests as a series. */
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import type { WorkAnswer } from '#wire/work.ts';

/** What of a series lies in a range. */
export function seriesWithin({ labels, timesMs, values }: Series, { startMs, endMs }: TimeRange): Series {
  const isWithin = (i: number): boolean => timesMs[i] >= startMs && timesMs[i] <= endMs;
  return { labels, timesMs: timesMs.filter((_, i) => isWithin(i)), values: values.filter((_, i) => isWithin(i)) };
}

/** Requests per second in each step that was counted. What the first and the last step hold may be a part. */
export function requestSeries({ steps }: WorkAnswer, { startMs, endMs }: TimeRange): Series {
  const stepMs = (endMs - startMs) / steps.length;
  const known = [...steps.keys()].filter((i) => steps[i] !== null);
  const whole = known.length > 2 ? known.slice(1, -1) : known;
  return {
    labels: [],
    timesMs: Float64Array.from(whole, (i) => startMs + (i + 0.5) * stepMs),
    values: Float64Array.from(whole, (i) => (steps[i]! * 1000) / stepMs),
  };
}
