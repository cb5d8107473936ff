/** Samples of an OTLP message in protobuf, in columns: a message may have millions. */
import { Float64Column, Int32Column } from '#base/column.ts';
import { type DecodeLimits, refuseCount } from '../decode-limits.ts';
import type { OtlpSample, OtlpSamples } from './otlp-message.ts';
import { type ProtoNumbering, SAMPLE_FIELDS, type SampleEvidence } from './otlp-numbering.ts';
import { delimited, fixed64, NS_A_MS, type OtlpWire, refuseOtlp, varint } from './otlp-wire.ts';

/** One list of numbers for each sample, concatenated. */
class Lists {
  readonly values = new Float64Column(16);
  readonly #ends = new Int32Column(16);

  /** Closes the list of a sample. @returns how many numbers it has */
  close(): number {
    const count = this.values.length - (this.#ends.values[this.#ends.length - 1] ?? 0);
    this.#ends.push(this.values.length);
    return count;
  }

  of(sample: number): readonly number[] {
    const from = this.#start(sample);
    const until = this.#ends.values[sample];
    if (from === until) return NONE;
    const list: number[] = [];
    for (let at = from; at < until; at++) list.push(this.values.values[at]);
    return list;
  }

  /** As `of`, in place where that is cheaper: one sample may have millions of times. */
  view(sample: number): ArrayLike<number> {
    const from = this.#start(sample);
    const until = this.#ends.values[sample];
    return until - from < MIN_VIEW ? this.of(sample) : this.values.values.subarray(from, until);
  }

  #start(sample: number): number {
    return sample === 0 ? 0 : this.#ends.values[sample - 1];
  }
}

const NONE: readonly number[] = [];
/** Lists that are shorter cost less as a copy. */
const MIN_VIEW = 64;

export class SampleColumns {
  readonly #wire: OtlpWire;
  readonly #limits: DecodeLimits;
  readonly #evidence: SampleEvidence;
  readonly #attributeCount: number;
  /** Field 1: a stack, or where it begins. */
  readonly first = new Float64Column(16);
  /** Values of the fields 2 to 4, before their meaning is known. */
  readonly #fields = { 2: new Lists(), 3: new Lists(), 4: new Lists() } as const;
  /** Fields 5 and 6, in ms. */
  readonly #times = new Lists();
  /** Field 5 of the oldest: 0 where it is not there. */
  readonly #links = new Float64Column(16);
  #values = 0;

  /** @param attributeCount of the dictionary */
  constructor(wire: OtlpWire, limits: DecodeLimits, evidence: SampleEvidence, attributeCount: number) {
    this.#wire = wire;
    this.#limits = limits;
    this.#evidence = evidence;
    this.#attributeCount = attributeCount;
  }

  get length(): number {
    return this.first.length;
  }

  /** Reads the message in [start, end). */
  push(start: number, end: number): void {
    const { reader } = this.#wire;
    if (this.length >= this.#limits.samples) refuseCount(this.#limits.samples, 'samples', `byte ${start}`);
    const evidence = this.#evidence;
    const from = this.#fields[2].values.length;
    let first = 0;
    let link = 0;
    this.#wire.fields(start, end, (field, type, stop) => {
      if (field === 1 && type === varint) first = reader.signed();
      else if (field === 2) this.#wire.numbers(type, stop, this.#fields[2].values);
      else if (field === 3) {
        if (type === delimited) evidence.field3Packed = true;
        else if (type === varint) evidence.field3Varint = true;
        this.#wire.numbers(type, stop, this.#fields[3].values);
      } else if (field === 4) {
        if (type === delimited) evidence.field4Packed = true;
        else if (type === varint) evidence.field4Varint = true;
        this.#wire.numbers(type, stop, this.#fields[4].values);
      } else if (field === 5 && type === varint) link = reader.signed();
      else if (field === 5 || field === 6) this.#pushTimes(field, type, stop);
    });
    this.first.push(first);
    this.#links.push(link);
    const count = this.#fields[2].close();
    const times = this.#times.close();
    this.#values += count + this.#fields[3].close() + this.#fields[4].close() + times;
    if (this.#values > this.#limits.values) refuseCount(this.#limits.values, 'values', `byte ${start}`);
    if (count === 0) return;
    evidence.hasField2 = true;
    if (count !== times) evidence.field2AsTimes = false;
    const { values } = this.#fields[2].values;
    for (let i = from; i < from + count; i++)
      if (!(values[i] >= 0 && values[i] < this.#attributeCount)) evidence.field2NoIndex = true;
  }

  /** Times in field 5 have eight bytes each; in the oldest messages they are varints in field 6. */
  #pushTimes(field: 5 | 6, type: number, end: number): void {
    const { reader } = this.#wire;
    const times = this.#times.values;
    if (type === fixed64) times.push(this.#wire.fixed(reader.offset) / NS_A_MS);
    else if (field === 5 && type === delimited) {
      if ((end - reader.offset) % 8 !== 0) refuseOtlp('timestamps are cut off', `byte ${reader.offset}`);
      for (let at = reader.offset; at < end; at += 8) times.push(this.#wire.fixed(at) / NS_A_MS);
    } else if (field === 6 && type === varint) times.push(reader.unsigned() / NS_A_MS);
    else if (field === 6 && type === delimited) {
      reader.end = end;
      while (reader.offset < end) times.push(reader.unsigned() / NS_A_MS);
    }
  }

  /** Frames of a sample of the oldest messages: how many of the list of locations. */
  partLength(sample: number): number {
    return this.#fields[2].of(sample)[0] ?? 0;
  }

  /**
   * Samples [from, to).
   * @param valueIndex where samples have a value for each sample type: which of them
   */
  view(numbering: ProtoNumbering, from: number, to: number, stackOf: StackOf, valueIndex?: number): OtlpSamples {
    const attributes = this.#fields[SAMPLE_FIELDS[numbering].attributes];
    const values = this.#fields[SAMPLE_FIELDS[numbering].values];
    const { link } = SAMPLE_FIELDS[numbering];
    const links = link === undefined ? undefined : this.#fields[link];
    const times = this.#times;
    const oldLinks = this.#links.values;
    return {
      length: to - from,
      *[Symbol.iterator](): Iterator<OtlpSample> {
        for (let i = from; i < to; i++) {
          const all = values.view(i);
          yield {
            stack: stackOf(i),
            attributes: attributes.of(i),
            link: links === undefined ? oldLinks[i] : (links.of(i)[0] ?? 0),
            values: valueIndex === undefined ? all : [all[valueIndex] ?? 0],
            times: times.view(i),
          };
        }
      },
    };
  }
}

export type StackOf = (sample: number) => number;
