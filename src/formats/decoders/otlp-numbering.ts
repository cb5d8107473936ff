/**
 * Fields of OTLP's messages by number. The numbers of `Sample` and `Profile` changed between proto 1.9 and 1.10
 * (November 2025), and before 1.8 samples were parts of a list of locations; senders of all are about. A message does
 * not say which it follows: a list of locations shows the oldest, else its samples decide.
 */

/** What the samples of a request show. */
export interface SampleEvidence {
  /** Whether a profile has a list of locations. */
  hasLocationList: boolean;
  field3Packed: boolean;
  field3Varint: boolean;
  field4Packed: boolean;
  field4Varint: boolean;
  hasField2: boolean;
  /** An entry of field 2 that is no index of the table of attributes. */
  field2NoIndex: boolean;
  /** Whether all samples with field 2 have as many entries in it as timestamps. */
  field2AsTimes: boolean;
}

export function noEvidence(): SampleEvidence {
  return {
    hasLocationList: false,
    field3Packed: false,
    field3Varint: false,
    field4Packed: false,
    field4Varint: false,
    hasField2: false,
    field2NoIndex: false,
    field2AsTimes: true,
  };
}

export type ProtoNumbering = 'oldest' | 'old' | 'new';

export function decideNumbering(evidence: SampleEvidence): ProtoNumbering {
  if (evidence.hasLocationList) return 'oldest';
  const { field3Packed, field3Varint, field4Packed, field4Varint, hasField2, field2NoIndex, field2AsTimes } = evidence;
  // New: attribute indexes 2, link 3, values 4. Old: values 2, attribute indexes 3, link 4.
  if (field4Packed || field3Varint) return 'new';
  if (field3Packed || field2NoIndex) return 'old';
  if (field4Varint && !hasField2) return 'new';
  return hasField2 && field2AsTimes ? 'old' : 'new';
}

/** Fields of `Profile` that moved. */
export const PROFILE_FIELDS = {
  new: { time: 3, duration: 4, periodType: 5, period: 6, attributes: 11, originalFormat: 9, original: 10 },
  old: { time: 3, duration: 4, periodType: 5, period: 6, attributes: 12, originalFormat: 10, original: 11 },
  oldest: { time: 4, duration: 5, periodType: 6, period: 7, attributes: 14, originalFormat: 12, original: 13 },
} as const;

/** Which field of a sample holds what, by its number: `fields` of `SampleColumns`. Times have fields of their own, and so has the link of the oldest, 5. */
export const SAMPLE_FIELDS = {
  new: { attributes: 2, values: 4, link: 3 },
  old: { attributes: 3, values: 2, link: 4 },
  oldest: { attributes: 4, values: 3, link: undefined },
} as const;
