/** What can be done with a selection, below it. */
import type { ReactElement, ReactNode } from 'react';
import type { TimeRange } from '#model/time-range.ts';
import { formatDuration, formatSpan } from '#model/time-text.ts';
import { Button, IconButton } from '../../components/button.tsx';
import styles from './timeline.module.css';

interface SelectionBarProps {
  readonly selection: TimeRange;
  readonly zone: string;
  /** Share of the plot, 0 to 1, at which the selection has its middle. */
  readonly middle: number;
  /** Undefined where nothing is in it. */
  readonly mean: string | undefined;
  readonly actions: ReactNode;
  onZoom(): void;
  onClear(): void;
}

/** Half of its maximum width. */
const HALF_CSS = 260;
/** About where the plot begins, and what it leaves free in all. */
const PLOT = { left: 40, around: 52 } as const;

export function SelectionBar(props: SelectionBarProps): ReactElement {
  const { selection, zone, middle, mean, actions, onZoom, onClear } = props;
  return (
    <div className={styles['selection']} style={{ left: placeAt(middle) }} role="group" aria-label="Selection">
      <span className={styles['span']}>
        <strong>{formatSpan(selection, zone)}</strong> {formatDuration(selection.endMs - selection.startMs)} ·{' '}
        {mean === undefined ? 'no profiles' : `mean ${mean}`}
      </span>
      <Button onClick={onZoom}>Zoom in</Button>
      {actions}
      <IconButton label="Clear the selection" icon="close" onClick={onClear} />
    </div>
  );
}

/** Centred below its selection, within the page. */
function placeAt(middle: number): string {
  return `clamp(${HALF_CSS}px, calc(${PLOT.left}px + ${middle.toFixed(4)} * (100% - ${PLOT.around}px)), calc(100% - ${HALF_CSS}px))`;
}
