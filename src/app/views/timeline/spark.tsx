/**
 * A series as small as a word: its shape from zero, with its gaps. Decoration: its numbers are beside it. Steps that are
 * filled in part would look like a fall: they are left out before (`closedSteps`).
 */
import { memo, type ReactElement } from 'react';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import styles from './spark.module.css';

interface SparkProps {
  readonly series: Series;
  readonly range: TimeRange;
  /** The end of the scale; undefined leaves it to the series. */
  readonly largest: number | undefined;
  /** When something happened, in ms since the epoch. */
  readonly marksMs?: readonly number[] | undefined;
}

const NO_MARKS: readonly number[] = [];

/** Units of the drawing, which is stretched to its box. */
const WIDTH = 120;
const HEIGHT = 40;
const DASH = 3;
/** Which of the sorted distances is the usual one: most points are at most as far apart. */
const USUAL_RANK = 0.75;
/** A gap is longer than this many usual steps. */
const GAP = 1.5;

export const Spark = memo(function Spark({ series, range, largest, marksMs = NO_MARKS }: SparkProps): ReactElement {
  const lines = marksMs.map((timeMs) => `M${placeIn(range, timeMs).toFixed(1)} 0V${HEIGHT}`);
  return (
    <svg className={styles['spark']} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      <path d={sparkPath(series, range, largest)} />
      {lines.length > 0 && <path className={styles['mark']} d={lines.join('')} />}
    </svg>
  );
});

function placeIn({ startMs, endMs }: TimeRange, timeMs: number): number {
  return Math.max(0, Math.min(1, (timeMs - startMs) / (endMs - startMs))) * WIDTH;
}

function sparkPath({ timesMs, values }: Series, range: TimeRange, largest: number | undefined): string {
  const top = largest ?? values.reduce((most, value) => Math.max(most, value), 0);
  if (timesMs.length === 0 || !(top > 0)) return '';
  const stepMs = usualStep(timesMs);
  let path = '';
  for (let i = 0; i < timesMs.length; i++) {
    const x = placeIn(range, timesMs[i]);
    const y = HEIGHT - 1 - (Math.max(0, values[i]) / top) * (HEIGHT - 2);
    const isBegun = i > 0 && timesMs[i] - timesMs[i - 1] <= GAP * stepMs;
    const isEnd = i + 1 === timesMs.length || timesMs[i + 1] - timesMs[i] > GAP * stepMs;
    // A point alone is a short dash.
    path += `${isBegun ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}${!isBegun && isEnd ? `h${DASH}` : ''}`;
  }
  return path;
}

/** A usual distance of points, in ms: pods that report every 5 min at times fall into neighbouring steps. */
function usualStep(timesMs: Float64Array): number {
  const steps = timesMs
    .subarray(1)
    .map((timeMs, i) => timeMs - timesMs[i])
    .sort();
  return steps[Math.floor((steps.length - 1) * USUAL_RANK)] ?? 0;
}
