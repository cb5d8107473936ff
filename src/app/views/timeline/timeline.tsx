/** The time series as a chart one can point at: readings, a selection, markers, a legend that isolates. Facts in, events out. */
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { type AlignedSeries, largestShown, middleMs, stepAt, summaryOf, totalColumn } from '#model/aligned-series.ts';
import type { LabelSet } from '#model/labels.ts';
import type { RateScale } from '#model/series-values.ts';
import type { TimeRange } from '#model/time-range.ts';
import { formatInstant } from '#model/time-text.ts';
import { readable } from '#render/text.ts';
import { beginDrag, type Drag, dragTo, type Held, type Movable } from '#render/timeline/drag.ts';
import type { Brush, TimelineEngine, TimelineMark } from '#render/timeline/engine.ts';
import { Button } from '../../components/button.tsx';
import { PopoverPanel } from '../../components/popover.tsx';
import { setPreference, usePreference } from '../../state/preferences.ts';
import { useLasting } from '../../components/use-lasting.ts';
import { actOf } from './chart-keys.ts';
import { HeightEdge } from './height-edge.tsx';
import { HoverPanel } from './hover-panel.tsx';
import { Legend } from './legend.tsx';
import { readingsAt } from './readings.ts';
import { SelectionBar } from './selection-bar.tsx';
import { everything, isShown } from './series-choice.ts';
import { SeriesTable } from './series-table.tsx';
import { useEngine } from './use-engine.ts';
import { useTimelineTheme } from './timeline-theme.ts';
import styles from './timeline.module.css';

type Side = Brush['side'];

export interface TimelineProps {
  /** Colours go by their order: it should not hang on their cost, which changes with the range. */
  readonly series: AlignedSeries;
  readonly range: TimeRange;
  readonly zone: string;
  readonly isStacked: boolean;
  readonly scale: RateScale;
  /** What a series is called. */
  titleOf(labels: LabelSet): string;
  /** By time. */
  readonly marks: readonly TimelineMark[];
  readonly isStale: boolean;
  /** Whether the series are all there are: only then there is nothing where they have nothing. */
  readonly isAnswered: boolean;
  /** Ranges of the sides of a comparison; their edges can be moved. */
  readonly sides?: readonly { readonly side: Side; readonly range: TimeRange }[];
  onZoom(range: TimeRange): void;
  /** A side was moved: once, when it is let go. */
  onSide?(side: Side, range: TimeRange): void;
  /** What a flag opens: all that is known of a mark. */
  renderMark(mark: number, close: () => void): ReactNode;
  /** More that can be done with a selection. */
  renderActions?(selection: TimeRange, clear: () => void): ReactNode;
}

interface Hover {
  readonly ms: number;
  /** Nearest to the pointer, -1 none. */
  readonly series: number;
  /** Css px in the plot, of what is read. */
  readonly x: number;
  readonly isLeft: boolean;
  readonly isByKey: boolean;
}

/** Half of what an edge can be taken hold of in. */
const SLACK_CSS = 12;
/** A press that moves less is a click. */
const LEAST_DRAG_CSS = 4;
const MOST_READINGS = 10;
const READING_GAP_CSS = 8;
const NO_SIDES: NonNullable<TimelineProps['sides']> = [];

export function Timeline(props: TimelineProps): ReactElement {
  const { series, range, zone, isStacked, scale, titleOf, marks, isStale, isAnswered, sides = NO_SIDES } = props;
  const { onZoom, onSide, renderMark, renderActions } = props;
  const { format } = scale;
  const hasWaited = useLasting(isStale);
  const kept = usePreference('seriesHeight');
  const [draggedHeight, setDraggedHeight] = useState<number>();
  const height = draggedHeight ?? kept;
  const [hover, setHover] = useState<Hover>();
  const [selection, setSelection] = useState<TimeRange>();
  const [held, setHeld] = useState<Held>('selection');
  const [moving, setMoving] = useState<{ readonly side: Side; readonly range: TimeRange }>();
  const [choice, setChoice] = useState(everything);
  const [opened, setOpened] = useState<{ readonly mark: number; readonly x: number }>();
  const titles = useMemo(() => series.labels.map(titleOf), [series, titleOf]);
  const order = useMemo(
    () => Array.from(titles.keys()).sort((x, y) => series.sums[y] - series.sums[x]),
    [titles, series],
  );
  // What is left of a choice by another label would hide everything.
  const isKnown = choice.kind === 'without' || titles.some((title) => choice.titles.has(title));
  const chosen = isKnown ? choice : everything;
  const hidden = useMemo(() => titles.map((title) => !isShown(chosen, title)), [titles, chosen]);
  const whole = useMemo(() => totalColumn(series, hidden), [series, hidden]);
  const unit = useMemo(
    () => scale.axisFor(largestShown(series, hidden, isStacked)),
    [scale, series, hidden, isStacked],
  );
  const meanIn = useCallback(
    (within: TimeRange): string | undefined => {
      const summary = summaryOf(series, whole, within);
      return summary && format(summary.mean);
    },
    [series, whole, format],
  );

  // A selection belongs to the range it was made in, what is moved to the ranges it was moved from.
  const [known, setKnown] = useState({ range, sides });
  const isMoved = known.range.startMs !== range.startMs || known.range.endMs !== range.endMs;
  if (isMoved || known.sides !== sides) {
    setKnown({ range, sides });
    setMoving(undefined);
    if (selection && (selection.startMs < range.startMs || selection.endMs > range.endMs)) setSelection(undefined);
  }
  const brushes = useMemo(
    () =>
      sides.map(({ side, range: given }): Brush => {
        const at = moving?.side === side ? moving.range : given;
        return { side, range: at, text: meanIn(at) ?? (isAnswered ? 'no profiles' : '') };
      }),
    [sides, moving, meanIn, isAnswered],
  );
  const movables: readonly Movable[] = [
    ...(selection ? [{ held: 'selection', range: selection } as const] : []),
    ...brushes.map((brush) => ({ held: brush.side, range: brush.range })),
  ];
  const change = (what: Held, to: TimeRange, isDone: boolean): void => {
    if (what === 'selection') setSelection(to);
    else {
      setMoving({ side: what, range: to });
      if (isDone) onSide?.(what, to);
    }
  };
  const clear = (): void => setSelection(undefined);
  const zoom = (to: TimeRange): void => {
    clear();
    onZoom(to);
  };

  const { host, lower, upper, engine } = useEngine(height > 0);
  const theme = useTimelineTheme();
  const isOpen = height > 0;
  // What was taken hold of to open or close it is gone: the focus goes to what takes that back.
  const section = useRef<HTMLElement>(null);
  const isToggled = useRef(false);
  const toggle = (css: number): void => {
    isToggled.current = true;
    setPreference('seriesHeight', css);
  };
  useEffect(() => {
    if (isToggled.current) section.current?.querySelector<HTMLElement>(isOpen ? '[role=separator]' : 'button')?.focus();
    isToggled.current = false;
  }, [isOpen]);
  useEffect(() => engine.current?.setTheme(theme), [engine, theme, isOpen]);
  useEffect(
    () =>
      engine.current?.setFacts({
        series,
        range,
        isStacked: isStacked && titles.length > 1,
        hidden,
        zone,
        unitSize: unit.size,
      }),
    [engine, series, range, isStacked, titles.length, hidden, zone, unit.size, isOpen],
  );
  useEffect(() => engine.current?.setMarks(marks), [engine, marks, isOpen]);
  useEffect(() => engine.current?.setSelection(selection), [engine, selection, isOpen]);
  useEffect(() => engine.current?.setBrushes(brushes), [engine, brushes, isOpen]);
  useEffect(() => engine.current?.setHover(hover), [engine, hover, isOpen]);

  const hoverAtTime = (ms: number, near: number, isByKey: boolean): Hover => {
    const step = stepAt(series, ms);
    const x = engine.current!.xOf(step < 0 ? ms : middleMs(series, step));
    const isLeft = x > host.current!.clientWidth / 2;
    return { ms, series: near, x: isLeft ? x - READING_GAP_CSS : x + READING_GAP_CSS, isLeft, isByKey };
  };
  const openMark = (mark: number): void => setOpened({ mark, x: engine.current!.xOf(marks[mark].timeMs) });

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
    if (mark >= 0) return openMark(mark);
    event.currentTarget.setPointerCapture(event.pointerId);
    const begun = beginDrag(movables, at.ms, engine.current!.msOf(SLACK_CSS));
    drag.current = { drag: begun, x, before: selection, last: undefined };
    setHeld(begun.held);
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
      event.currentTarget.style.cursor = cursorFor(engine.current!, movables, x, y, at.ms);
      return;
    }
    if (now.last === undefined && Math.abs(x - now.x) < LEAST_DRAG_CSS) return;
    now.last = dragTo(now.drag, at.ms, range);
    change(now.drag.held, now.last, false);
  };
  const onPointerUp = (): void => {
    const now = drag.current;
    drag.current = undefined;
    if (now?.last) change(now.drag.held, now.last, true);
    else if (now?.drag.kind === 'new') clear();
  };
  const cancelDrag = (): void => {
    if (drag.current?.drag.held === 'selection') setSelection(drag.current.before);
    drag.current = undefined;
    setMoving(undefined);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && drag.current) return cancelDrag();
    const act = actOf(event, {
      range,
      stepMs: series.stepMs,
      cursorMs: hover?.ms,
      held,
      movables,
      markTimes: marks.map(({ timeMs }) => timeMs),
    });
    if (!act) return;
    event.preventDefault();
    switch (act.kind) {
      case 'read':
        setHeld(act.held);
        setHover(hoverAtTime(act.ms, -1, true));
        break;
      case 'change':
        change(act.held, act.range, true);
        setHover(hoverAtTime(act.ms, -1, true));
        break;
      case 'zoom':
        zoom(act.range);
        break;
      case 'open':
        openMark(act.mark);
        break;
      case 'clear':
        clear();
        setHeld('selection');
        setHover(undefined);
        break;
    }
  };

  const anchor = useRef<HTMLSpanElement>(null);
  const readings = hover && readingsAt(series, hidden, hover.ms, MOST_READINGS, hover.series);
  const time = hover && formatInstant(readTime(series, hover.ms), zone);
  const spoken =
    hover?.isByKey && readings
      ? [
          markAtTime(marks, hover.ms),
          time,
          readings.top.length === 0
            ? 'no profiles'
            : readings.top.map(({ index, value }) => `${titles[index]} ${format(value)}`.trim()).join(', '),
          readings.others > 0 ? `and ${readings.others} more` : '',
          selection && `selected: mean ${meanIn(selection) ?? 'none'}`,
        ]
          .filter(Boolean)
          .join(', ')
      : '';
  if (!isOpen) {
    return (
      <section ref={section} className={styles['closed']} aria-label="Time series">
        <Button icon="down" aria-expanded={false} onClick={() => toggle(96)}>
          Time series
        </Button>
        <span className={styles['dim']}>mean {meanIn(range) ?? 'none'}</span>
      </section>
    );
  }
  return (
    <section ref={section} className={styles['band']} aria-label="Time series" data-stale={hasWaited || undefined}>
      <div className={styles['area']}>
        <div
          ref={host}
          className={styles['plot']}
          style={{ height }}
          role="application"
          aria-roledescription="time series chart"
          aria-label={labelOf(titles.length, unit.title, meanIn(range), isAnswered, marks.length, sides.length > 0)}
          tabIndex={0}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={cancelDrag}
          onPointerLeave={() => !drag.current && setHover(undefined)}
          onDoubleClick={clear}
          onKeyDown={onKeyDown}
          onBlur={() => setHover(undefined)}
        >
          <canvas ref={lower} aria-hidden="true" />
          <canvas ref={upper} aria-hidden="true" />
        </div>
        <span className={styles['unit']}>{unit.title}</span>
        {hover && readings && time !== undefined && (
          <HoverPanel
            {...hover}
            time={time}
            titles={titles}
            readings={readings}
            near={hover.series}
            isStacked={isStacked}
            format={format}
          />
        )}
        {selection && (
          <SelectionBar
            selection={selection}
            zone={zone}
            middle={shareOf(range, (selection.startMs + selection.endMs) / 2)}
            mean={meanIn(selection)}
            actions={renderActions?.(selection, clear)}
            onZoom={() => zoom(selection)}
            onClear={clear}
          />
        )}
        {opened && (
          <>
            <span ref={anchor} className={styles['anchor']} style={{ left: opened.x }} />
            <PopoverPanel
              label={readable(marks[opened.mark]?.title ?? '').slice(0, 200)}
              anchor={anchor}
              onClose={() => setOpened(undefined)}
            >
              <div className={styles['mark']}>{renderMark(opened.mark, () => setOpened(undefined))}</div>
            </PopoverPanel>
          </>
        )}
      </div>
      <p className="visually-hidden" role="status">
        {readable(spoken)}
      </p>
      <SeriesTable series={series} titles={titles} order={order} range={range} format={format} />
      {titles.length > 1 && <Legend titles={titles} order={order} choice={chosen} onChoice={setChoice} />}
      <HeightEdge height={height} onDrag={setDraggedHeight} onClose={() => toggle(0)} />
    </section>
  );
}

function cursorFor(engine: TimelineEngine, movables: readonly Movable[], x: number, y: number, ms: number): string {
  if (engine.markAt(x, y) >= 0) return 'pointer';
  const { kind } = beginDrag(movables, ms, engine.msOf(SLACK_CSS));
  return kind === 'start' || kind === 'end' ? 'ew-resize' : kind === 'move' ? 'grab' : 'crosshair';
}

/** The end of the step that is read: what a source calls it. */
function readTime(series: AlignedSeries, ms: number): number {
  const step = stepAt(series, ms);
  return step < 0 ? ms : series.firstMs + step * series.stepMs;
}

function markAtTime(marks: readonly TimelineMark[], ms: number): string {
  return marks.find(({ timeMs }) => timeMs === ms)?.title ?? '';
}

function shareOf({ startMs, endMs }: TimeRange, ms: number): number {
  return (ms - startMs) / (endMs - startMs);
}

function labelOf(
  count: number,
  unit: string,
  mean: string | undefined,
  isAnswered: boolean,
  marks: number,
  isComparing: boolean,
): string {
  return [
    mean === undefined
      ? isAnswered && 'No profiles in this range.'
      : `${count > 1 ? `${count} series in ` : ''}${unit}, mean ${mean}.`,
    'Arrows read values, with Shift they select, Enter zooms in.',
    marks > 0 ? 'm goes to the next marker, Enter opens it.' : '',
    isComparing ? 'a and b take hold of a side; Shift and arrows move its edge, < and > all of it.' : '',
  ]
    .filter(Boolean)
    .join(' ');
}
