/** Ranges of time, as a link writes them and as a question takes them. */

/** A range as written: each end is ms since the epoch in digits, or relative (`now-1h`, `now/d`, `now-1d/d`). */
export interface TimeRangeText {
  readonly from: string;
  readonly until: string;
}

/** A resolved range: ms since the epoch, both ends included. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}
