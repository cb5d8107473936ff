/** Many series on one column of times, as a chart takes them. */
import type { LabelSet } from './labels.ts';
import type { Series } from './series.ts';
import type { TimeRange } from './time-range.ts';

export interface AlignedSeries {
  /** End of step i is firstMs + i · stepMs. */
  readonly firstMs: number;
  readonly stepMs: number;
  readonly length: number;
  readonly labels: readonly LabelSet[];
  /** One column a series; NaN where a step is empty. */
  readonly columns: readonly Float64Array[];
  /** Sum of each column, for order and legend. */
  readonly sums: Float64Array;
}

/** More steps than any chart has pixels. */
const MOST_STEPS = 20_000;

/** @param series all of one question: their times lie on one grid of steps @param factor what each value is multiplied by */
export function alignSeries(
  series: readonly Series[],
  { startMs, endMs }: TimeRange,
  stepMs: number,
  factor: number,
): AlignedSeries {
  let firstMs = Infinity;
  let lastMs = -Infinity;
  for (const { timesMs } of series) {
    if (timesMs.length === 0) continue;
    firstMs = Math.min(firstMs, timesMs[0]);
    lastMs = Math.max(lastMs, timesMs[timesMs.length - 1]);
  }
  firstMs = Math.max(firstMs, startMs - stepMs);
  lastMs = Math.min(lastMs, endMs + stepMs);
  const length = lastMs < firstMs ? 0 : Math.min(MOST_STEPS, Math.round((lastMs - firstMs) / stepMs) + 1);
  const sums = new Float64Array(series.length);
  const columns = series.map(({ timesMs, values }, s) => {
    const column = new Float64Array(length).fill(Number.NaN);
    for (let i = 0; i < timesMs.length; i++) {
      const at = Math.round((timesMs[i] - firstMs) / stepMs);
      if (at < 0 || at >= length) continue;
      column[at] = values[i] * factor;
      sums[s] += column[at];
    }
    return column;
  });
  return { firstMs, stepMs, length, labels: series.map(({ labels }) => labels), columns, sums };
}

/** The sum of all columns; NaN where all are empty. */
export function totalColumn({ columns, length }: AlignedSeries): Float64Array {
  const total = new Float64Array(length).fill(Number.NaN);
  for (const column of columns) {
    for (let i = 0; i < length; i++) {
      if (!Number.isNaN(column[i])) total[i] = (Number.isNaN(total[i]) ? 0 : total[i]) + column[i];
    }
  }
  return total;
}

/** The step that holds a time, -1 outside of the data. */
export function stepAt({ firstMs, stepMs, length }: AlignedSeries, timeMs: number): number {
  const step = Math.ceil((timeMs - firstMs) / stepMs);
  return step < 0 || step >= length ? -1 : step;
}
