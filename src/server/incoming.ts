/** Profiles on their way from the entry points (`/ingest`, Push, the self-profile, the demo) to the store. */

import type { LabelSet } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';

/** One decoded profile and the series that its samples go to. */
export interface IncomingProfile {
  readonly profile: Profile;
  /** Time of the profile, whole microseconds since the epoch. */
  readonly timeUs: number;
  /** What one sample represents, in the period type's unit, whole; 0 if the profile does not say. */
  readonly period: number;
  /** Equal for a repeat of the same upload, which counts once for an hour; '' where the upload has no time of its own. */
  readonly repeatKey: string;
  readonly series: readonly IncomingSeries[];
  /** Undefined where no sample names a span or a trace. */
  readonly spans?: TraceContexts | undefined;
}

/** In which span of which trace samples were taken. */
export interface TraceContexts {
  /** By sample: position in `contexts`, -1 where the sample is of none. */
  readonly of: Int32Array;
  readonly contexts: readonly TraceContext[];
}

/** In hex digits, 16 for spans and 32 for traces; '' where the agent does not say. */
export interface TraceContext {
  readonly span: string;
  /** The first span of the trace in this process. */
  readonly root: string;
  readonly trace: string;
}

/** The samples of one label set in one sample type. */
export interface IncomingSeries {
  /** All labels that are stored, those that the server adds (`__profile_type__`, …) included. Names the series. */
  readonly labels: LabelSet;
  /** The labels without those of the samples; undefined if the samples have none. */
  readonly base?: LabelSet;
  readonly service: string;
  /** Five-part profile type id. */
  readonly profileType: string;
  /** Position in `profile.values`. */
  readonly column: number;
  /** Samples of the profile that belong here, ascending. Values that are not positive are left out by the store. */
  readonly rows: Int32Array;
}

/** Changes made to profiles when they were stored, and properties that the sender may not expect. */
export interface Trimmed {
  /** Stacks that lost their leaf end. */
  readonly cutStacks: number;
  /** Profiles whose samples lost labels: too many sets of them, or too long ones. */
  readonly labelsDropped: number;
  /** Values below 0, which are left out. */
  readonly negativeValues: number;
  /** Profiles with a sample type that is said to be cumulative: it is stored as sent, and ranges add it up. */
  readonly cumulative: number;
  /** Recordings whose end is missing. */
  readonly cutOff: number;
}

/** For the log and the sender: an upload is accepted although it, or a part of it, holds nothing. @param of profiles of the upload */
export function emptyNote(empty: number, of: number): string {
  if (empty >= of) return 'The upload has no bytes or its profile has no samples: nothing was stored.';
  return `${empty} of ${of} profiles ${empty === 1 ? 'has' : 'have'} no samples and ${empty === 1 ? 'is' : 'are'} not stored.`;
}

/** Sentences for the log and the sender, by subject. */
export function notesOf({
  cutStacks,
  labelsDropped,
  negativeValues,
  cumulative,
  cutOff,
}: Trimmed): Map<keyof Trimmed, string> {
  const notes = new Map<keyof Trimmed, string>();
  if (cutStacks > 0)
    notes.set('cutStacks', `${cutStacks} stacks were too deep and were cut at their leaf end (limits.maxDepth).`);
  if (labelsDropped > 0)
    notes.set(
      'labelsDropped',
      'The samples have too many label sets, or label sets that are too long: the labels with the most values were left out.',
    );
  if (negativeValues > 0) notes.set('negativeValues', `${negativeValues} values are negative and were left out.`);
  if (cumulative > 0)
    notes.set(
      'cumulative',
      'The profile is marked as cumulative. Its values are stored as sent, and ranges add them up: send the increase since the last upload.',
    );
  if (cutOff > 0) notes.set('cutOff', 'The recording is truncated: its complete part was stored.');
  return notes;
}
