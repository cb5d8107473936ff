/** A time series: one column of times, one of values. */
import type { LabelSet } from './labels.ts';

/** Sorted by time; a step without profiles has no point. */
export interface Series {
  readonly labels: LabelSet;
  readonly timesMs: Float64Array;
  /** Sum (or, for snapshots, mean) of the step that ends at the time, in the profile type's unit. */
  readonly values: Float64Array;
}
