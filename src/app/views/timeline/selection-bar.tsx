/** The selection and its actions. A row of its own, so that it does not cover the tools. */
import type { ReactElement, ReactNode } from 'react';
import type { TimeRange } from '#model/time-range.ts';
import { formatDuration, formatSpan } from '#model/time-text.ts';
import { Button, IconButton } from '../../components/button.tsx';
import styles from './timeline.module.css';

interface SelectionBarProps {
  readonly selection: TimeRange;
  readonly zone: string;
  /** Undefined where nothing is in it. */
  readonly mean: string | undefined;
  readonly actions: ReactNode;
  /** Whether the page shows the selection already. */
  readonly isApplied: boolean;
  /** The title of what applies it. */
  readonly apply: string;
  onApply(): void;
  onClear(): void;
}

export function SelectionBar(props: SelectionBarProps): ReactElement {
  const { selection, zone, mean, actions, isApplied, apply, onApply, onClear } = props;
  return (
    <div className={styles['selection']} role="group" aria-label="Selection">
      <span className={styles['span']}>
        <strong>{formatSpan(selection, zone)}</strong> {formatDuration(selection.endMs - selection.startMs)} ·{' '}
        {mean === undefined ? 'no profiles' : `mean ${mean}`}
      </span>
      {!isApplied && <Button onClick={onApply}>{apply}</Button>}
      {actions}
      {isApplied ? (
        <Button icon="close" title="Escape, with the focus in the chart" onClick={onClear}>
          Whole range
        </Button>
      ) : (
        <IconButton label="Clear the selection" icon="close" onClick={onClear} />
      )}
    </div>
  );
}
