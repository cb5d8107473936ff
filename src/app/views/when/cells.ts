/** Between cells of the heatmap and the interval of a link. */
import { asWritten, type Interval } from '#model/interval.ts';
import { ROWS, type When } from '#model/when.ts';
import type { CellRange } from '#render/when/paint.ts';
import type { Selecting } from './when-keys.ts';

export function cellMsOf({ columnMs }: Pick<When, 'columnMs'>): number {
  return columnMs / ROWS;
}

/** Both ends are selected. */
export function rangeOf({ anchor, head }: Selecting): CellRange {
  return { start: Math.min(anchor, head), end: Math.max(anchor, head) + 1 };
}

export function intervalOf({ start, end }: CellRange, cellMs: number): Interval {
  return { fromMs: asWritten(start * cellMs), untilMs: asWritten(end * cellMs), isRest: false };
}

/** The cells that an interval touches. */
export function cellsOf({ fromMs, untilMs }: Interval, cellMs: number): CellRange {
  return { start: Math.floor(fromMs / cellMs + 1e-6), end: Math.ceil(untilMs / cellMs - 1e-6) };
}
