/** A query for profiles: one type, matchers and a range. */
import type { LabelMatcher } from './labels.ts';
import type { TimeRange } from './time-range.ts';

/** The service is a matcher of `service_name` like any other. */
export interface ProfileQuery {
  /** Profile type id, five parts. */
  readonly profileType: string;
  readonly matchers: readonly LabelMatcher[];
  readonly range: TimeRange;
}
