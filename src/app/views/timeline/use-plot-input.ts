/** Pointer and keys in the chart: the time that is read, and the range that is moved. */
import { type DOMAttributes, type KeyboardEvent, type PointerEvent, type RefObject, useRef, useState } from 'react';
import { type AlignedSeries, readingMs } from '#model/aligned-series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { beginDrag, type Drag, dragTo, type Movable } from '#render/timeline/drag.ts';
import type { TimelineEngine, TimelineMark } from '#render/timeline/engine.ts';
import { actOf } from './chart-keys.ts';
import type { Brushes } from './use-brushes.ts';

interface Hover {
  readonly ms: number;
  /** Nearest to the pointer, -1 none. */
  readonly series: number;
  /** Css px in the plot, of the time that is read. */
  readonly x: number;
  readonly isLeft: boolean;
  readonly isByKey: boolean;
}

/** Css px on both sides of an edge where the pointer takes it. */
const SLACK_CSS = 12;
/** A press that moves less is a click. */
const MIN_DRAG_CSS = 4;
const READING_GAP_CSS = 8;

interface PlotInputProps {
  readonly host: RefObject<HTMLDivElement | null>;
  readonly engine: RefObject<TimelineEngine | undefined>;
  readonly series: AlignedSeries;
  readonly range: TimeRange;
  readonly marks: readonly TimelineMark[];
  readonly state: Brushes;
  /** Takes the selection back, also one that is applied. */
  onClear(): void;
  onZoom(range: TimeRange): void;
  onMark(mark: number): void;
}

interface PlotInput {
  /** What is read; undefined while nothing is. */
  readonly hover: Hover | undefined;
  readonly handlers: DOMAttributes<HTMLDivElement>;
}

export function usePlotInput(props: PlotInputProps): PlotInput {
  const { host, engine, series, range, marks, state, onZoom, onMark, onClear } = props;
  const [hover, setHover] = useState<Hover>();
  const hoverAtTime = (ms: number, near: number, isByKey: boolean): Hover => {
    const x = engine.current!.xOf(readingMs(series, ms));
    const isLeft = x > host.current!.clientWidth / 2;
    return { ms, series: near, x: isLeft ? x - READING_GAP_CSS : x + READING_GAP_CSS, isLeft, isByKey };
  };

  const drag = useRef<{
    readonly drag: Drag;
    readonly x: number;
    readonly before: TimeRange | undefined;
    last: TimeRange | undefined;
  }>(undefined);
  const placeOf = (event: PointerEvent): { readonly x: number; readonly y: number } => {
    const box = host.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    const { x, y } = placeOf(event);
    const at = engine.current?.hoverAt(x, y);
    if (event.button !== 0 || !at) return;
    const mark = engine.current!.markAt(x, y);
    if (mark >= 0) return onMark(mark);
    event.currentTarget.setPointerCapture(event.pointerId);
    const begun = beginDrag(state.movables, at.ms, engine.current!.msOf(SLACK_CSS));
    drag.current = { drag: begun, x, before: state.selection, last: undefined };
    state.hold(begun.held);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const { x, y } = placeOf(event);
    const at = engine.current?.hoverAt(x, y);
    if (!at) return;
    const next = hoverAtTime(at.ms, at.series, false);
    // What is read changes from step to step, not from pixel to pixel.
    if (next.x !== hover?.x || next.series !== hover.series || hover.isByKey) setHover(next);
    const now = drag.current;
    if (!now) {
      event.currentTarget.style.cursor = cursorFor(engine.current!, state.movables, x, y, at.ms);
      return;
    }
    if (now.last === undefined && Math.abs(x - now.x) < MIN_DRAG_CSS) return;
    now.last = dragTo(now.drag, at.ms, range);
    state.change(now.drag.held, now.last, false);
  };
  const onPointerUp = (): void => {
    const now = drag.current;
    drag.current = undefined;
    if (now?.last) state.change(now.drag.held, now.last, true);
    else if (now?.drag.kind === 'new') state.clear();
  };
  const cancelDrag = (): void => {
    if (drag.current) state.cancel(drag.current.drag.held, drag.current.before);
    drag.current = undefined;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && drag.current) return cancelDrag();
    const act = actOf(event, {
      range,
      stepMs: series.stepMs,
      cursorMs: hover?.ms,
      held: state.held,
      movables: state.movables,
      markTimes: marks.map(({ timeMs }) => timeMs),
    });
    if (!act) return;
    event.preventDefault();
    switch (act.kind) {
      case 'read':
        state.hold(act.held);
        setHover(hoverAtTime(act.ms, -1, true));
        break;
      case 'change':
        // A selection grows key by key, and is applied by Enter.
        state.change(act.held, act.range, act.held !== 'selection');
        setHover(hoverAtTime(act.ms, -1, true));
        break;
      case 'zoom':
        onZoom(act.range);
        break;
      case 'open':
        onMark(act.mark);
        break;
      case 'clear':
        onClear();
        state.hold('selection');
        setHover(undefined);
        break;
    }
  };
  return {
    hover,
    handlers: {
      onPointerDown,
      onPointerMove,
      onPointerUp,
      onPointerCancel: cancelDrag,
      onPointerLeave: () => !drag.current && setHover(undefined),
      onDoubleClick: onClear,
      onKeyDown,
      onBlur: () => setHover(undefined),
    },
  };
}

function cursorFor(engine: TimelineEngine, movables: readonly Movable[], x: number, y: number, ms: number): string {
  if (engine.markAt(x, y) >= 0) return 'pointer';
  const { kind } = beginDrag(movables, ms, engine.msOf(SLACK_CSS));
  return kind === 'start' || kind === 'end' ? 'ew-resize' : kind === 'move' ? 'grab' : 'crosshair';
}
