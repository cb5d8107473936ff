/**
 * Fields of OTLP's messages by number. The numbers of `Sample` and `Profile` changed between proto 1.9 and 1.10
 * (November 2025), and senders of both are about: a message does not say which it follows, so its samples decide.
 */

/** A sample as it stands: the entries of its fields 2 to 4, whatever they mean. */
export interface RawSample {
  readonly stack: number;
  readonly field2: readonly number[];
  readonly field3: readonly number[];
  readonly field4: readonly number[];
  readonly times: readonly number[];
}

/** What the samples of a request show. */
export interface SampleEvidence {
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
    field3Packed: false,
    field3Varint: false,
    field4Packed: false,
    field4Varint: false,
    hasField2: false,
    field2NoIndex: false,
    field2AsTimes: true,
  };
}

export function decideNumbering(evidence: SampleEvidence): 'old' | 'new' {
  const { field3Packed, field3Varint, field4Packed, field4Varint, hasField2, field2NoIndex, field2AsTimes } = evidence;
  // New: attribute indexes 2, link 3, values 4. Old: values 2, attribute indexes 3, link 4.
  if (field4Packed || field3Varint) return 'new';
  if (field3Packed || field2NoIndex) return 'old';
  if (field4Varint && !hasField2) return 'new';
  return hasField2 && field2AsTimes ? 'old' : 'new';
}

/** Fields of `Profile` that moved. */
export const PROFILE_FIELDS = {
  new: { attributes: 11, originalFormat: 9, original: 10 },
  old: { attributes: 12, originalFormat: 10, original: 11 },
} as const;
