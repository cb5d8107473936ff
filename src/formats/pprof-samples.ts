/** pprof's samples, as stacks, values and labels: the hot loop of the decoder. */
import { wireTypes } from '#base/byte-reader.ts';
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { LabelTable, Profile, ValueColumn } from '#model/profile.ts';
import { refuseCount } from './decode-limits.ts';
import { type PprofTables, readId } from './pprof-tables.ts';
import { checkString, checkWireType, type PprofMessages, refuse } from './pprof-wire.ts';
import { needsExact, plainColumn, TextColumn } from './profile-columns.ts';

const SAMPLES_A_STEP = 4096;
const LOCATIONS_PACKED = 0x0a;
const VALUES_PACKED = 0x12;
const LABEL = 0x1a;
const LOCATION_ALONE = 0x08;
const VALUE_ALONE = 0x10;
const NUMBER = [wireTypes.varint];

export type SampleColumns = Pick<Profile, 'sampleCount' | 'stackStart' | 'stackFrames' | 'values' | 'labels'>;

export function* readSamples(messages: PprofMessages, tables: PprofTables): Steps<SampleColumns> {
  const decoder = new SampleDecoder(messages, tables);
  const { count } = decoder;
  for (let from = 0; from < count; from += SAMPLES_A_STEP) {
    yield 0.25 + (from / count) * 0.75;
    decoder.run(from, Math.min(from + SAMPLES_A_STEP, count));
  }
  return decoder.take();
}

class SampleDecoder {
  readonly count: number;
  readonly #messages: PprofMessages;
  readonly #tables: PprofTables;
  /** By small location id: its only frame + 1; 0 if there is no such location, or one of several frames. */
  readonly #frameById: Int32Array;
  readonly #stackStart: Int32Array<ArrayBuffer>;
  readonly #frames: Int32Column;
  readonly #maxFrames: number;
  readonly #columns: Float64Array<ArrayBuffer>[];
  readonly #labels: LabelColumns;

  constructor(messages: PprofMessages, tables: PprofTables) {
    const { samples, sampleTypeCount, limits } = messages;
    this.count = samples.length / 2;
    if (this.count * sampleTypeCount > limits.values)
      refuseCount(limits.values, 'values', `${this.count} samples of ${sampleTypeCount} sample types`);
    this.#messages = messages;
    this.#tables = tables;
    const { frameStart, locations } = tables;
    this.#frameById = new Int32Array(locations.dense.length);
    for (let id = 0; id < locations.dense.length; id++) {
      const location = locations.dense[id] - 1;
      if (location < 0) continue;
      if (frameStart[location + 1] - frameStart[location] === 1) this.#frameById[id] = frameStart[location] + 1;
    }
    this.#stackStart = new Int32Array(this.count + 1);
    this.#maxFrames = limits.frames;
    this.#frames = new Int32Column(Math.min(this.count * 24 + 1024, limits.frames));
    this.#columns = Array.from({ length: sampleTypeCount }, () => new Float64Array(this.count));
    this.#labels = new LabelColumns(messages, this.count);
  }

  /** Decodes the samples [from, to). */
  run(from: number, to: number): void {
    for (let i = from; i < to; i++) this.#readSample(i);
    const { reader } = this.#messages;
    reader.end = reader.bytes.length;
  }

  // A call a sample, and calls for its parts: the engine compiles small functions after a few hundred of them, and one
  // large loop late and several times (the first decode of a page took twice as long).
  #readSample(i: number): void {
    const { reader, samples } = this.#messages;
    const { bytes } = reader;
    const frames = this.#frames;
    const typeCount = this.#columns.length;
    const start = samples.values[i * 2];
    const end = samples.values[i * 2 + 1];
    const stackFrom = frames.length;
    let at = start;
    let valueCount = 0;
    reader.end = end;
    while (at < end) {
      const tagAt = at;
      let tag = bytes[at++];
      reader.offset = at;
      if (tag > 127 || tag < 8) {
        reader.offset = tagAt;
        tag = reader.tag();
      }
      if (tag === LOCATIONS_PACKED) {
        const stop = reader.stop();
        this.#reserve(stop - reader.offset, i);
        this.#readLocations(stop, i);
      } else if (tag === VALUES_PACKED) {
        const stop = reader.stop();
        reader.end = stop;
        while (reader.offset < stop) this.#pushValue(i, valueCount++);
        reader.end = end;
      } else if (tag === LABEL) this.#labels.push(reader.stop(), i);
      else if (tag === LOCATION_ALONE) this.#pushLocation(i, 0);
      else if (tag === VALUE_ALONE) this.#pushValue(i, valueCount++);
      else {
        if (tag >>> 3 <= 3) checkWireType(tag, [], tagAt);
        reader.skip(tag);
      }
      at = reader.offset;
    }
    if (valueCount !== typeCount) {
      const what = `the sample has ${valueCount} values, but there are ${typeCount} sample types`;
      refuse(`The pprof data is damaged: ${what}`, start, `sample ${i}`);
    }
    // profile.proto: the leaf comes first, and within a location the innermost line.
    reverse(frames.values, stackFrom, frames.length);
    this.#stackStart[i + 1] = frames.length;
    this.#labels.start[i + 1] = this.#labels.length;
  }

  #pushValue(sample: number, type: number): void {
    const value = this.#messages.reader.signed();
    if (type < this.#columns.length) this.#columns[type][sample] = value;
  }

  /** Packed location ids, up to `stop`. */
  #readLocations(stop: number, sample: number): void {
    const { reader } = this.#messages;
    const end = reader.end;
    while (reader.offset < stop) {
      this.#readShortLocations(stop);
      if (reader.offset === stop) break;
      reader.end = stop;
      this.#pushLocation(sample, stop - reader.offset);
    }
    reader.end = end;
  }

  /** Packed location ids to frames, as far as ids are short and stand for one frame: the innermost loop. */
  #readShortLocations(stop: number): void {
    const { reader } = this.#messages;
    const { bytes } = reader;
    const frameById = this.#frameById;
    const known = frameById.length;
    const out = this.#frames.values;
    let length = this.#frames.length;
    let at = reader.offset;
    while (at < stop) {
      let next = at + 1;
      let id = bytes[at];
      if (id > 127) {
        const second = bytes[next++];
        id = (id & 127) | ((second & 127) << 7);
        if (second > 127) {
          const third = bytes[next++];
          if (third > 127) break;
          id |= third << 14;
        }
        // Cut off: the slow way tells where.
        if (next > stop) break;
      }
      if (id >= known) break;
      const frame = frameById[id];
      if (frame === 0) break;
      out[length++] = frame - 1;
      at = next;
    }
    this.#frames.length = length;
    reader.offset = at;
  }

  take(): SampleColumns {
    return {
      sampleCount: this.count,
      stackStart: this.#stackStart,
      stackFrames: this.#frames.take(),
      values: this.#valueColumns(),
      labels: this.#labels.take(),
    };
  }

  /** The location whose id stands at the reader. @param room for what may follow in the same field. */
  #pushLocation(sample: number, room: number): void {
    const { reader } = this.#messages;
    const { locations, frameStart } = this.#tables;
    const start = reader.offset;
    const id = readId(reader);
    const location = locations.get(id);
    if (location < 0) {
      refuse(`The pprof data is damaged: location ${id} is not in the table`, start, `sample ${sample}`);
    }
    const from = frameStart[location];
    const to = frameStart[location + 1];
    this.#reserve(to - from + room, sample);
    const frames = this.#frames;
    for (let frame = from; frame < to; frame++) frames.values[frames.length++] = frame;
  }

  #reserve(more: number, sample: number): void {
    if (this.#frames.length + more > this.#maxFrames)
      refuseCount(this.#maxFrames, 'frames in its stacks', `sample ${sample} of ${this.count}`);
    this.#frames.reserve(more);
  }

  /** Large columns are read once more, whole: rare enough that the hot loop need not know of it. */
  #valueColumns(): ValueColumn[] {
    const exact = this.#columns.map((values) => (needsExact(values) ? new BigInt64Array(this.count) : undefined));
    if (exact.some((column) => column !== undefined)) this.#readExact(exact);
    return this.#columns.map((values, i) =>
      exact[i] === undefined ? plainColumn(values) : { values, exact: exact[i] },
    );
  }

  /** Fills the columns that are there. */
  #readExact(exact: readonly (BigInt64Array | undefined)[]): void {
    const { reader, samples } = this.#messages;
    for (let i = 0; i < this.count; i++) {
      reader.offset = samples.values[i * 2];
      const end = samples.values[i * 2 + 1];
      reader.end = end;
      let valueCount = 0;
      while (reader.offset < end) {
        const tag = reader.tag();
        if (tag !== VALUES_PACKED && tag !== VALUE_ALONE) {
          reader.skip(tag);
          continue;
        }
        const stop = tag === VALUES_PACKED ? reader.stop() : reader.offset + 1;
        while (reader.offset < stop) {
          reader.varint();
          const column = exact[valueCount++];
          if (column !== undefined) column[i] = reader.signedWhole;
        }
      }
    }
    reader.end = reader.bytes.length;
  }
}

function reverse(column: Int32Array, from: number, to: number): void {
  for (let i = from, k = to - 1; i < k; i++, k--) {
    const one = column[i];
    column[i] = column[k];
    column[k] = one;
  }
}

class LabelColumns {
  readonly start: Int32Array<ArrayBuffer>;
  readonly #messages: PprofMessages;
  readonly #key = new Int32Column(16);
  readonly #text = new Int32Column(16);
  readonly #halves = new Int32Column(16); // low, high
  readonly #unit = new Int32Column(16);
  readonly #texts = new TextColumn();
  /** Position in `#texts` + 1 by string index: a label's text is hashed once, not once a sample. */
  readonly #textOf: Int32Array;

  constructor(messages: PprofMessages, sampleCount: number) {
    this.#messages = messages;
    this.start = new Int32Array(sampleCount + 1);
    this.#textOf = new Int32Array(messages.strings.length);
  }

  get length(): number {
    return this.#key.length;
  }

  /** The label from the reader to `end`. A text makes it a text label; without one it is a number, be it 0. */
  push(end: number, sample: number): void {
    const { reader, limits } = this.#messages;
    if (this.length - this.start[sample] >= limits.labelsOfSample)
      refuseCount(limits.labelsOfSample, 'labels at one sample', `sample ${sample}`);
    if (this.length >= limits.labels) refuseCount(limits.labels, 'labels at its samples', `sample ${sample}`);
    const start = reader.offset;
    const outer = reader.end;
    reader.end = end;
    let key = 0;
    let text = 0;
    let unit = 0;
    let lo = 0;
    let hi = 0;
    while (reader.offset < end) {
      const at = reader.offset;
      const tag = reader.tag();
      const field = tag >>> 3;
      if (field <= 4) checkWireType(tag, NUMBER, at);
      if (field === 1) key = reader.signed();
      else if (field === 2) text = reader.signed();
      else if (field === 3) {
        reader.unsigned();
        lo = reader.lo;
        hi = reader.hi;
      } else if (field === 4) unit = reader.signed();
      else reader.skip(tag);
    }
    reader.end = outer;
    this.#key.push(this.#intern(key, sample, start));
    this.#text.push(text === 0 ? -1 : this.#intern(text, sample, start));
    this.#halves.push(text === 0 ? lo : 0);
    this.#halves.push(text === 0 ? hi : 0);
    this.#unit.push(unit === 0 ? -1 : this.#intern(unit, sample, start));
  }

  take(): LabelTable {
    // Two halves make a whole on every machine that runs browsers: low half first.
    const number = new BigInt64Array(this.#halves.take().slice().buffer);
    return {
      start: this.start,
      key: this.#key.take(),
      text: this.#text.take(),
      number,
      unit: this.#unit.take(),
      strings: this.#texts.texts,
    };
  }

  #intern(index: number, sample: number, offset: number): number {
    const known = this.#textOf[index];
    if (known > 0) return known - 1;
    const text = checkString(this.#messages.strings, index, `a label of sample ${sample}`, offset);
    const made = this.#texts.intern(text);
    this.#textOf[index] = made + 1;
    return made;
  }
}
