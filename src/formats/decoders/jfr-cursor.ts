/** A cursor over the bytes of a flight recording: numbers as its chunks write them, and strings. */
import { DecodeError } from '../format.ts';

const TWO_32 = 4294967296;
const MAX_BYTES_OF_WHOLE = 9;

/** The encodings of a string. */
const NULL = 0;
const EMPTY = 1;
const POOLED = 2;
const UTF8 = 3;
const CHARACTERS = 4;
const LATIN1 = 5;

/** A text, or the key of one in the pool of strings. */
export type JfrText = { readonly text: string } | { readonly key: JfrKey };

/** The key of an entry of a constant pool: 64 bits without a sign, a bigint where no double holds them. */
export type JfrKey = number | bigint;

/** @throws DecodeError */
export function refuseJfr(what: string, offset: number): never {
  throw new DecodeError('malformed', `The recording is damaged: ${what}.`, {
    place: `byte ${offset} of the unpacked file`,
    remedy:
      'The file was probably truncated or changed in transit: fetch it again, or try `jfr summary` (JDK) on it to see which parts are intact.',
  });
}

export class JfrCursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  offset = 0;
  end: number;
  /** The last whole number as 64 bits without a sign. */
  lo = 0;
  hi = 0;
  /** Whether the chunk writes whole numbers with seven bits a byte; else big-endian, as wide as their type. */
  isCompressed = true;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.end = bytes.length;
  }

  /** Steps over a whole number of a type of `width` bytes, into `lo` and `hi`. */
  whole(width: number): void {
    if (this.isCompressed) this.#compressed();
    else this.#plain(width);
  }

  /** The nearest double, exact below 2^53. */
  unsigned(width: number): number {
    this.whole(width);
    return this.hi * TWO_32 + this.lo;
  }

  signed(width: number): number {
    this.whole(width);
    return this.signedOf(width);
  }

  /** The last whole number, with the sign of a type of `width` bytes. */
  signedOf(width: number): number {
    if (width === 8) return (this.hi | 0) * TWO_32 + this.lo;
    const shift = 32 - width * 8;
    return (this.lo << shift) >> shift;
  }

  key(): JfrKey {
    this.whole(8);
    return keyOf(this.hi, this.lo);
  }

  byte(): number {
    this.need(1);
    return this.bytes[this.offset++];
  }

  /** A count of items that take at least one byte each, so it is bounded by the remaining bytes. */
  count(what: string): number {
    const at = this.offset;
    const count = this.unsigned(4);
    if (count > this.end - this.offset) refuseJfr(`${count} ${what} do not fit in the remaining bytes`, at);
    return count;
  }

  skip(bytes: number): void {
    this.need(bytes);
    this.offset += bytes;
  }

  need(bytes: number): void {
    if (bytes > this.end - this.offset) refuseJfr('a value is cut off', this.offset);
  }

  /** Big-endian, as the header of a chunk has it; the nearest double. */
  fixed64(at: number): number {
    return this.#view.getInt32(at) * TWO_32 + this.#view.getUint32(at + 4);
  }

  fixed32(at: number): number {
    return this.#view.getInt32(at);
  }

  fixed16(at: number): number {
    return this.#view.getUint16(at);
  }

  text(): JfrText {
    const at = this.offset;
    const encoding = this.byte();
    switch (encoding) {
      case NULL:
      case EMPTY:
        return { text: '' };
      case POOLED:
        return { key: this.key() };
      case UTF8: {
        const length = this.count('bytes of a text');
        return { text: utf8.decode(this.#take(length)) };
      }
      case CHARACTERS: {
        const length = this.count('characters');
        const units = new Uint16Array(length);
        for (let i = 0; i < length; i++) units[i] = this.unsigned(2);
        return { text: textOf(units) };
      }
      case LATIN1: {
        const length = this.count('bytes of a text');
        return { text: textOf(Uint16Array.from(this.#take(length))) };
      }
      default:
        refuseJfr(`a text has the encoding ${encoding}, which does not exist`, at);
    }
  }

  skipText(): void {
    const encoding = this.bytes[this.offset];
    if (encoding === UTF8 || encoding === LATIN1) {
      this.offset++;
      this.skip(this.count('bytes of a text'));
    } else this.text();
  }

  #take(length: number): Uint8Array {
    this.need(length);
    const taken = this.bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return taken;
  }

  #compressed(): void {
    const { bytes, end } = this;
    const start = this.offset;
    let at = start;
    let lo = 0;
    let hi = 0;
    for (let i = 0; i < MAX_BYTES_OF_WHOLE; i++) {
      if (at >= end) refuseJfr('a number is cut off', start);
      const byte = bytes[at++];
      const bits = i === MAX_BYTES_OF_WHOLE - 1 ? byte : byte & 127;
      const shift = i * 7;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (shift - 32);
      if (byte < 128) break;
    }
    this.offset = at;
    this.lo = lo >>> 0;
    this.hi = hi >>> 0;
  }

  #plain(width: number): void {
    this.need(width);
    const at = this.offset;
    this.offset += width;
    this.hi = width === 8 ? this.#view.getUint32(at) : 0;
    if (width === 8) this.lo = this.#view.getUint32(at + 4);
    else this.lo = width === 4 ? this.#view.getUint32(at) : this.#view.getUint16(at);
  }
}

function keyOf(hi: number, lo: number): JfrKey {
  return hi < 1 << 21 ? hi * TWO_32 + lo : (BigInt(hi) << 32n) | BigInt(lo);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const CHARACTERS_AT_ONCE = 8192;

function textOf(units: Uint16Array): string {
  let text = '';
  for (let from = 0; from < units.length; from += CHARACTERS_AT_ONCE)
    text += String.fromCharCode(...units.subarray(from, from + CHARACTERS_AT_ONCE));
  return text;
}
