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
  /** One column a series; NaN if a step is empty. */
  readonly columns: readonly Float64Array[];
  /** Sum of each column, for order and legend. */
  readonly sums: Float64Array;
}

/** Facts of the steps that have values. */
export interface ColumnSummary {
  readonly least: number;
  readonly largest: number;
  readonly mean: number;
  readonly last: number;
}

/** More steps than any chart has pixels. */
const MAX_STEPS = 20_000;

/** @param series the answer to one question: all times lie on one grid of steps @param factor multiplies each value */
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
  // By whole steps, so that the grid stays that of the source.
  if (firstMs < startMs) firstMs += Math.floor((startMs - firstMs) / stepMs) * stepMs;
  lastMs = Math.min(lastMs, endMs + stepMs);
  const length = lastMs < firstMs ? 0 : Math.min(MAX_STEPS, Math.round((lastMs - firstMs) / stepMs) + 1);
  const sums = new Float64Array(series.length);
  const columns = series.map(({ timesMs, values }, s) => {
    const column = new Float64Array(length).fill(Number.NaN);
    for (let i = 0; i < timesMs.length; i++) {
      const at = Math.round((timesMs[i] - firstMs) / stepMs);
      const value = values[i] * factor;
      if (at < 0 || at >= length || !Number.isFinite(value)) continue;
      column[at] = Number.isNaN(column[at]) ? value : column[at] + value;
      sums[s] += value;
    }
    return column;
  });
  return { firstMs, stepMs, length, labels: series.map(({ labels }) => labels), columns, sums };
}

/** The reverse for one column: its steps that have values. */
export function pointsOf({ columns, labels, firstMs, stepMs }: AlignedSeries, s: number): Series {
  const column = columns[s];
  const steps = Array.from(column.keys()).filter((i) => !Number.isNaN(column[i]));
  return {
    labels: labels[s],
    timesMs: Float64Array.from(steps, (i) => firstMs + i * stepMs),
    values: Float64Array.from(steps, (i) => column[i]),
  };
}

/** The sum of the columns that are not hidden; NaN if all are empty. */
export function totalColumn({ columns, length }: AlignedSeries, hidden: readonly boolean[] = []): Float64Array {
  const total = new Float64Array(length).fill(Number.NaN);
  for (const [s, column] of columns.entries()) {
    if (hidden[s]) continue;
    for (let i = 0; i < length; i++) {
      if (!Number.isNaN(column[i])) total[i] = (Number.isNaN(total[i]) ? 0 : total[i]) + column[i];
    }
  }
  return total;
}

/** The largest value that is drawn, 0 if there is none. @param isStacked one above the other, not each from zero */
export function largestShown(series: AlignedSeries, hidden: readonly boolean[], isStacked: boolean): number {
  const columns = isStacked ? [totalColumn(series, hidden)] : series.columns.filter((_, s) => !hidden[s]);
  let largest = 0;
  for (const column of columns) for (let i = 0; i < column.length; i++) if (column[i] > largest) largest = column[i];
  return largest;
}

/** The step that holds a time, -1 outside of the data. */
export function stepAt({ firstMs, stepMs, length }: AlignedSeries, timeMs: number): number {
  const step = Math.ceil((timeMs - firstMs) / stepMs);
  return step < 0 || step >= length ? -1 : step;
}

/** The middle of a step: where its value is drawn, and the time that a reading of it names. */
export function middleMs({ firstMs, stepMs }: AlignedSeries, step: number): number {
  return firstMs + (step - 0.5) * stepMs;
}

/** The time that a reading names: the middle of the step that holds a time; outside of the data the time itself. */
export function readingMs(series: AlignedSeries, timeMs: number): number {
  const step = stepAt(series, timeMs);
  return step < 0 ? timeMs : middleMs(series, step);
}

/** Whether the step before or after it is empty. Steps after the column may still be uploaded: they are no gap. */
function isBesideGap(
  { firstMs, stepMs }: AlignedSeries,
  column: Float64Array,
  i: number,
  { startMs, endMs }: TimeRange,
): boolean {
  const before = i === 0 ? firstMs - stepMs > startMs : Number.isNaN(column[i - 1]);
  const after = i === column.length - 1 ? firstMs + (i + 2) * stepMs <= endMs : Number.isNaN(column[i + 1]);
  return before || after;
}

/**
 * The mean excludes steps beside a gap, which are filled in part, if two steps and half of all remain.
 * @param range only steps whose middle is in it count
 * @returns undefined if all are empty
 */
export function summaryOf(
  series: AlignedSeries,
  column: Float64Array,
  { startMs, endMs }: TimeRange,
): ColumnSummary | undefined {
  let least = Infinity;
  let largest = -Infinity;
  let last = Number.NaN;
  let sum = 0;
  let count = 0;
  let sumInside = 0;
  let countInside = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    const ms = middleMs(series, i);
    if (Number.isNaN(value) || ms < startMs || ms > endMs) continue;
    least = Math.min(least, value);
    largest = Math.max(largest, value);
    last = value;
    sum += value;
    count++;
    if (isBesideGap(series, column, i, { startMs, endMs })) continue;
    sumInside += value;
    countInside++;
  }
  if (count === 0) return undefined;
  const hasInside = countInside >= 2 && countInside * 2 >= count;
  return { least, largest, mean: hasInside ? sumInside / countInside : sum / count, last };
}
