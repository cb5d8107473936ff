/** Selecting on a chart: a new range, an edge that is moved, the whole that is moved. Numbers in, numbers out. */
import type { TimeRange } from '#model/time-range.ts';

/** What a drag changes: the selection, or a side of a comparison. */
export type Held = 'selection' | 'a' | 'b';

export interface Movable {
  readonly held: Held;
  readonly range: TimeRange;
}

export type Drag = { readonly held: Held } & (
  | { readonly kind: 'new'; readonly anchorMs: number }
  | { readonly kind: 'start' | 'end'; readonly range: TimeRange }
  | { readonly kind: 'move'; readonly range: TimeRange; readonly grabbedMs: number }
);

/**
 * Finds the range to drag: edges before bodies, the nearest edge first, then by order in the list.
 * @param slackMs maximum distance of the pointer from an edge
 */
export function beginDrag(movables: readonly Movable[], atMs: number, slackMs: number): Drag {
  let found: Drag | undefined;
  let nearest = slackMs;
  for (const { held, range } of movables) {
    for (const [kind, edgeMs] of [
      ['start', range.startMs],
      ['end', range.endMs],
    ] as const) {
      const away = Math.abs(atMs - edgeMs);
      // If both edges are at one place, the drag moves the one that can go in its direction.
      const isNearer =
        away < nearest || (away === nearest && (found === undefined || (kind === 'end' && atMs >= edgeMs)));
      if (!isNearer) continue;
      nearest = away;
      found = { held, kind, range };
    }
  }
  if (found) return found;
  const inside = movables.find(({ range }) => atMs > range.startMs && atMs < range.endMs);
  if (inside) return { ...inside, kind: 'move', grabbedMs: atMs };
  return { held: 'selection', kind: 'new', anchorMs: atMs };
}

/** The range with the pointer at a time; it stays within the limits, and an edge may pass the other. */
export function dragTo(drag: Drag, atMs: number, limits: TimeRange): TimeRange {
  const at = Math.max(limits.startMs, Math.min(limits.endMs, atMs));
  switch (drag.kind) {
    case 'new':
      return ordered(drag.anchorMs, at);
    case 'start':
      return ordered(at, drag.range.endMs);
    case 'end':
      return ordered(drag.range.startMs, at);
    case 'move': {
      const { startMs, endMs } = drag.range;
      const by = atMs - drag.grabbedMs;
      // A range beyond the limits may move back, but not further out.
      const least = Math.min(0, limits.startMs - startMs);
      const most = Math.max(0, limits.endMs - endMs);
      const moved = Math.max(least, Math.min(most, by));
      return { startMs: startMs + moved, endMs: endMs + moved };
    }
  }
}

function ordered(a: number, b: number): TimeRange {
  return a < b ? { startMs: a, endMs: b } : { startMs: b, endMs: a };
}
