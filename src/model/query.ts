/** A query for profiles: one type, matchers and a range. */
import type { LabelValues } from './label-frames.ts';
import type { LabelMatcher } from './labels.ts';
import type { TimeRange } from './time-range.ts';

/** The service is a matcher of `service_name` like any other. */
export interface ProfileQuery {
  /** Profile type id, five parts. */
  readonly profileType: string;
  readonly matchers: readonly LabelMatcher[];
  readonly range: TimeRange;
  /** Only the samples of one span, or of one trace; undefined for all. */
  readonly within?: SpanOrTrace | undefined;
  /** Stacks begin with a frame for their value of a label: of slices alone, and not from every source. */
  readonly by?: LabelValues | undefined;
}

export interface SpanOrTrace {
  readonly kind: 'span' | 'trace';
  /** In hex digits: 16 of a span, 32 of a trace. */
  readonly id: string;
}
