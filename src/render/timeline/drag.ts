/** Selecting on a chart: a new range, an edge that is moved, the whole that is moved. Numbers in, numbers out. */
import type { TimeRange } from '#model/time-range.ts';

export type Drag =
  | { readonly kind: 'new'; readonly anchorMs: number }
  | { readonly kind: 'start' | 'end'; readonly selection: TimeRange }
  | { readonly kind: 'move'; readonly selection: TimeRange; readonly grabbedMs: number };

/** @param slackMs how far from an edge the pointer may be to take hold of it */
export function beginDrag(selection: TimeRange | undefined, atMs: number, slackMs: number): Drag {
  if (selection !== undefined) {
    const toStart = Math.abs(atMs - selection.startMs);
    const toEnd = Math.abs(atMs - selection.endMs);
    if (Math.min(toStart, toEnd) <= slackMs) return { kind: toStart < toEnd ? 'start' : 'end', selection };
    if (atMs > selection.startMs && atMs < selection.endMs) return { kind: 'move', selection, grabbedMs: atMs };
  }
  return { kind: 'new', anchorMs: atMs };
}

/** The selection with the pointer at a time; it stays within the limits, and an edge may pass the other. */
export function dragTo(drag: Drag, atMs: number, limits: TimeRange): TimeRange {
  switch (drag.kind) {
    case 'new':
      return ordered(drag.anchorMs, atMs);
    case 'start':
      return ordered(atMs, drag.selection.endMs);
    case 'end':
      return ordered(drag.selection.startMs, atMs);
    case 'move': {
      const { startMs, endMs } = drag.selection;
      const by = Math.max(limits.startMs - startMs, Math.min(limits.endMs - endMs, atMs - drag.grabbedMs));
      return { startMs: startMs + by, endMs: endMs + by };
    }
  }
}

function ordered(a: number, b: number): TimeRange {
  return a < b ? { startMs: a, endMs: b } : { startMs: b, endMs: a };
}
