/** What keys do on a chart: arrows read, with Shift they select, `m` walks markers. State in, an act out. */
import type { TimeRange } from '#model/time-range.ts';
import { type Held, type Movable } from '#render/timeline/drag.ts';

export interface ChartKey {
  readonly key: string;
  readonly shiftKey: boolean;
}

export interface ChartState {
  readonly range: TimeRange;
  readonly stepMs: number;
  readonly cursorMs: number | undefined;
  /** What Shift, `<` and `>` change. */
  readonly held: Held;
  /** The selection, if there is one, and the sides of a comparison. */
  readonly movables: readonly Movable[];
  /** By time. */
  readonly markTimes: readonly number[];
}

export type ChartAct =
  | { readonly kind: 'read'; readonly ms: number; readonly held: Held }
  | { readonly kind: 'change'; readonly held: Held; readonly range: TimeRange; readonly ms: number }
  | { readonly kind: 'zoom'; readonly range: TimeRange }
  | { readonly kind: 'open'; readonly mark: number }
  | { readonly kind: 'clear' };

const PAGE_STEPS = 10;

/** Undefined for keys that mean nothing here. */
export function actOf({ key, shiftKey }: ChartKey, state: ChartState): ChartAct | undefined {
  const { range, stepMs, cursorMs, held, movables, markTimes } = state;
  const to = targetOf(key, state);
  if (to !== undefined) {
    if (!shiftKey || cursorMs === undefined) return { kind: 'read', ms: to, held };
    return { kind: 'change', held, range: extended(state, cursorMs, to), ms: to };
  }
  const holding = movables.find((one) => one.held === held)?.range;
  switch (key) {
    case '<':
    case '>': {
      if (!holding) return undefined;
      const by = key === '<' ? -stepMs : stepMs;
      const moved = Math.max(range.startMs - holding.startMs, Math.min(range.endMs - holding.endMs, by));
      return {
        kind: 'change',
        held,
        range: { startMs: holding.startMs + moved, endMs: holding.endMs + moved },
        ms: cursorMs ?? holding.startMs,
      };
    }
    case 'a':
    case 'b': {
      const side = movables.find((one) => one.held === key)?.range;
      // Once more, and the other edge is at hand.
      return side && { kind: 'read', held: key, ms: cursorMs === side.startMs ? side.endMs : side.startMs };
    }
    case 'm':
    case 'M': {
      const inRange = markTimes.filter((ms) => ms >= range.startMs && ms <= range.endMs);
      const next =
        key === 'm'
          ? (inRange.find((ms) => cursorMs === undefined || ms > cursorMs) ?? inRange[0])
          : (inRange.findLast((ms) => cursorMs === undefined || ms < cursorMs) ?? inRange.at(-1));
      return next === undefined ? undefined : { kind: 'read', ms: next, held };
    }
    case 'Enter': {
      const mark = markTimes.indexOf(cursorMs ?? Number.NaN);
      if (mark >= 0) return { kind: 'open', mark };
      const selection = movables.find((one) => one.held === 'selection')?.range;
      return selection && { kind: 'zoom', range: selection };
    }
    case 'Escape':
    case 'Backspace':
      return { kind: 'clear' };
    default:
      return undefined;
  }
}

/** The new cursor of a key, undefined for other keys. The first key enters from its side. */
function targetOf(key: string, { range, stepMs, cursorMs }: ChartState): number | undefined {
  const clamped = (ms: number): number => Math.max(range.startMs, Math.min(range.endMs, ms));
  switch (key) {
    case 'ArrowRight':
      return clamped((cursorMs ?? range.startMs - stepMs / 2) + stepMs);
    case 'ArrowLeft':
      return clamped((cursorMs ?? range.endMs + stepMs / 2) - stepMs);
    case 'PageDown':
      return clamped((cursorMs ?? range.startMs) + PAGE_STEPS * stepMs);
    case 'PageUp':
      return clamped((cursorMs ?? range.endMs) - PAGE_STEPS * stepMs);
    case 'Home':
      return range.startMs;
    case 'End':
      return range.endMs;
    default:
      return undefined;
  }
}

/** The range that is held, with its edge at the cursor moved; a new selection where the cursor is at none. */
function extended({ held, movables, stepMs }: ChartState, fromMs: number, toMs: number): TimeRange {
  const range = movables.find((one) => one.held === held)?.range;
  if (!range) return ordered(fromMs, toMs);
  const toStart = Math.abs(fromMs - range.startMs);
  const toEnd = Math.abs(fromMs - range.endMs);
  // A side always exists, so it is never created.
  if (held === 'selection' && Math.min(toStart, toEnd) > stepMs / 2) return ordered(fromMs, toMs);
  return toStart < toEnd ? ordered(toMs, range.endMs) : ordered(range.startMs, toMs);
}

function ordered(a: number, b: number): TimeRange {
  return a < b ? { startMs: a, endMs: b } : { startMs: b, endMs: a };
}
