/** The heatmap of a recording with a band for each thread. Facts in, an interval out. */
import { type ReactElement, useEffect, useMemo, useState } from 'react';
import { formatInterval, formatOffsetMs, type Interval } from '#model/interval.ts';
import { formatShare } from '#model/units.ts';
import { ROWS, type When } from '#model/when.ts';
import { selfShareKeys } from '#render/palette.ts';
import { bandGrid, heatGrid, largestOf } from '#render/when/grid.ts';
import { AXIS_HEIGHT } from '#render/when/axis.ts';
import { BAND_HEIGHT, CELL_HEIGHT } from '#render/when/engine.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { ViewColumn } from '../../components/layout.tsx';
import { shownTitle, type ShownTree, valueText } from '../../screen/shown.ts';
import { useFlameTheme } from '../flamegraph/flame-theme.ts';
import { BandNames } from './band-names.tsx';
import { cellMsOf, cellsOf, intervalOf, rangeOf } from './cells.ts';
import { useWhenEngine } from './use-when-engine.ts';
import { useWhenInput } from './use-when-input.ts';
import type { Selecting } from './when-keys.ts';
import { WhenTable } from './when-table.tsx';
import { Dim, Strip } from '../strip.tsx';
import styles from './when.module.css';

interface WhenPlotProps {
  readonly when: When;
  readonly shown: ShownTree;
  readonly during: Interval | undefined;
  onDuring(during: Interval | undefined): void;
  /** A key that the plot itself does not take; true when it was used. */
  onKey(key: string): boolean;
}

const ZOOM = 1.5;

export function WhenPlot({ when, shown, during, onDuring, onKey }: WhenPlotProps): ReactElement {
  const { cells, columns, columnMs, recordedMs, total, bands } = when;
  const cellMs = cellMsOf(when);
  const theme = useFlameTheme();
  const title = shownTitle(shown);
  const [selecting, setSelecting] = useState<Selecting>();
  const { host, heat, lanes, engine } = useWhenEngine(ROWS, bands?.names.length ?? 0);
  const grids = useMemo(
    () => ({
      heat: heatGrid(cells, ROWS),
      bands: bands && bandGrid(bands.values, bands.bins, bands.cellsABin),
    }),
    [cells, bands],
  );
  const { cursor, reading, handlers } = useWhenInput({
    engine,
    host,
    cells: columns * ROWS,
    selecting,
    onSelecting: setSelecting,
    onSelect: (done) => {
      setSelecting(undefined);
      onDuring(intervalOf(rangeOf(done), cellMs));
    },
    onClear: () => {
      if (selecting) setSelecting(undefined);
      else if (during) onDuring(undefined);
      else return false;
      return true;
    },
    onKey,
  });
  useEffect(() => engine.current!.setTheme(theme), [engine, theme, bands]);
  useEffect(() => engine.current!.setFacts({ ...grids, columnMs }), [engine, grids, columnMs]);
  const selected = useMemo(
    () => (selecting ? rangeOf(selecting) : during && !during.isRest ? cellsOf(during, cellMs) : undefined),
    [selecting, during, cellMs],
  );
  useEffect(() => engine.current!.setSelected(selected), [engine, selected, bands]);
  useEffect(() => engine.current!.setCursor(cursor), [engine, cursor, bands]);

  const read = reading < 0 ? '' : readText(when, shown, reading);
  const chosen = selecting && `selected ${formatInterval(intervalOf(rangeOf(selecting), cellMs))}, Enter shows it`;
  return (
    <ViewColumn>
      <Strip>
        <strong>{valueText(shown, total)}</strong>
        <Dim>
          {title} in {formatOffsetMs(recordedMs)} of recording
          {shown.request.transforms.length > 0 && ', before transforms'}
        </Dim>
        <Legend of={`a cell of ${formatOffsetMs(cellMs)}`} largest={valueText(shown, largestOf(cells))} />
        <span className={styles['spacer']} />
        <IconButton label="Zoom in" icon="plus" onClick={() => engine.current!.zoomAt(undefined, 1 / ZOOM)} />
        <IconButton label="Zoom out" icon="zoom-out" onClick={() => engine.current!.zoomAt(undefined, ZOOM)} />
      </Strip>
      <p className={styles['reading']} aria-hidden="true">
        {chosen ?? (read || `Drag over the cells to show only a part. One column is ${formatOffsetMs(columnMs)}.`)}
      </p>
      <div className={styles['body']}>
        <div className={styles['plot']}>
          <div className={styles['scale']} aria-hidden="true" style={{ height: ROWS * CELL_HEIGHT }}>
            <span>{formatOffsetMs(columnMs)}</span>
            <span>within a column</span>
            <span>0</span>
          </div>
          <div
            ref={host}
            className={styles['heat']}
            style={{ height: ROWS * CELL_HEIGHT + AXIS_HEIGHT }}
            role="application"
            aria-roledescription="heatmap"
            aria-label={`Recording over time, ${title} ${valueText(shown, total)} in ${formatOffsetMs(recordedMs)}. Arrows up and down move by ${formatOffsetMs(cellMs)}, left and right by ${formatOffsetMs(columnMs)}, with Shift they select, Enter shows the selection alone, Escape everything, plus and minus zoom.`}
            tabIndex={0}
            {...handlers('heat')}
          >
            <canvas ref={heat} aria-hidden="true" />
          </div>
          {bands && (
            <>
              <p className={styles['head']}>
                <bdi>{bands.label.slice(0, 60)}</bdi>
              </p>
              <div className={styles['head']}>
                <Legend
                  of={formatOffsetMs(bands.cellsABin * cellMs)}
                  largest={valueText(shown, largestOf(bands.values))}
                />
                {bands.omitted.count > 0 && (
                  <Dim>
                    {bands.omitted.count} more have {valueText(shown, bands.omitted.total)} (
                    {formatShare(bands.omitted.total, total)})
                  </Dim>
                )}
              </div>
              <BandNames bands={bands} shown={shown} total={total} />
            </>
          )}
          <div
            className={styles['lanes']}
            style={{ height: (bands?.names.length ?? 0) * BAND_HEIGHT }}
            hidden={!bands}
            {...handlers('bands')}
          >
            <canvas ref={lanes} aria-hidden="true" />
          </div>
        </div>
        <p className="visually-hidden" role="status">
          {cursor < 0 ? '' : [read, chosen].filter(Boolean).join(', ')}
        </p>
        <WhenTable when={when} shown={shown} />
      </div>
      {selecting && (
        <Strip label="Selection">
          <span>{formatInterval(intervalOf(rangeOf(selecting), cellMs))}</span>
          <Button kind="edged" onClick={() => onDuring(intervalOf(rangeOf(selecting), cellMs))}>
            Show only this
          </Button>
        </Strip>
      )}
    </ViewColumn>
  );
}

/** `0 ▯▯▯ 12 samples in 20 ms` */
function Legend({ of, largest }: { readonly of: string; readonly largest: string }): ReactElement {
  const { fills } = useFlameTheme();
  return (
    <span className={styles['legend']}>
      0{' '}
      <span aria-hidden="true">
        {selfShareKeys.map((key) => (
          <span key={key} className={styles['swatch']} style={{ background: fills[key] }} />
        ))}
      </span>{' '}
      {largest} in {of}
    </span>
  );
}

/** `12.34 – 12.36 s: 3 samples, 0.10 % of all` */
function readText(when: When, shown: ShownTree, cell: number): string {
  const span = formatInterval(intervalOf({ start: cell, end: cell + 1 }, cellMsOf(when)));
  const value = when.cells[cell];
  return `${span}: ${valueText(shown, value)}, ${formatShare(value, when.total)} of ${valueText(shown, when.total)}`;
}
