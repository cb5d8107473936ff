/** What the doors (`/ingest`, Push, the self-profile, the demo) hand to the store. */

import type { LabelSet } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';

/** One decoded profile and the series that its samples go to. */
export interface IncomingProfile {
  readonly profile: Profile;
  /** Time of the profile, whole microseconds since the epoch. */
  readonly timeUs: number;
  /** What one sample stands for, in the period type's unit; 0 where the profile does not say. */
  readonly period: number;
  /** Equal for a repeat of the same upload, which counts once for an hour; '' where repeats cannot happen. */
  readonly repeatKey: string;
  readonly series: readonly IncomingSeries[];
}

/** The samples of one label set in one sample type. */
export interface IncomingSeries {
  /** All labels that are stored, those that the server adds (`__profile_type__`, …) included. Names the series. */
  readonly labels: LabelSet;
  /** The labels without those of the samples; undefined where the samples have none. */
  readonly base?: LabelSet;
  readonly service: string;
  /** Five-part profile type id. */
  readonly profileType: string;
  /** Position in `profile.values`. */
  readonly column: number;
  /** Samples of the profile that belong here, ascending. Values that are not positive are left out by the store. */
  readonly rows: Int32Array;
}

/** What was changed about profiles to take them in. */
export interface Trimmed {
  /** Stacks that lost their leaf end. */
  readonly cutStacks: number;
  /** Profiles whose samples' labels were left out, as they had too many sets of them. */
  readonly labelsDropped: number;
}
