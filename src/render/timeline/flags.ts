/** Markers as flags in the row above the plot: their positions, and the part of each title that fits. */
import { readable } from '../text.ts';
import { type Chart } from './chart.ts';

export interface TimelineMark {
  readonly timeMs: number;
  readonly title: string;
}

/** Css px. */
export interface Flag {
  /** Index of the mark. */
  readonly mark: number;
  /** The position of its line. */
  readonly at: number;
  readonly x: number;
  readonly width: number;
  /** '' where there is no room: a stub. */
  readonly text: string;
}

export const FLAG = { top: 1, height: 14, pad: 5 } as const;
/** Longer titles are cut. */
const WIDEST = 420;
const STUB = 6;
const GAP = 2;
/** A flag with fewer characters says nothing. */
const MIN_LENGTH = 3;
/** In characters. */
const MAX_LENGTH = 120;
/** More flags than any row has room for. */
const MAX_FLAGS = 400;

/** @param marks by time @param measure width of a text */
export function layoutFlags(
  chart: Chart,
  marks: readonly TimelineMark[],
  measure: (text: string) => number,
): readonly Flag[] {
  const seen = marks
    .map(({ timeMs, title }, mark) => ({ mark, title, at: Math.round(chart.x(timeMs)) }))
    .filter(({ at }) => at >= chart.left && at <= chart.right)
    .slice(0, MAX_FLAGS);
  const flags: Flag[] = [];
  for (const [i, { mark, title, at }] of seen.entries()) {
    const right = Math.min(WIDEST, (seen[i + 1]?.at ?? chart.size.width + GAP) - GAP - at);
    const before = flags.at(-1);
    const left = Math.min(WIDEST, at - (before ? Math.max(before.at, before.x + before.width) + GAP : 0));
    // The text of the last flags goes to the left if the plot ends before it.
    const isLast = i === seen.length - 1;
    const isTurned = isLast && right < left && measure(readable(title)) + 2 * FLAG.pad > right;
    const text = fitting(readable(title), (isTurned ? left : right) - 2 * FLAG.pad, measure);
    const width = text === '' ? STUB : Math.ceil(measure(text)) + 2 * FLAG.pad;
    flags.push({ mark, at, x: isTurned ? at - width : at, width, text });
  }
  return flags;
}

/** The mark whose flag is under a point, -1 none. Where flags overlap the later one is on top. */
export function markUnder(flags: readonly Flag[], x: number, y: number): number {
  if (y > FLAG.top + FLAG.height + 1) return -1;
  return flags.findLast((flag) => x >= flag.x - 1 && x <= flag.x + flag.width + 1)?.mark ?? -1;
}

function fitting(title: string, room: number, measure: (text: string) => number): string {
  if (measure(title) <= room) return title;
  const letters = Array.from(title);
  for (let count = Math.min(letters.length - 1, MAX_LENGTH); count >= MIN_LENGTH; count--) {
    const text = `${letters.slice(0, count).join('')}…`;
    if (measure(text) <= room) return text;
  }
  return '';
}
