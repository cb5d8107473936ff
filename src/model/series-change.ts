/** The change of a series: its mean relative to the same time a day or some weeks before. */
import type { Series } from './series.ts';
import type { TimeRange } from './time-range.ts';

/** Mean per step that holds something, in the series' unit; 0 if no step does. */
export interface SeriesChange {
  readonly first: number;
  readonly last: number;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** The earlier range must have profiles in this part of its steps to be comparable. */
const MIN_COVERED = 0.5;

/** The same time of the day, and of longer ranges the same days of the week: a night is not held against a day. */
export function timeBefore({ startMs, endMs }: TimeRange): { readonly range: TimeRange; readonly days: number } {
  const length = endMs - startMs;
  const backMs = length <= DAY_MS ? DAY_MS : WEEK_MS * Math.ceil(length / WEEK_MS);
  return { range: { startMs: startMs - backMs, endMs: endMs - backMs }, days: backMs / DAY_MS };
}

/**
 * @param now its value in each step that has profiles
 * @param before the same of the time before; undefined: it had none there
 * @param steps of the time before that have profiles of anything
 * @returns undefined if too little is known
 */
export function changeSince(before: Series | undefined, now: Series, steps: number): SeriesChange | undefined {
  if (now.values.length === 0 || steps < MIN_COVERED * now.values.length) return undefined;
  return { first: before === undefined ? 0 : mean(before.values), last: mean(now.values) };
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
