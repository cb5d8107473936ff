/**
 * pprof's profile.proto, raw. Specification: github.com/google/pprof, proto/profile.proto (field numbers below are its).
 *
 * Two passes over columns, no object per message: the first walks the top level and notes where each message lies, since
 * fields may come in any order and what refers may precede what is referred to; the second decodes tables, then samples.
 * Every index is checked here against its table, once, so that no index in the result is out of range
 * (tests hold `checkProfile` against it; running it after each decode would prove the same again).
 */
import { ByteReader, wireTypes } from '#base/byte-reader.ts';
import type { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import { parseSearch } from '#model/parse-search.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { pruneSearch } from '#model/transforms/prune.ts';
import { type DecodeLimits, FILE_LIMITS } from './decode-limits.ts';
import type { EagerFormat } from './format.ts';
import { NUMBER, Scan, TOP_LEVEL } from './pprof-scan.ts';
import { readSamples } from './pprof-samples.ts';
import { readTables } from './pprof-tables.ts';
import { checkString, checkWireType, refuse } from './pprof-wire.ts';

export const pprofFormat: EagerFormat = {
  id: 'pprof',
  title: 'pprof',
  noun: 'pprof',
  endings: ['.pb', '.pprof', '.prof'],
  reads: 'gzip or raw, every sample type; Go, Node, Python, Rust, PHP, eBPF agents',
  sniff: (bytes) => looksLikePprof(bytes),
  decode: (bytes) => decodePprof(bytes),
};

const { varint, bytes: lengthDelimited } = wireTypes;

const FIELDS_TO_SNIFF = 48;
const FIELDS_A_STEP = 65_536;
/** Comments that are shown, and characters of each. */
const MAX_COMMENTS = 20;
const MAX_COMMENT = 500;
const NANOSECONDS_A_MILLISECOND = 1_000_000;

/** @throws DecodeError, if a limit is exceeded */
export function* decodePprof(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const reader = new ByteReader(bytes, (what, offset) => refuse(`The pprof data is damaged: ${what}`, offset));
  const scan = new Scan(reader, limits);
  while (reader.offset < bytes.length) {
    yield (reader.offset / bytes.length) * 0.15;
    scan.run(FIELDS_A_STEP);
  }
  const { strings, periodType: periodTypeSpan, timeNanos, durationNanos, period } = scan;
  if (strings.length === 0 || strings.text(0) !== '') {
    refuse('The pprof data is damaged: its first string must exist and be empty', 0);
  }
  for (const index of [...scan.comments, scan.dropFrames, scan.keepFrames, scan.docUrl]) {
    checkString(strings, index, 'the profile', bytes.length);
  }
  const written: SampleType[] = [];
  for (let i = 0; i < scan.sampleTypes.length; i += 2) written.push(readValueType(scan, scan.sampleTypes, i));
  const types = distinctTypes(written);
  if (types.length === 0) {
    refuse('The pprof data has no sample types, so its values have no meaning', 0);
  }
  const last = periodTypeSpan.length - 2;
  const periodType = last < 0 ? undefined : readValueType(scan, periodTypeSpan, last);
  const wanted = checkString(strings, scan.defaultSampleType, 'the default sample type', bytes.length);
  const named = wanted === '' ? -1 : types.findIndex(({ type }) => type === wanted);
  const { samples, mappings, locations, functions } = scan;
  const messages = { reader, strings, samples, mappings, locations, functions, sampleTypeCount: types.length, limits };
  const tables = yield* readTables(messages);
  const columns = yield* readSamples(messages, tables);

  const drop = strings.text(scan.dropFrames);
  const keep = strings.text(scan.keepFrames);
  const asked = drop === '' ? '' : pruneSearch(drop, keep);
  const canPrune = asked !== '' && parseSearch(asked).ok;
  const notes = commentsOf(scan);
  if (drop !== '')
    notes.push(
      `The file recommends leaving out frames that match ${drop}${keep === '' ? '' : ` but not ${keep}`}. They are kept${canPrune ? ' until you choose to leave them out' : ': the pattern cannot be read'}.`,
    );
  if (wanted !== '' && named < 0)
    notes.push(`The file names ${wanted} as its default sample type, but has no such type.`);
  return {
    sampleTypes: types,
    // Without a default the last one counts, as in pprof.
    defaultSampleType: named < 0 ? types.length - 1 : named,
    functions: tables.functions,
    definitions: tables.definitions,
    frames: tables.frames,
    ...columns,
    timeMs: timeNanos > 0 ? timeNanos / NANOSECONDS_A_MILLISECOND : undefined,
    durationMs: durationNanos > 0 ? durationNanos / NANOSECONDS_A_MILLISECOND : undefined,
    period: periodType && { type: periodType, value: period },
    cut: undefined,
    notes,
    ...(canPrune && { prune: asked }),
  };
}

function readValueType({ reader, strings }: Scan, spans: Int32Column, at: number): SampleType {
  const start = spans.values[at];
  reader.offset = start;
  reader.end = spans.values[at + 1];
  let type = 0;
  let unit = 0;
  while (reader.offset < reader.end) {
    const tagAt = reader.offset;
    const tag = reader.tag();
    if (tag >>> 3 <= 2) checkWireType(tag, NUMBER, tagAt);
    if (tag >>> 3 === 1) type = reader.signed();
    else if (tag >>> 3 === 2) unit = reader.signed();
    else reader.skip(tag);
  }
  reader.end = reader.bytes.length;
  return {
    type: checkString(strings, type, 'a sample type', start),
    unit: checkString(strings, unit, 'a sample type', start),
  };
}

/** Comments of the file, as far as they are for a glance. */
function commentsOf({ strings, comments }: Scan): string[] {
  const texts = comments.map((index) => strings.text(index).trim()).filter((text) => text !== '');
  const shown = texts
    .slice(0, MAX_COMMENTS)
    .map((text) => `Comment: ${text.length > MAX_COMMENT ? `${text.slice(0, MAX_COMMENT)}…` : text}`);
  const more = texts.length - shown.length;
  return more > 0 ? [...shown, `And ${more} more ${more === 1 ? 'comment' : 'comments'}.`] : shown;
}

/** Makes types distinct by name and unit: a nameless one becomes `samples`, and a duplicate gets a number. */
function distinctTypes(types: readonly SampleType[]): SampleType[] {
  const made: SampleType[] = [];
  for (const { type, unit } of types) {
    const isTaken = (name: string): boolean =>
      made.some((one) => one.type === name && one.unit === unit) ||
      (name !== type && types.some((one) => one.type === name));
    let name = type || 'samples';
    for (let number = 2; isTaken(name); number++) name = `${type || 'samples'}_${number}`;
    made.push({ type: name, unit });
  }
  return made;
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
  const start = reader.offset;
  while (reader.offset < end) {
    const isFirst = reader.offset === start;
    const tag = reader.tag();
    // Messages that begin with other fields are packets of a trace.
    if (tag >>> 3 <= 2 ? (tag & 7) !== varint : isFirst) return false;
    reader.skip(tag);
  }
  reader.end = reader.bytes.length;
  return true;
}
