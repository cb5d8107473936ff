/** Readings beside the pointer: one value in the row above the plot, of several series a small table. */
import type { CSSProperties, ReactElement } from 'react';
import { readable } from '#render/text.ts';
import type { Readings } from './readings.ts';
import { Swatch } from './swatch.tsx';
import styles from './timeline.module.css';

interface HoverPanelProps {
  readonly time: string;
  readonly titles: readonly string[];
  readonly readings: Readings;
  /** The series under the pointer, -1 none. */
  readonly near: number;
  /** Series add up to a whole. */
  readonly isStacked: boolean;
  /** Css px in the plot. */
  readonly x: number;
  /** Whether there is more room on the left. */
  readonly isLeft: boolean;
  format(value: number): string;
}

export function HoverPanel(props: HoverPanelProps): ReactElement {
  const { time, titles, readings, near, isStacked, x, isLeft, format } = props;
  const { top, others, sum } = readings;
  const place: CSSProperties = isLeft ? { right: `calc(100% - ${x}px)` } : { left: x };
  if (titles.length <= 1) {
    return (
      <div className={styles['reading']} style={place} aria-hidden="true">
        {time} <strong>{top[0] ? format(top[0].value) : 'no profiles'}</strong>
      </div>
    );
  }
  return (
    <div className={styles['readings']} style={place} aria-hidden="true">
      <p>
        {time}
        {isStacked && top.length > 0 && <strong>{format(sum)}</strong>}
      </p>
      {top.map(({ index, value }) => (
        <p key={index} data-near={index === near || undefined}>
          <Swatch series={index} />
          <bdi>{readable(titles[index]).slice(0, 80)}</bdi>
          <span>{format(value)}</span>
        </p>
      ))}
      {others > 0 && <p className={styles['dim']}>and {others} more</p>}
      {top.length === 0 && <p className={styles['dim']}>no profiles</p>}
    </div>
  );
}
