/** The first pass over a pprof file: the top level of the profile, its scalars read, its messages noted as spans. */
import { type ByteReader, wireTypes } from '#base/byte-reader.ts';
import { Int32Column } from '#base/column.ts';
import { Utf8Strings } from '#base/utf8-strings.ts';
import { type DecodeLimits, refuseCount } from './decode-limits.ts';
import { checkWireType } from './pprof-wire.ts';

const { varint, bytes: lengthDelimited } = wireTypes;
const MESSAGE: readonly number[] = [lengthDelimited];
export const NUMBER: readonly number[] = [varint];
/** The wire type of each field of the profile, by field number; 13 repeats a number and may be packed. */
// prettier-ignore
export const TOP_LEVEL: readonly (readonly number[] | undefined)[] = [
  undefined, MESSAGE, MESSAGE, MESSAGE, MESSAGE, MESSAGE, MESSAGE, NUMBER,
  NUMBER, NUMBER, NUMBER, MESSAGE, NUMBER, [varint, lengthDelimited], NUMBER, NUMBER,
];

/** Spans are pairs: start, end. Of a scalar that stands there twice the last one counts, as protobuf has it. */
export class Scan {
  readonly reader: ByteReader;
  readonly limits: DecodeLimits;
  readonly strings: Utf8Strings;
  readonly sampleTypes = new Int32Column(16);
  readonly samples = new Int32Column();
  readonly mappings = new Int32Column(16);
  readonly locations = new Int32Column();
  readonly functions = new Int32Column();
  readonly periodType = new Int32Column(16);
  readonly comments: number[] = [];
  dropFrames = 0;
  keepFrames = 0;
  timeNanos = 0;
  durationNanos = 0;
  period = 0;
  defaultSampleType = 0;
  docUrl = 0;

  constructor(reader: ByteReader, limits: DecodeLimits) {
    this.reader = reader;
    this.limits = limits;
    this.strings = new Utf8Strings(reader.bytes);
  }

  /** Reads at most this number of fields. */
  run(most: number): void {
    const { reader } = this;
    for (let count = 0; count < most && reader.offset < reader.end; count++) this.#readField();
  }

  #readField(): void {
    const { reader, limits } = this;
    const at = reader.offset;
    const tag = reader.tag();
    const field = tag >>> 3;
    checkWireType(tag, TOP_LEVEL[field], at);
    switch (field) {
      case 1:
        return this.#note(this.sampleTypes, this.sampleTypes.length / 2, limits.sampleTypes, 'sample types');
      case 2:
        return this.#note(this.samples, this.samples.length / 2, limits.samples, 'samples');
      case 3:
        return this.#note(this.mappings, this.mappings.length / 2, limits.mappings, 'mappings');
      case 4:
        return this.#note(this.locations, this.locations.length / 2, limits.locations, 'locations');
      case 5:
        return this.#note(this.functions, this.functions.length / 2, limits.functions, 'functions');
      case 6:
        return this.#note(this.strings, this.strings.length, limits.strings, 'strings');
      case 7:
        this.dropFrames = reader.signed();
        return;
      case 8:
        this.keepFrames = reader.signed();
        return;
      case 9:
        this.timeNanos = reader.signed();
        return;
      case 10:
        this.durationNanos = reader.signed();
        return;
      case 11:
        // The last one counts, so that no more are kept.
        this.periodType.length = 0;
        return this.#note(this.periodType, 0, 1, 'period types');
      case 12:
        this.period = reader.signed();
        return;
      case 13:
        if ((tag & 7) === varint) this.#readComment();
        else this.#readComments();
        return;
      case 14:
        this.defaultSampleType = reader.signed();
        return;
      case 15:
        this.docUrl = reader.signed();
        return;
      default:
        reader.skip(tag);
    }
  }

  /** @param count of the messages noted so far */
  #note(spans: { pushSpan(start: number, end: number): void }, count: number, limit: number, what: string): void {
    const { reader } = this;
    if (count >= limit) this.#refuse(limit, what);
    const end = reader.stop();
    spans.pushSpan(reader.offset, end);
    reader.offset = end;
  }

  #readComments(): void {
    const { reader } = this;
    const end = reader.end;
    reader.end = reader.stop();
    while (reader.offset < reader.end) this.#readComment();
    reader.end = end;
  }

  #readComment(): void {
    if (this.comments.length >= this.limits.comments) this.#refuse(this.limits.comments, 'comments');
    this.comments.push(this.reader.signed());
  }

  #refuse(limit: number, what: string): never {
    refuseCount(limit, what, `byte ${this.reader.offset} of the unpacked file`);
  }
}
