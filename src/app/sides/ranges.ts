/** Pairs of ranges that are worth comparing. */
import { absolute, type TimeRange, type TimeRangeText } from '#model/time-range.ts';
import { formatDuration } from '#model/time-text.ts';

/** Ranges hold both their ends: one that ends where the next begins would share a profile with it. */
export function before({ startMs, endMs }: TimeRange): TimeRangeText {
  return absolute(startMs - (endMs - startMs) - 1, startMs - 1);
}

export function halves({ startMs, endMs }: TimeRange): { readonly a: TimeRangeText; readonly b: TimeRangeText } {
  const middle = Math.round((startMs + endMs) / 2);
  return { a: absolute(startMs, middle - 1), b: absolute(middle, endMs) };
}

const DAY_MS = 86_400_000;
/** The time in which a deploy settles belongs to neither side. */
const SETTLING_MS = 2 * 60_000;
const USUAL_WINDOW_MS = 15 * 60_000;
const MIN_WINDOW_MS = 60_000;

/** Windows of one length before and after something that happened, as long as there is time for since then. */
export function aroundMarker(timeMs: number, nowMs: number): { readonly a: TimeRangeText; readonly b: TimeRangeText } {
  const length = windowMs(timeMs, nowMs);
  return {
    a: absolute(timeMs - SETTLING_MS - length, timeMs - SETTLING_MS),
    b: absolute(timeMs + SETTLING_MS, timeMs + SETTLING_MS + length),
  };
}

/** `Compare 15 min before and after` */
export function aroundMarkerTitle(timeMs: number, nowMs: number): string {
  return `Compare ${formatDuration(windowMs(timeMs, nowMs))} before and after`;
}

/** Why these windows do not meet. */
export const aroundMarkerNote = `The ${formatDuration(SETTLING_MS)} before and after it are left out: the change settles in them.`;

/** Says what such windows leave out. */
export const leftOutText = `${formatDuration(2 * SETTLING_MS)} between A and B are left out`;

/** Whether two ranges have as much time between them as windows around a marker leave out. */
export function isAroundMarker(a: TimeRange | undefined, b: TimeRange | undefined): boolean {
  return a !== undefined && b !== undefined && b.startMs - a.endMs === 2 * SETTLING_MS;
}

function windowMs(timeMs: number, nowMs: number): number {
  return Math.max(MIN_WINDOW_MS, Math.min(USUAL_WINDOW_MS, nowMs - timeMs - SETTLING_MS));
}

/** The same time some days earlier. */
export function daysEarlier({ startMs, endMs }: TimeRange, days: number): TimeRangeText {
  return absolute(startMs - days * DAY_MS, endMs - days * DAY_MS);
}
