/** What the series over a comparison are of. */
import type { TimeRange } from '#model/time-range.ts';

/** What our own server answers at once; a source that allows less says so. */
export const MAX_MS = 31 * 86_400_000;
/** Sides further apart than so many of their lengths have a series each. */
const FAR = 10;
/** Room around what is compared, of its length. */
const ROOM = 0.08;
/** A view so many times as long as what is compared would make that too small to take hold of. */
const MAX_VIEW = 6;

/** Whether one question about both is short enough, and shows both. */
export function areNear(a: TimeRange | undefined, b: TimeRange | undefined, longestMs: number): boolean {
  if (!a || !b) return true;
  const length = lengthOf(hullOf([a, b]));
  return length <= longestMs && length < FAR * Math.max(lengthOf(a), lengthOf(b));
}

/** What holds all of the ranges and what is in view, with some room beside what is compared, as far as it may be asked. */
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
  // To whole seconds, so that the same sides ask the same question.
  const whole = (ms: number): number => Math.round(ms / 1000) * 1000;
  const roomy = {
    startMs: whole(compared.startMs - length * ROOM),
    endMs: Math.max(whole(Math.min(compared.endMs + length * ROOM, nowMs)), compared.endMs),
  };
  const all = near ? hullOf([roomy, near]) : roomy;
  return [all, roomy].find((range) => lengthOf(range) <= longestMs) ?? compared;
}

function hullOf(ranges: readonly TimeRange[]): TimeRange {
  return {
    startMs: Math.min(...ranges.map(({ startMs }) => startMs)),
    endMs: Math.max(...ranges.map(({ endMs }) => endMs)),
  };
}

function lengthOf({ startMs, endMs }: TimeRange): number {
  return endMs - startMs;
}
