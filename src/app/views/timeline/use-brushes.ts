/** The ranges in the chart that can be moved: a selection, and the sides of a comparison. */
import { useMemo, useState } from 'react';
import type { TimeRange } from '#model/time-range.ts';
import type { Held, Movable } from '#render/timeline/drag.ts';
import type { Brush } from '#render/timeline/engine.ts';

export interface BrushSide extends Pick<Brush, 'side' | 'range'> {
  /** The rate in the range, where it is known better than as a mean of steps. */
  readonly text?: string | undefined;
}

interface BrushProps {
  readonly range: TimeRange;
  readonly sides: readonly BrushSide[];
  readonly isAnswered: boolean;
  /** The selection that the page shows already; what the user changes is one of its own until it is applied. */
  readonly applied: TimeRange | undefined;
  meanIn(range: TimeRange): string | undefined;
  onSide: ((side: BrushSide['side'], range: TimeRange) => void) | undefined;
  /** A selection was let go; undefined if one has to be applied by hand. */
  onApply: ((range: TimeRange) => void) | undefined;
}

export interface Brushes {
  readonly selection: TimeRange | undefined;
  /** The sides where they are now, with the mean of each. */
  readonly brushes: readonly Brush[];
  readonly movables: readonly Movable[];
  /** What keys move. */
  readonly held: Held;
  hold(held: Held): void;
  /** @param isDone it was let go, or a side was moved by a key */
  change(held: Held, range: TimeRange, isDone: boolean): void;
  clear(): void;
  /** Takes a move back. @param selection the one before it */
  cancel(held: Held, selection: TimeRange | undefined): void;
}

export function useBrushes(props: BrushProps): Brushes {
  const { range, sides, isAnswered, applied, meanIn, onSide, onApply } = props;
  const [own, setSelection] = useState<TimeRange>();
  const selection = own ?? applied;
  const [held, hold] = useState<Held>('selection');
  const [moving, setMoving] = useState<BrushSide>();
  // A selection belongs to the range it was made in, a moved side to the sides it was moved from.
  const [known, setKnown] = useState({ range, sides });
  const isMoved = known.range.startMs !== range.startMs || known.range.endMs !== range.endMs;
  if (isMoved || known.sides !== sides) {
    setKnown({ range, sides });
    setMoving(undefined);
    if (own && (own.startMs < range.startMs || own.endMs > range.endMs)) setSelection(undefined);
  }
  const brushes = useMemo(
    () =>
      sides.map(({ side, range: given, text }): Brush => {
        const isMoving = moving?.side === side;
        const at = isMoving ? moving.range : given;
        return {
          side,
          range: at,
          text: (isMoving ? undefined : text) ?? meanIn(at) ?? (isAnswered ? 'no profiles' : ''),
        };
      }),
    [sides, moving, meanIn, isAnswered],
  );
  return {
    selection,
    brushes,
    movables: [
      ...(selection ? [{ held: 'selection', range: selection } as const] : []),
      ...brushes.map((brush) => ({ held: brush.side, range: brush.range })),
    ],
    held,
    hold,
    change(what, to, isDone) {
      if (what === 'selection') {
        setSelection(isDone && onApply ? undefined : to);
        if (isDone) onApply?.(to);
      } else {
        setMoving({ side: what, range: to });
        if (isDone) onSide?.(what, to);
      }
    },
    clear: () => setSelection(undefined),
    cancel(what, before) {
      if (what === 'selection') setSelection(before);
      setMoving(undefined);
    },
  };
}
