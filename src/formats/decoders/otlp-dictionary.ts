/** The tables of an OTLP message in protobuf. Entries are decoded on demand: a message may have millions. */
import { Int32Column } from '#base/column.ts';
import { Utf8Strings } from '#base/utf8-strings.ts';
import { type DecodeLimits, refuseCount } from '../decode-limits.ts';
import { idText, SPAN_ID_BYTES, TRACE_ID_BYTES } from './otlp-ids.ts';
import type {
  OtlpAttribute,
  OtlpDictionary,
  OtlpFunction,
  OtlpLine,
  OtlpLink,
  OtlpLocation,
  Table,
} from './otlp-message.ts';
import { delimited, type OtlpWire, refuseOtlp, type Span, varint } from './otlp-wire.ts';

/** Entries that a table keeps once they are read: samples share few. */
const MAX_KEPT = 65_536;

/** Messages by index, each read again. */
class SpanTable<T> implements Table<T> {
  readonly #spans = new Int32Column(16);
  readonly #read: (start: number, end: number) => T;

  constructor(read: (start: number, end: number) => T) {
    this.#read = read;
  }

  get length(): number {
    return this.#spans.length / 2;
  }

  push(start: number, end: number): void {
    this.#spans.pushSpan(start, end);
  }

  at(index: number): T | undefined {
    if (index >= this.length) return undefined;
    return this.#read(this.#spans.values[index * 2], this.#spans.values[index * 2 + 1]);
  }
}

/** Messages that are asked for again and again: the first ones are read once. */
class KeptTable<T> extends SpanTable<T> {
  readonly #known: (T | undefined)[] = [];

  override at(index: number): T | undefined {
    if (index >= MAX_KEPT) return super.at(index);
    return (this.#known[index] ??= super.at(index));
  }
}

class StringTable implements Table<string> {
  readonly #strings: Utf8Strings;

  constructor(bytes: Uint8Array) {
    this.#strings = new Utf8Strings(bytes);
  }

  get length(): number {
    return this.#strings.length;
  }

  push(start: number, end: number): void {
    this.#strings.pushSpan(start, end);
  }

  at(index: number): string | undefined {
    return index < this.length ? this.#strings.text(index) : undefined;
  }
}

/** Stacks of the dictionary, and behind them those that are parts of a profile's list of locations. */
class StackTable implements Table<ArrayLike<number>> {
  readonly #own: SpanTable<number[]>;
  readonly #parts: ArrayLike<number>[] = [];
  readonly #limit: number;
  #frames = 0;

  constructor(own: SpanTable<number[]>, maxFrames: number) {
    this.#own = own;
    this.#limit = maxFrames;
  }

  get length(): number {
    return this.#own.length + this.#parts.length;
  }

  at(index: number): ArrayLike<number> | undefined {
    return index < this.#own.length ? this.#own.at(index) : this.#parts[index - this.#own.length];
  }

  /** @returns the number of the stack */
  add(list: Int32Array, from: number, length: number, place: string): number {
    if (from < 0 || length < 0 || from + length > list.length)
      refuseOtlp(`a stack leaves the list of ${list.length} locations`, place);
    this.#frames += length;
    if (this.#frames > this.#limit) refuseCount(this.#limit, 'frames in its stacks', place);
    return this.#own.length + this.#parts.push(list.subarray(from, from + length)) - 1;
  }
}

export interface ProtoDictionary extends OtlpDictionary {
  readonly stacks: StackTable;
}

/** @param spans of the dictionary: protobuf merges a message that is there twice @throws DecodeError */
export function readDictionary(wire: OtlpWire, spans: readonly Span[], limits: DecodeLimits): ProtoDictionary {
  const { reader } = wire;
  const strings = new StringTable(reader.bytes);
  const mappings = new Int32Column(16);
  const locations = new SpanTable<OtlpLocation>((start, end) => readLocation(wire, start, end, limits));
  const functions = new SpanTable<OtlpFunction>((start, end) => {
    const [name, systemName, file, startLine] = wire.numbered(start, end, [1, 2, 3, 4]);
    return { name, systemName, file, startLine };
  });
  const stacks = new SpanTable<number[]>((start, end) => {
    const stack: number[] = [];
    wire.fields(start, end, (field, type, stop) => {
      if (field === 1) wire.numbers(type, stop, stack);
    });
    return stack;
  });
  const links = new SpanTable<OtlpLink>((start, end) => readLink(wire, start, end));
  const attributes = new KeptTable<OtlpAttribute>((start, end) => wire.attribute(start, end, strings));
  const check = (length: number, limit: number, what: string): void => {
    if (length > limit) refuseCount(limit, what, `byte ${reader.offset}`);
  };
  for (const { start, end } of spans) {
    wire.fields(start, end, (field, type, stop) => {
      if (type !== delimited) return;
      const from = reader.offset;
      if (field === 1) {
        mappings.push(wire.numbered(from, stop, [4])[0]);
        check(mappings.length, limits.mappings, 'mappings');
      } else if (field === 2) {
        locations.push(from, stop);
        check(locations.length, limits.locations, 'locations');
      } else if (field === 3) {
        functions.push(from, stop);
        check(functions.length, limits.functions, 'functions');
      } else if (field === 4) {
        links.push(from, stop);
        check(links.length, limits.labels, 'links');
      } else if (field === 5) {
        strings.push(from, stop);
        check(strings.length, limits.strings, 'strings');
      } else if (field === 6) {
        attributes.push(from, stop);
        check(attributes.length, limits.labels, 'attributes');
      } else if (field === 7) {
        stacks.push(from, stop);
        check(stacks.length, limits.samples, 'stacks');
      }
    });
  }
  return {
    strings,
    mappings: mappings.take(),
    locations,
    functions,
    attributes,
    links,
    stacks: new StackTable(stacks, limits.frames),
  };
}

function readLink(wire: OtlpWire, start: number, end: number): OtlpLink {
  const link = { trace: '', span: '' };
  wire.fields(start, end, (field, type, stop) => {
    if (type !== delimited) return;
    const id = wire.reader.bytes.subarray(wire.reader.offset, stop);
    if (field === 1) link.trace = idText(id, TRACE_ID_BYTES);
    else if (field === 2) link.span = idText(id, SPAN_ID_BYTES);
  });
  return link;
}

function readLocation(wire: OtlpWire, start: number, end: number, limits: DecodeLimits): OtlpLocation {
  const { reader } = wire;
  let mapping = 0;
  let address = 0n;
  const lines: OtlpLine[] = [];
  const attributes: number[] = [];
  wire.fields(start, end, (field, type, stop) => {
    if (field === 1 && type === varint) mapping = reader.signed();
    else if (field === 2 && type === varint) {
      reader.varint();
      address = reader.unsignedWhole;
    } else if (field === 3 && type === delimited) {
      const [func, line] = wire.numbered(reader.offset, stop, [1, 2]);
      if (lines.length === limits.linesOfLocation)
        refuseCount(limits.linesOfLocation, 'lines at one location', `byte ${reader.offset}`);
      lines.push({ func, line });
    }
    // Until proto 1.8 field 4 was a boolean, and the attributes had the number 5.
    else if ((field === 4 && type === delimited) || field === 5) wire.numbers(type, stop, attributes);
  });
  return { mapping, address, lines, attributes };
}
