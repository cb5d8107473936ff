/**
 * Fewer points that look the same: of each bucket of steps the lowest and the highest, in their order, so that no peak
 * is lost.
 */

/** Steps with values in a row, without a gap: [from, to) of the points. */
export interface Reduced {
  readonly length: number;
  readonly steps: Int32Array;
  readonly values: Float64Array;
  /** Where a new run begins; the first is 0. */
  readonly runs: readonly number[];
}

/**
 * @param column NaN if a step is empty; a gap ends a run where a whole bucket is empty
 * @param bucket how many steps become two points at the most, beside the ends of a run; 1 keeps all
 */
export function reduceColumn(column: Float64Array, bucket: number): Reduced {
  const most = bucket === 1 ? column.length : 4 * Math.ceil(column.length / bucket);
  const steps = new Int32Array(most);
  const values = new Float64Array(most);
  const runs: number[] = [];
  let length = 0;
  let last = -1;
  const put = (step: number): void => {
    if (length > 0 && steps[length - 1] >= step) return;
    steps[length] = step;
    values[length++] = column[step];
  };
  const close = (): void => {
    if (last >= 0) put(last);
    last = -1;
  };
  for (let from = 0; from < column.length; from += bucket) {
    const end = Math.min(column.length, from + bucket);
    let first = -1;
    let low = -1;
    let high = -1;
    let latest = -1;
    for (let i = from; i < end; i++) {
      if (Number.isNaN(column[i])) continue;
      if (first < 0) first = i;
      if (low < 0 || column[i] < column[low]) low = i;
      if (high < 0 || column[i] > column[high]) high = i;
      latest = i;
    }
    if (first < 0) {
      close();
      continue;
    }
    if (last < 0) {
      runs.push(length);
      put(first);
    }
    put(Math.min(low, high));
    put(Math.max(low, high));
    last = latest;
  }
  close();
  return { length, steps, values, runs };
}
