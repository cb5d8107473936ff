/** The first pass over a pprof file: the top level of the profile, its scalars read, its messages noted as spans. */
import { type ByteReader, wireTypes } from '#base/byte-reader.ts';
import { Int32Column } from '#base/column.ts';
import { Utf8Strings } from '#base/utf8-strings.ts';
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

  constructor(reader: ByteReader) {
    this.reader = reader;
    this.strings = new Utf8Strings(reader.bytes);
  }

  /** Reads up to so many fields. */
  run(most: number): void {
    const { reader } = this;
    for (let count = 0; count < most && reader.offset < reader.end; count++) this.#readField();
  }

  #readField(): void {
    const { reader } = this;
    const at = reader.offset;
    const tag = reader.tag();
    const field = tag >>> 3;
    checkWireType(tag, TOP_LEVEL[field], at);
    switch (field) {
      case 1:
        return this.#note(this.sampleTypes);
      case 2:
        return this.#note(this.samples);
      case 3:
        return this.#note(this.mappings);
      case 4:
        return this.#note(this.locations);
      case 5:
        return this.#note(this.functions);
      case 6:
        return this.#note(this.strings);
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
        return this.#note(this.periodType);
      case 12:
        this.period = reader.signed();
        return;
      case 13:
        if ((tag & 7) === varint) this.comments.push(reader.signed());
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

  #note(spans: { pushSpan(start: number, end: number): void }): void {
    const { reader } = this;
    const end = reader.stop();
    spans.pushSpan(reader.offset, end);
    reader.offset = end;
  }

  #readComments(): void {
    const { reader } = this;
    const end = reader.end;
    reader.end = reader.stop();
    while (reader.offset < reader.end) this.comments.push(reader.signed());
    reader.end = end;
  }
}
