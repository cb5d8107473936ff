/** The requirements for a supported change: minimum size, and the rate of false ones. */
export interface Bar {
  /** Share of the whole, in [0, 1]. */
  readonly leastShare: number;
  /** Relative change. */
  readonly leastChange: number;
  /** Samples on both sides together; fewer are not tested. */
  readonly leastSamples: number;
  /** False discovery rate. */
  readonly falseRate: number;
}

export const usualBar: Bar = { leastShare: 0.001, leastChange: 0.02, leastSamples: 20, falseRate: 0.03 };
