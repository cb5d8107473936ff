/** What the series over a comparison are of. */
import type { TimeRange } from '#model/time-range.ts';

/** What our own server answers at once; a source that allows less says so. */
export const MAX_MS = 31 * 86_400_000;
/** Sides that are further apart than this many of their lengths have a series each. */
const FAR = 10;
/** Room around the compared ranges, as a part of their length. */
const ROOM = 0.08;
/** A view this many times as long as the compared ranges would make them too small to drag. */
const MAX_VIEW = 6;

/** Whether one query for both is short enough and shows both. */
export function areNear(a: TimeRange | undefined, b: TimeRange | undefined, longestMs: number): boolean {
  if (!a || !b) return true;
  const length = lengthOf(hullOf([a, b]));
  return length <= longestMs && length < FAR * Math.max(lengthOf(a), lengthOf(b));
}

/** A range that contains all sides and the range in view, with some room, up to the longest that may be asked for. */
export function around(
  ranges: readonly TimeRange[],
  view: TimeRange | undefined,
  nowMs: number,
  longestMs: number,
): TimeRange | undefined {
  if (ranges.length === 0) return view;
  const compared = hullOf(ranges);
  const length = lengthOf(compared);
  const near = view && lengthOf(view) < MAX_VIEW * length ? view : undefined;
  // Rounded to whole seconds, so that the same sides give the same query.
  const whole = (ms: number): number => Math.round(ms / 1000) * 1000;
  const roomy = {
    startMs: whole(compared.startMs - length * ROOM),
    endMs: Math.max(whole(Math.min(compared.endMs + length * ROOM, nowMs)), compared.endMs),
  };
  const all = near ? hullOf([roomy, near]) : roomy;
  return [all, roomy].find((range) => lengthOf(range) <= longestMs) ?? compared;
}

/** From the beginning of the earliest range to the end of the latest. @param ranges at least one */
export function hullOf(ranges: readonly TimeRange[]): TimeRange {
  return {
    startMs: Math.min(...ranges.map(({ startMs }) => startMs)),
    endMs: Math.max(...ranges.map(({ endMs }) => endMs)),
  };
}

function lengthOf({ startMs, endMs }: TimeRange): number {
  return endMs - startMs;
}
