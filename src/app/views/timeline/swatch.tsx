/** The colour of a series, and whether its line is dashed, as a small square. */
import type { ReactElement } from 'react';
import { lookOf } from '#render/timeline/chart.ts';
import { SERIES_COLOURS } from './timeline-theme.ts';
import styles from './timeline.module.css';

export function Swatch({ series }: { series: number }): ReactElement {
  const { colour, isDashed } = lookOf(series, SERIES_COLOURS);
  return (
    <i
      className={styles['swatch']}
      style={{ color: `var(--series-${colour + 1})` }}
      data-dashed={isDashed || undefined}
      aria-hidden="true"
    />
  );
}
