/**
 * pprof's profile.proto, raw. Specification: github.com/google/pprof, proto/profile.proto (field numbers below are its).
 *
 * Two passes over columns, no object per message: the first walks the top level and notes where each message lies, since
 * fields may come in any order and what refers may precede what is referred to; the second decodes tables, then samples.
 * Every index is checked here against its table, once, so that nothing that leaves this file points outside
 * (tests hold `checkProfile` against it; running it after each decode would prove the same again).
 */
import { ByteReader, wireTypes } from '#base/byte-reader.ts';
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import { Utf8Strings } from '#base/utf8-strings.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import type { ProfileFormat } from './format.ts';
import { readSamples } from './pprof-samples.ts';
import { readTables } from './pprof-tables.ts';
import { checkString, checkWireType, refuse } from './pprof-wire.ts';

export const pprofFormat: ProfileFormat = {
  id: 'pprof',
  title: 'pprof',
  sniff: (bytes) => looksLikePprof(bytes),
  decode: decodePprof,
};

const { varint, bytes: lengthDelimited } = wireTypes;

const MESSAGE: readonly number[] = [lengthDelimited];
const NUMBER: readonly number[] = [varint];
/** The wire type of each field of the profile, by field number; 13 repeats a number and may be packed. */
// prettier-ignore
const TOP_LEVEL: readonly (readonly number[] | undefined)[] = [
  undefined, MESSAGE, MESSAGE, MESSAGE, MESSAGE, MESSAGE, MESSAGE, NUMBER,
  NUMBER, NUMBER, NUMBER, MESSAGE, NUMBER, [varint, lengthDelimited], NUMBER, NUMBER,
];

const FIELDS_TO_SNIFF = 48;
const FIELDS_A_STEP = 65_536;
const NANOSECONDS_A_MILLISECOND = 1_000_000;

export function* decodePprof(bytes: Uint8Array): Steps<Profile> {
  const reader = new ByteReader(bytes, (what, offset) => refuse(`The pprof data is damaged: ${what}`, offset));
  const strings = new Utf8Strings(bytes);
  const spans = [1, 2, 3, 4, 5].map(() => new Int32Column());
  const [sampleTypeSpans, samples, mappings, locations, functions] = spans;
  const comments: number[] = [];
  let periodTypeStart = -1;
  let periodTypeEnd = -1;
  let dropFrames = 0;
  let keepFrames = 0;
  let timeNanos = 0;
  let durationNanos = 0;
  let period = 0;
  let defaultSampleType = 0;
  let docUrl = 0;
  for (let count = 0; reader.offset < bytes.length; count++) {
    if (count % FIELDS_A_STEP === 0) yield (reader.offset / bytes.length) * 0.15;
    const at = reader.offset;
    const tag = reader.tag();
    const field = tag >>> 3;
    checkWireType(tag, TOP_LEVEL[field], at);
    switch (field) {
      case 1:
      case 2:
      case 3:
      case 4:
      case 5: {
        const end = reader.stop();
        spans[field - 1].push(reader.offset);
        spans[field - 1].push(end);
        reader.offset = end;
        break;
      }
      case 6: {
        const end = reader.stop();
        strings.push(reader.offset, end);
        reader.offset = end;
        break;
      }
      case 7:
        dropFrames = reader.signed();
        break;
      case 8:
        keepFrames = reader.signed();
        break;
      case 9:
        timeNanos = reader.signed();
        break;
      case 10:
        durationNanos = reader.signed();
        break;
      case 11:
        periodTypeEnd = reader.stop();
        periodTypeStart = reader.offset;
        reader.offset = periodTypeEnd;
        break;
      case 12:
        period = reader.signed();
        break;
      case 13: {
        if ((tag & 7) === varint) {
          comments.push(reader.signed());
          break;
        }
        reader.end = reader.stop();
        while (reader.offset < reader.end) comments.push(reader.signed());
        reader.end = bytes.length;
        break;
      }
      case 14:
        defaultSampleType = reader.signed();
        break;
      case 15:
        docUrl = reader.signed();
        break;
      default:
        reader.skip(tag);
    }
  }
  if (strings.length === 0 || strings.text(0) !== '') {
    refuse('The pprof data is damaged: its first string must be there and be empty', 0);
  }
  for (const index of [...comments, dropFrames, keepFrames, docUrl])
    checkString(strings, index, 'the profile', bytes.length);
  const types: SampleType[] = [];
  for (let i = 0; i < sampleTypeSpans.length; i += 2) {
    types.push(readValueType(reader, strings, sampleTypeSpans.values[i], sampleTypeSpans.values[i + 1]));
  }
  if (types.length === 0) {
    refuse('The pprof data has no sample types, so that its values have no meaning', 0);
  }
  const periodType = periodTypeStart < 0 ? undefined : readValueType(reader, strings, periodTypeStart, periodTypeEnd);
  const wanted = checkString(strings, defaultSampleType, 'the default sample type', bytes.length);
  const named = wanted === '' ? -1 : types.findIndex(({ type }) => type === wanted);
  const messages = { reader, strings, samples, mappings, locations, functions, sampleTypeCount: types.length };
  const tables = yield* readTables(messages);
  const columns = yield* readSamples(messages, tables);

  const notes: string[] = [];
  const drop = strings.text(dropFrames);
  const keep = strings.text(keepFrames);
  if (drop !== '')
    notes.push(
      `The file asks to leave out frames that match ${drop}${keep === '' ? '' : ` but not ${keep}`}. They are kept.`,
    );
  if (wanted !== '' && named < 0)
    notes.push(`The file names ${wanted} as its default sample type, but has no such type.`);
  return {
    sampleTypes: types,
    // Without a default the last one counts, as in pprof.
    defaultSampleType: named < 0 ? types.length - 1 : named,
    functions: tables.functions,
    frames: tables.frames,
    ...columns,
    timeMs: timeNanos > 0 ? timeNanos / NANOSECONDS_A_MILLISECOND : undefined,
    durationMs: durationNanos > 0 ? durationNanos / NANOSECONDS_A_MILLISECOND : undefined,
    period: periodType && period !== 0 ? { type: periodType, value: period } : undefined,
    notes,
  };
}

function readValueType(reader: ByteReader, strings: Utf8Strings, start: number, end: number): SampleType {
  reader.offset = start;
  reader.end = end;
  let type = 0;
  let unit = 0;
  while (reader.offset < end) {
    const at = reader.offset;
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field > 2) {
      reader.skip(tag);
      continue;
    }
    checkWireType(tag, NUMBER, at);
    if (field === 1) type = reader.signed();
    else unit = reader.signed();
  }
  reader.end = reader.bytes.length;
  return {
    type: checkString(strings, type, 'a sample type', start),
    unit: checkString(strings, unit, 'a sample type', start),
  };
}

class NotPprof extends Error {}

/** Walks the first fields: all must be of profile.proto or unknown to it, and be typed as there. A cut end is no obstacle. */
function looksLikePprof(bytes: Uint8Array): boolean {
  const reader = new ByteReader(bytes, () => {
    throw new NotPprof();
  });
  let known = 0;
  let strings = 0;
  try {
    for (let count = 0; count < FIELDS_TO_SNIFF && reader.offset < bytes.length; count++) {
      const tag = reader.tag();
      const field = tag >>> 3;
      const allowed = TOP_LEVEL[field];
      if (allowed && !allowed.includes(tag & 7)) return false;
      if ((tag & 7) === lengthDelimited) {
        const end = reader.stop();
        // Other protobuf messages begin likewise; their first field is no pair of string indexes.
        if (field === 1 && !isValueType(reader, end)) return false;
        if (field === 6 && strings++ === 0 && end !== reader.offset) return false;
        reader.offset = end;
      } else reader.skip(tag);
      if (allowed) known++;
    }
    return known > 0;
  } catch (error) {
    if (error instanceof NotPprof) return known > 2;
    throw error;
  }
}

function isValueType(reader: ByteReader, end: number): boolean {
  reader.end = end;
  while (reader.offset < end) {
    const tag = reader.tag();
    if (tag >>> 3 <= 2 && (tag & 7) !== varint) return false;
    reader.skip(tag);
  }
  reader.end = reader.bytes.length;
  return true;
}
