/**
 * The time series as a chart one can point at: readings, a selection, markers, a legend that isolates. Facts in, events
 * out.
 */
import { type ReactElement, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type AlignedSeries, largestShown, readingMs, summaryOf, totalColumn } from '#model/aligned-series.ts';
import type { LabelSet } from '#model/labels.ts';
import type { RateScale } from '#model/series-values.ts';
import type { TimeRange } from '#model/time-range.ts';
import { formatInstant } from '#model/time-text.ts';
import { readable } from '#render/text.ts';
import type { TimelineMark } from '#render/timeline/engine.ts';
import { Button } from '../../components/button.tsx';
import { PopoverPanel } from '../../components/popover.tsx';
import { SERIES_HEIGHT, usePartOfWindow } from '../../components/use-window.ts';
import { setPreference, usePreference } from '../../state/preferences.ts';
import { useLasting } from '../../components/use-lasting.ts';
import { HeightEdge } from './height-edge.tsx';
import { HoverPanel } from './hover-panel.tsx';
import { Legend } from './legend.tsx';
import { readingsAt } from './readings.ts';
import { SelectionBar } from './selection-bar.tsx';
import { everything, isShown } from './series-choice.ts';
import { SeriesTable } from './series-table.tsx';
import { type BrushSide, useBrushes } from './use-brushes.ts';
import { useEngine } from './use-engine.ts';
import { usePlotInput } from './use-plot-input.ts';
import { useTimelineTheme } from './timeline-theme.ts';
import styles from './timeline.module.css';

export interface TimelineProps {
  /** Sorted by something else than cost: colours go by the order and must not change with the range. */
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
  /** True once all series have loaded; only then does a gap mean that there is no data. */
  readonly isAnswered: boolean;
  /** Ranges of the sides of a comparison; their edges can be moved. */
  readonly sides?: readonly BrushSide[];
  onZoom(range: TimeRange): void;
  /** A selection is what the page shows: it is applied once it is let go. Without it a selection waits for an action. */
  readonly applied?: AppliedSelection;
  /** A side was moved: once, when it is let go. */
  onSide?(side: BrushSide['side'], range: TimeRange): void;
  /** The content of a flag's popover. */
  renderMark(mark: number, close: () => void): ReactNode;
  /** More that can be done with a selection. */
  renderActions?(selection: TimeRange, clear: () => void): ReactNode;
}

export interface AppliedSelection {
  /** Undefined while all of the series is shown. */
  readonly selection: TimeRange | undefined;
  /** @param range undefined shows all of it again */
  onApply(range: TimeRange | undefined): void;
}

const MAX_READINGS = 10;
const NO_SIDES: readonly BrushSide[] = [];

export function Timeline(props: TimelineProps): ReactElement {
  const { series, range, zone, isStacked, scale, titleOf, marks, isStale, isAnswered, sides = NO_SIDES } = props;
  const { onZoom, applied, onSide, renderMark, renderActions } = props;
  const { format } = scale;
  const hasWaited = useLasting(isStale);
  /** Css px; 0 is closed. */
  const ownHeight = usePartOfWindow(SERIES_HEIGHT);
  const preferred = usePreference('seriesHeight') ?? ownHeight;
  const [draggedHeight, setDraggedHeight] = useState<number>();
  const height = draggedHeight ?? preferred;
  const [choice, setChoice] = useState(everything);
  const [opened, setOpened] = useState<{ readonly mark: number; readonly x: number }>();
  const titles = useMemo(() => series.labels.map(titleOf), [series, titleOf]);
  const order = useMemo(
    () => Array.from(titles.keys()).sort((x, y) => series.sums[y] - series.sums[x]),
    [titles, series],
  );
  // A choice made for another label would hide everything.
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

  const state = useBrushes({
    range,
    sides,
    meanIn,
    isAnswered,
    applied: applied?.selection,
    onSide,
    onApply: applied?.onApply,
  });
  const { selection, brushes, clear } = state;
  const isApplied = selection !== undefined && selection === applied?.selection;
  const zoom = (to: TimeRange): void => {
    clear();
    if (applied) applied.onApply(to);
    else onZoom(to);
  };
  const clearAll = (): void => {
    clear();
    if (isApplied) applied?.onApply(undefined);
  };

  const { host, lower, upper, engine } = useEngine(height > 0);
  const openMark = (mark: number): void => setOpened({ mark, x: engine.current!.xOf(marks[mark].timeMs) });
  const { hover, handlers } = usePlotInput({
    host,
    engine,
    series,
    range,
    marks,
    state,
    onZoom: zoom,
    onMark: openMark,
    onClear: clearAll,
  });
  const theme = useTimelineTheme();
  const isOpen = height > 0;
  // Toggling removes the control that had focus; move focus to its counterpart.
  const section = useRef<HTMLElement>(null);
  const isToggled = useRef(false);
  const toggle = (css: 0 | undefined): void => {
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

  const anchor = useRef<HTMLSpanElement>(null);
  const readings = hover && readingsAt(series, hidden, hover.ms, MAX_READINGS, hover.series);
  const time = hover && formatInstant(readingMs(series, hover.ms), zone);
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
        <Button icon="down" aria-expanded={false} onClick={() => toggle(undefined)}>
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
          {...handlers}
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
      {selection && (
        <SelectionBar
          selection={selection}
          zone={zone}
          mean={meanIn(selection)}
          actions={renderActions?.(selection, clear)}
          isApplied={isApplied}
          apply={applied ? 'Show only this' : 'Zoom in'}
          onApply={() => zoom(selection)}
          onClear={clearAll}
        />
      )}
      <p className="visually-hidden" role="status">
        {readable(spoken)}
      </p>
      <SeriesTable series={series} titles={titles} order={order} range={range} format={format} />
      {titles.length > 1 && (
        <Legend titles={titles} order={order} isStacked={isStacked} choice={chosen} onChoice={setChoice} />
      )}
      <HeightEdge height={height} onDrag={setDraggedHeight} onClose={() => toggle(0)} />
    </section>
  );
}

function markAtTime(marks: readonly TimelineMark[], ms: number): string {
  return marks.find(({ timeMs }) => timeMs === ms)?.title ?? '';
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
    'Arrows read values, with Shift they select, Enter shows the selection alone, Escape everything.',
    marks > 0 ? 'm goes to the next marker, Enter opens it.' : '',
    isComparing ? 'a and b select a side; Shift and arrows move its edge, < and > move all of it.' : '',
  ]
    .filter(Boolean)
    .join(' ');
}
