/** The time series as a chart one can point at: readings, a selection, markers, a legend that isolates. Facts in, events out. */
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { type AlignedSeries, stepAt, totalColumn } from '#model/aligned-series.ts';
import type { LabelSet } from '#model/labels.ts';
import type { TimeRange } from '#model/time-range.ts';
import { formatInstant, formatSpan } from '#model/time-text.ts';
import { beginDrag, type Drag, dragTo } from '#render/timeline/drag.ts';
import { TimelineEngine, type TimelineMark } from '#render/timeline/engine.ts';
import { Button } from '../../components/button.tsx';
import { useTimelineTheme } from './timeline-theme.ts';
import styles from './timeline.module.css';

export interface TimelineProps {
  readonly series: AlignedSeries;
  readonly range: TimeRange;
  readonly zone: string;
  readonly isStacked: boolean;
  readonly unit: string;
  format(value: number): string;
  /** The same for the axis, which says the unit once. */
  formatTick(value: number): string;
  /** What a series is called. */
  titleOf(labels: LabelSet): string;
  readonly marks: readonly TimelineMark[];
  readonly isStale: boolean;
  onZoom(range: TimeRange): void;
  onMark(index: number): void;
  /** More that can be done with a selection. */
  readonly actions?: (selection: TimeRange) => ReactNode;
}

const SLACK_CSS = 8;
/** A press that moves less is a click. */
const LEAST_DRAG_CSS = 4;
const MOST_READINGS = 12;
const MOST_LEGEND = 60;

export function Timeline(props: TimelineProps): ReactElement {
  const { series, range, zone, isStacked, unit, format, formatTick, titleOf, marks, isStale, onZoom, onMark, actions } =
    props;
  const host = useRef<HTMLDivElement>(null);
  const lower = useRef<HTMLCanvasElement>(null);
  const upper = useRef<HTMLCanvasElement>(null);
  const engine = useRef<TimelineEngine>(undefined);
  const [hoveredMs, setHovered] = useState<number>();
  const [selection, setSelection] = useState<TimeRange>();
  const [isolated, setIsolated] = useState<ReadonlySet<string>>(new Set());
  const drag = useRef<{ readonly drag: Drag; readonly x: number; isMoved: boolean }>(undefined);
  const theme = useTimelineTheme();
  const titles = useMemo(() => series.labels.map(titleOf), [series, titleOf]);
  const hidden = useMemo(() => titles.map((title) => isolated.size > 0 && !isolated.has(title)), [titles, isolated]);

  // A selection belongs to the range it was made in.
  const [selectedIn, setSelectedIn] = useState(range);
  if (selectedIn !== range) {
    setSelectedIn(range);
    if (selection && (selection.startMs < range.startMs || selection.endMs > range.endMs)) setSelection(undefined);
  }

  useEffect(() => {
    const area = host.current!;
    const made = new TimelineEngine({
      series: lower.current!.getContext('2d', { alpha: false })!,
      overlay: upper.current!.getContext('2d')!,
      requestFrame: (run) => requestAnimationFrame(run),
      cancelFrame: (id) => cancelAnimationFrame(id),
    });
    engine.current = made;
    const fit = (): void => {
      const { clientWidth, clientHeight } = area;
      for (const canvas of [lower.current!, upper.current!]) {
        canvas.width = Math.round(clientWidth * devicePixelRatio);
        canvas.height = Math.round(clientHeight * devicePixelRatio);
      }
      made.setSize(clientWidth, clientHeight, devicePixelRatio);
      made.paintNow();
    };
    fit();
    const resize = new ResizeObserver(fit);
    resize.observe(area);
    return () => {
      resize.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => engine.current?.setTheme(theme), [theme]);
  useEffect(
    () => engine.current?.setFacts({ series, range, isStacked, hidden, zone, formatTick }),
    [series, range, isStacked, hidden, zone, formatTick],
  );
  useEffect(() => engine.current?.setMarks(marks), [marks]);
  useEffect(() => engine.current?.setSelection(selection), [selection]);
  useEffect(() => engine.current?.setHover(hoveredMs), [hoveredMs]);

  const placeOf = (event: PointerEvent): { x: number; y: number; ms: number | undefined } => {
    const box = host.current!.getBoundingClientRect();
    const x = event.clientX - box.left;
    return { x, y: event.clientY - box.top, ms: engine.current?.timeAt(x) };
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    const { x, y, ms } = placeOf(event);
    if (event.button !== 0 || ms === undefined) return;
    const mark = engine.current?.markAt(x, y) ?? -1;
    if (mark >= 0) return onMark(mark);
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { drag: beginDrag(selection, ms, engine.current!.msOf(SLACK_CSS)), x, isMoved: false };
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const { x, y, ms } = placeOf(event);
    setHovered(ms);
    const held = drag.current;
    if (!held || ms === undefined) {
      event.currentTarget.style.cursor = cursorAt(engine.current, selection, x, y, ms);
      return;
    }
    if (!held.isMoved && Math.abs(x - held.x) < LEAST_DRAG_CSS) return;
    held.isMoved = true;
    setSelection(dragTo(held.drag, ms, range));
  };
  const endDrag = (event: PointerEvent<HTMLDivElement>): void => {
    const held = drag.current;
    drag.current = undefined;
    if (held && !held.isMoved && held.drag.kind === 'new') setSelection(undefined);
    if (event.currentTarget.hasPointerCapture(event.pointerId))
      event.currentTarget.releasePointerCapture(event.pointerId);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      const from = hoveredMs ?? range.startMs;
      const to = Math.max(range.startMs, Math.min(range.endMs, from + by * series.stepMs));
      setHovered(to);
      if (event.shiftKey) setSelection((now) => extended(now, from, to));
    } else if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      setHovered(event.key === 'Home' ? range.startMs : range.endMs);
    } else if (event.key === 'Enter' && selection) onZoom(selection);
    else if (event.key === 'Escape') {
      drag.current = undefined;
      setSelection(undefined);
      setHovered(undefined);
    } else if ((event.key === 'm' || event.key === 'M') && marks.length > 0) {
      const at = marks.findIndex(({ timeMs }) => timeMs > (hoveredMs ?? -Infinity) + 1);
      const next = event.key === 'm' ? Math.max(0, at) : (at < 0 ? marks.length : at) - 2;
      const mark = marks[(next + marks.length) % marks.length];
      if (mark) setHovered(mark.timeMs);
    } else return;
  };

  const readings = useMemo(() => readingsAt(series, titles, hidden, hoveredMs), [series, titles, hidden, hoveredMs]);
  const whole = useMemo(() => totalColumn(series), [series]);
  const text =
    hoveredMs === undefined
      ? ''
      : `${formatInstant(hoveredMs, zone)}: ${readings.length === 0 ? 'no profiles' : readings.map(({ title, value }) => `${title} ${format(value)}`).join(', ')}`;
  return (
    <section className={styles['band']} aria-label="Time series" data-stale={isStale || undefined}>
      <div className={styles['head']} aria-hidden={readings.length === 0}>
        {hoveredMs === undefined ? (
          <span className={styles['dim']}>{unit}</span>
        ) : (
          <>
            <strong>{formatInstant(hoveredMs, zone)}</strong>
            {readings.slice(0, MOST_READINGS).map(({ title, value, index }) => (
              <span key={index}>
                {titles.length > 1 && <i style={{ background: theme.series[index % theme.series.length] }} />}
                {titles.length > 1 && <bdi>{title.slice(0, 40)}</bdi>} {format(value)}
              </span>
            ))}
            {readings.length > MOST_READINGS && (
              <span className={styles['dim']}>and {readings.length - MOST_READINGS} more</span>
            )}
            {readings.length === 0 && <span className={styles['dim']}>no profiles</span>}
          </>
        )}
      </div>
      <div
        ref={host}
        className={styles['plot']}
        role="application"
        aria-roledescription="time series chart"
        aria-label={`${summaryOf(series, titles, whole, unit, format)} Arrows read values, with Shift they select, Enter zooms in.`}
        tabIndex={0}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={endDrag}
        onPointerCancel={endDrag}
        onPointerLeave={() => !drag.current && setHovered(undefined)}
        onDoubleClick={() => setSelection(undefined)}
        onKeyDown={onKeyDown}
        onBlur={() => setHovered(undefined)}
      >
        <canvas ref={lower} />
        <canvas ref={upper} />
        {selection && (
          <div className={styles['selection']}>
            <span>
              {formatSpan(selection, zone)} · mean {format(meanIn(series, whole, selection))}
            </span>
            <Button kind="edged" onPointerDown={(event) => event.stopPropagation()} onClick={() => onZoom(selection)}>
              Zoom in
            </Button>
            {actions?.(selection)}
          </div>
        )}
      </div>
      <p className="visually-hidden" role="status">
        {text.slice(0, 400)}
      </p>
      {titles.length > 1 && (
        <ul className={styles['legend']} aria-label="Series">
          {titles.slice(0, MOST_LEGEND).map((title, index) => (
            <li key={index}>
              <button
                type="button"
                aria-pressed={isolated.has(title)}
                title={`${title.slice(0, 300)}: click shows it alone, Shift click adds it`}
                data-hidden={hidden[index] || undefined}
                onClick={({ shiftKey }) => setIsolated((now) => toggled(now, title, shiftKey))}
              >
                <i
                  style={{ background: theme.series[index % theme.series.length] }}
                  data-dashed={Math.floor(index / theme.series.length) % 2 === 1 || undefined}
                />
                <bdi>{title.slice(0, 60)}</bdi>
              </button>
            </li>
          ))}
          {titles.length > MOST_LEGEND && <li className={styles['dim']}>and {titles.length - MOST_LEGEND} more</li>}
        </ul>
      )}
    </section>
  );
}

interface Reading {
  readonly index: number;
  readonly title: string;
  readonly value: number;
}

/** Largest first. */
function readingsAt(
  series: AlignedSeries,
  titles: readonly string[],
  hidden: readonly boolean[],
  atMs: number | undefined,
): readonly Reading[] {
  if (atMs === undefined) return [];
  const step = stepAt(series, atMs);
  if (step < 0) return [];
  const readings: Reading[] = [];
  for (const [index, column] of series.columns.entries()) {
    const value = column[step];
    if (!hidden[index] && !Number.isNaN(value)) readings.push({ index, title: titles[index], value });
  }
  return readings.sort((a, b) => b.value - a.value);
}

function cursorAt(
  engine: TimelineEngine | undefined,
  selection: TimeRange | undefined,
  x: number,
  y: number,
  ms: number | undefined,
): string {
  if (!engine || ms === undefined) return '';
  if (engine.markAt(x, y) >= 0) return 'pointer';
  const { kind } = beginDrag(selection, ms, engine.msOf(SLACK_CSS));
  return kind === 'start' || kind === 'end' ? 'ew-resize' : kind === 'move' ? 'grab' : 'crosshair';
}

function extended(selection: TimeRange | undefined, from: number, to: number): TimeRange {
  const drag: Drag =
    selection === undefined
      ? { kind: 'new', anchorMs: from }
      : Math.abs(from - selection.startMs) < Math.abs(from - selection.endMs)
        ? { kind: 'start', selection }
        : { kind: 'end', selection };
  return dragTo(drag, to, { startMs: from, endMs: to });
}

function toggled(isolated: ReadonlySet<string>, title: string, isAdded: boolean): ReadonlySet<string> {
  if (!isAdded) return isolated.size === 1 && isolated.has(title) ? new Set() : new Set([title]);
  const next = new Set(isolated);
  if (!next.delete(title)) next.add(title);
  return next;
}

/** Over the steps with something in them. */
function meanIn(series: AlignedSeries, whole: Float64Array, { startMs, endMs }: TimeRange): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < series.length; i++) {
    const middle = series.firstMs + (i - 0.5) * series.stepMs;
    if (middle < startMs || middle > endMs || Number.isNaN(whole[i])) continue;
    sum += whole[i];
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

function summaryOf(
  series: AlignedSeries,
  titles: readonly string[],
  whole: Float64Array,
  unit: string,
  format: (value: number) => string,
): string {
  const known = whole.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return 'No profiles in this range.';
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const largest = known.reduce((most, value) => Math.max(most, value), 0);
  const names = titles.length > 1 ? `${titles.length} series: ${titles.slice(0, 8).join(', ').slice(0, 200)}. ` : '';
  return `${names}${unit}: mean ${format(mean)}, at most ${format(largest)}, ${series.length} steps.`;
}
