/** Shared readers of OTLP messages in protobuf: fields, numbers, texts, attributes. */
import { ByteReader, wireTypes } from '#base/byte-reader.ts';
import { DecodeError } from '../format.ts';
import type { OtlpAttribute, OtlpValue, Table } from './otlp-message.ts';

export const { varint, fixed64, bytes: delimited } = wireTypes;
export const NS_A_MS = 1e6;
const MAX_DEPTH = 8;

/** A span of bytes that holds a message. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** @throws DecodeError */
export function refuseOtlp(what: string, place: string): never {
  throw new DecodeError('malformed', `The OTLP message is damaged: ${what}.`, {
    place,
    remedy: 'The message was probably truncated or changed in transit: fetch it again.',
  });
}

export class OtlpWire {
  readonly reader: ByteReader;

  constructor(bytes: Uint8Array) {
    this.reader = new ByteReader(bytes, (what, offset) => refuseOtlp(what, `byte ${offset}`));
  }

  /** Calls `visit` with each field of a message, the reader at its content; `end` is where that ends. */
  fields(start: number, end: number, visit: (field: number, type: number, end: number) => void): void {
    const { reader } = this;
    const before = reader.offset;
    const beforeEnd = reader.end;
    reader.offset = start;
    reader.end = end;
    while (reader.offset < end) {
      const tag = reader.tag();
      const at = reader.offset;
      let stop: number;
      if ((tag & 7) === delimited) stop = reader.stop();
      else {
        reader.skip(tag);
        stop = reader.offset;
        reader.offset = at;
      }
      visit(tag >>> 3, tag & 7, stop);
      reader.offset = stop;
      reader.end = end;
    }
    reader.offset = before;
    reader.end = beforeEnd;
  }

  /** Whole numbers of a repeated field, packed or one of them. */
  numbers(type: number, end: number, into: { push(value: number): unknown }): void {
    const { reader } = this;
    if (type === varint) into.push(reader.signed());
    else if (type === delimited) {
      reader.end = end;
      while (reader.offset < end) into.push(reader.signed());
    }
  }

  /** The whole numbers in these fields, 0 if there is none. */
  numbered(start: number, end: number, wanted: readonly number[]): number[] {
    const found = wanted.map(() => 0);
    this.fields(start, end, (field, type) => {
      const at = wanted.indexOf(field);
      if (at >= 0 && type === varint) found[at] = this.reader.signed();
    });
    return found;
  }

  /** Eight bytes as an unsigned number. */
  fixed(at: number): number {
    const { bytes } = this.reader;
    const word = (from: number): number =>
      (bytes[from] | (bytes[from + 1] << 8) | (bytes[from + 2] << 16) | (bytes[from + 3] << 24)) >>> 0;
    return word(at + 4) * 4294967296 + word(at);
  }

  /** From where the reader stands. */
  text(end: number): string {
    return utf8.decode(this.reader.bytes.subarray(this.reader.offset, end));
  }

  /** A message with a key (an index, or a text), a value and a unit. */
  attribute(start: number, end: number, strings: Table<string>): OtlpAttribute {
    const { reader } = this;
    let key = '';
    let unit = '';
    let value: OtlpValue = '';
    this.fields(start, end, (field, type, stop) => {
      if (field === 1 && type === varint) key = strings.at(reader.unsigned()) ?? '';
      else if (field === 1 && type === delimited) key = this.text(stop);
      else if (field === 2 && type === delimited) value = this.value(reader.offset, stop, strings, 0);
      else if (field === 3 && type === varint) unit = strings.at(reader.unsigned()) ?? '';
    });
    return { key, value, unit };
  }

  /** The attributes in a field of a message of a resource or a scope: keys are texts, or indexes behind them. */
  attributesOf({ start, end }: Span, wanted: number, strings: Table<string>, limit: number): OtlpAttribute[] {
    const { reader } = this;
    const attributes: OtlpAttribute[] = [];
    this.fields(start, end, (field, type, stop) => {
      if (field !== wanted || type !== delimited || attributes.length === limit) return;
      const { key, value, unit } = this.attribute(reader.offset, stop, strings);
      attributes.push({ key: key || unit, value, unit: '' });
    });
    return attributes;
  }

  value(from: number, until: number, strings: Table<string>, depth: number): OtlpValue {
    const { reader } = this;
    let value: OtlpValue = '';
    this.fields(from, until, (field, type, end) => {
      if (field === 1 && type === delimited) value = this.text(end);
      else if (field === 2 && type === varint) value = reader.unsigned() === 0 ? 'false' : 'true';
      else if (field === 3 && type === varint) {
        reader.varint();
        value = reader.signedWhole;
      } else if (field === 4 && type === fixed64) {
        value = String(
          new DataView(reader.bytes.buffer, reader.bytes.byteOffset + reader.offset, 8).getFloat64(0, true),
        );
      } else if (field === 5 && type === delimited && depth < MAX_DEPTH) {
        const parts: string[] = [];
        this.fields(reader.offset, end, (own, ownType, stop) => {
          if (own === 1 && ownType === delimited)
            parts.push(String(this.value(reader.offset, stop, strings, depth + 1)));
        });
        value = parts.join(', ');
      } else if (field === 8 && type === varint) value = strings.at(reader.unsigned()) ?? '';
    });
    return value;
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
