/**
 * A profile as this page itself writes it (write-packed.ts), whole but for the labels of samples: for the files that
 * travel with their explorer. After the head come, each as varints unless said otherwise:
 *
 *   texts: how many, then each with its length in bytes before it
 *   sample types: how many, the default, then type and unit of each (texts)
 *   definitions: how many, then name, file, mapping (texts) and line of each; a name may repeat
 *   frames: how many, then definition and line of each
 *   samples: how many, then for each how many frames it shares with the one before, how many follow, and those
 *   values: for each sample type 0 (doubles, 8 bytes), 1 (whole) or 2 (whole, beyond doubles), then one a sample; whole
 *     ones as zigzag
 *   time and length of the recording, in ms: 0, or 1 and a double
 *   period: 0, or 1, type and unit (texts) and a double
 *   what was cut: 0, or 1, a definition of the function and a double
 *   notes: how many, then texts
 *   times of the samples: nothing or 0, or 1 and a double for each
 *   kinds of frames: nothing, or 1, how many, their texts, and the kind of each frame
 */
import { ByteReader } from '#base/byte-reader.ts';
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import { checkProfile } from '#model/check-profile.ts';
import { tablesOf } from '#model/definitions.ts';
import type { Profile, SampleType, ValueColumn } from '#model/profile.ts';
import { FILE_LIMITS } from './decode-limits.ts';
import { DecodeError, type EagerFormat } from './format.ts';
import { MAX_FRAME_KINDS } from './frame-kinds.ts';
import { noLabels, plainColumn } from './profile-columns.ts';

export const packedHead = 'flametide packed profile 1\n';
export const valueKinds = { doubles: 0, whole: 1, exact: 2 } as const;

/** Frames in all stacks: few bytes can describe very many, as each sample holds its whole stack. */
export const mostPackedFrames = 1 << 26;
const SAMPLES_A_STEP = 8192;
const MAX_TEXTS = 1 << 24;
const MAX_NOTES = 1000;
const TWO_31 = 2147483648;

export const packedFormat: EagerFormat = {
  id: 'packed',
  title: 'Flametide',
  noun: 'packed profiles',
  endings: [],
  reads: undefined,
  sniff: (bytes) => new TextDecoder().decode(bytes.subarray(0, packedHead.length)) === packedHead,
  *decode(bytes) {
    const profile = yield* read(new PackedReader(bytes));
    const [wrong] = checkProfile(profile);
    if (wrong !== undefined) fail(wrong.replace(/\.$/, ''), bytes.length);
    return profile;
  },
};

function* read(from: PackedReader): Steps<Profile> {
  const texts = from.list(MAX_TEXTS, () => from.utf8());
  const text = (): string => texts[from.index(texts.length)];
  const sampleType = (): SampleType => ({ type: text(), unit: text() });
  const types = from.count(FILE_LIMITS.sampleTypes);
  const defaultSampleType = from.index(types);
  const sampleTypes = Array.from({ length: types }, sampleType);
  const names: string[] = [];
  const files: string[] = [];
  const mappings: string[] = [];
  const line = new Int32Column();
  for (let left = from.count(FILE_LIMITS.functions); left > 0; left--) {
    names.push(text());
    files.push(text());
    mappings.push(text());
    line.push(from.int32());
  }
  const frameDefinition = new Int32Column();
  const frameLine = new Int32Column();
  for (let left = from.count(FILE_LIMITS.lines); left > 0; left--) {
    frameDefinition.push(from.index(names.length));
    frameLine.push(from.int32());
  }
  const rows = { names, files, line: line.take(), mappings };
  const tables = tablesOf(rows, frameDefinition.take(), frameLine.take());
  const sampleCount = from.count(Math.min(FILE_LIMITS.samples, Math.floor(FILE_LIMITS.values / Math.max(1, types))));
  const { stackStart, stackFrames } = yield* readStacks(from, sampleCount, tables.frames.length);
  const values: ValueColumn[] = [];
  for (let type = 0; type < types; type++) {
    values.push(readValues(from, sampleCount));
    yield 1;
  }
  return {
    sampleTypes,
    defaultSampleType,
    sampleCount,
    stackStart,
    stackFrames,
    values,
    labels: noLabels(sampleCount),
    timeMs: from.optional(() => from.double()),
    durationMs: from.optional(() => from.double()),
    period: from.optional(() => ({ type: sampleType(), value: from.double() })),
    cut: from.optional(() => ({ func: tables.definitions.func[from.index(names.length)], value: from.double() })),
    notes: from.list(MAX_NOTES, text),
    times: from.more(() => readDoubles(from, sampleCount)),
    ...withKinds(tables, from, text),
  };
}

function withKinds(tables: ReturnType<typeof tablesOf>, from: PackedReader, text: () => string): typeof tables {
  const kinds = from.more(() => {
    const names = from.list(MAX_FRAME_KINDS, text);
    return { names, of: Uint8Array.from(tables.frames.line, () => from.index(names.length)) };
  });
  return { ...tables, frames: { ...tables.frames, ...(kinds && { kinds }) } };
}

function* readStacks(
  from: PackedReader,
  sampleCount: number,
  frameCount: number,
): Steps<Pick<Profile, 'stackStart' | 'stackFrames'>> {
  const stackStart = new Int32Array(sampleCount + 1);
  const stackFrames = new Int32Column();
  for (let sample = 0; sample < sampleCount; sample++) {
    if (sample % SAMPLES_A_STEP === 0) yield sample / sampleCount;
    const before = stackStart[Math.max(0, sample - 1)];
    const start = stackFrames.length;
    const shared = from.index(start - before + 1);
    const more = from.count(mostPackedFrames);
    if (start + shared + more > mostPackedFrames) {
      throw new DecodeError('too-large', 'The profile has too many and too deep stacks to be read.');
    }
    stackFrames.reserve(shared + more);
    stackFrames.values.copyWithin(start, before, before + shared);
    stackFrames.length = start + shared;
    for (let i = 0; i < more; i++) stackFrames.values[stackFrames.length++] = from.index(frameCount);
    stackStart[sample + 1] = stackFrames.length;
  }
  return { stackStart, stackFrames: stackFrames.take() };
}

function readValues(from: PackedReader, sampleCount: number): ValueColumn {
  const kind = from.index(3);
  if (kind === valueKinds.doubles) return plainColumn(readDoubles(from, sampleCount));
  const values = new Float64Array(sampleCount);
  const exact = new BigInt64Array(kind === valueKinds.exact ? sampleCount : 0);
  for (let i = 0; i < sampleCount; i++) {
    values[i] = from.zigzag();
    if (kind === valueKinds.exact) exact[i] = from.zigzagWhole;
  }
  return kind === valueKinds.exact ? { values, exact } : plainColumn(values);
}

function readDoubles(from: PackedReader, sampleCount: number): Float64Array {
  const values = new Float64Array(sampleCount);
  for (let i = 0; i < sampleCount; i++) values[i] = from.double();
  return values;
}

/** Every count is held against the bytes that are left, every index against its table. */
class PackedReader extends ByteReader {
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(bytes: Uint8Array) {
    super(bytes, fail);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = packedHead.length;
  }

  /** A count of items that take at least one byte each. */
  count(limit: number): number {
    const start = this.offset;
    const count = this.unsigned();
    if (count > this.end - this.offset) fail(`${count} entries do not fit in`, start);
    if (count > limit)
      throw new DecodeError('too-large', `The packed profile has a list of ${count} entries; the maximum is ${limit}.`);
    return count;
  }

  index(length: number): number {
    const start = this.offset;
    const index = this.unsigned();
    if (index >= length) fail(`a number is ${index} but must be below ${length}`, start);
    return index;
  }

  int32(): number {
    return this.index(0x80000000);
  }

  double(): number {
    if (this.end - this.offset < 8) fail('a number is cut off', this.offset);
    this.offset += 8;
    return this.#view.getFloat64(this.offset - 8, true);
  }

  /** The nearest double of a zigzag. */
  zigzag(): number {
    this.unsigned();
    const half = this.hi * TWO_31 + (this.lo >>> 1);
    return (this.lo & 1) === 1 ? -half - 1 : half;
  }

  /** The last zigzag whole. */
  get zigzagWhole(): bigint {
    const half = this.unsignedWhole >> 1n;
    return (this.lo & 1) === 1 ? -half - 1n : half;
  }

  utf8(): string {
    const end = this.stop();
    const text = this.#utf8.decode(this.bytes.subarray(this.offset, end));
    this.offset = end;
    return text;
  }

  list<T>(limit: number, one: () => T): T[] {
    return Array.from({ length: this.count(limit) }, one);
  }

  /** What a file of an earlier version ends without. */
  more<T>(one: () => T): T | undefined {
    return this.offset < this.end ? this.optional(one) : undefined;
  }

  optional<T>(one: () => T): T | undefined {
    return this.index(2) === 0 ? undefined : one();
  }
}

function fail(what: string, offset: number): never {
  throw new DecodeError('malformed', `The packed profile is damaged: ${what}.`, {
    place: `byte ${offset}`,
    remedy: 'The file was probably truncated or changed in transit: fetch it again.',
  });
}
