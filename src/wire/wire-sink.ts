/**
 * Messages as bytes, written straight from columns: protobuf fields and JSON go into one growing buffer, with no object per
 * message on the way. Numbers are whole; doubles beyond 2^53 are written as the whole number that they are.
 */

/** Maximum size of an answer: well below the 2 GiB of a buffer, and more than a page can hold. */
const MAX_BYTES = 1024 * 1024 * 1024;
const BILLION = 1_000_000_000;
const TWO_28 = 1 << 28;
const TWO_63 = 2 ** 63;
const QUOTE = 0x22;

const utf8 = new TextEncoder();
/** Two decimal digits at a time. */
const TENS = new Uint8Array(100).map((_, i) => 48 + Math.floor(i / 10));
const ONES = new Uint8Array(100).map((_, i) => 48 + (i % 10));

export class WireSink {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** @param room bytes that are expected, to spare the growing. */
  constructor(room = 4096) {
    this.#bytes = new Uint8Array(room);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes so far, in a buffer of their own length: a view would cross a thread with all of its buffer. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** As it is. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Copies a range of other bytes one by one: names are short, and creating a view costs more. */
  span(from: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = start; i < end; i++) bytes[at++] = from[i];
    this.#length = at;
  }

  // ---- JSON

  /** Punctuation of JSON, and other ASCII. */
  ascii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i);
  }

  /** A text as JSON has it, in its quotes. */
  jsonText(text: string): void {
    this.utf8(JSON.stringify(text));
  }

  /** As JSON has 64-bit numbers, in quotes. */
  jsonInt64(value: number | bigint): void {
    if (typeof value === 'bigint') return this.ascii(`"${value}"`);
    this.#reserve(24);
    this.#bytes[this.#length++] = QUOTE;
    this.#digits(value);
    this.#bytes[this.#length++] = QUOTE;
  }

  /** A whole number in decimal digits. */
  decimal(value: number): void {
    this.#reserve(22);
    this.#digits(value);
  }

  #digits(value: number): void {
    const bytes = this.#bytes;
    if (value >= 0 && value < 10) bytes[this.#length++] = 48 + value;
    else if (value >= 0 && value < BILLION) this.#length = writeDigits(bytes, this.#length, value | 0, 1);
    else if (value >= 0 && value < Number.MAX_SAFE_INTEGER) {
      const high = Math.floor(value / BILLION);
      const at = writeDigits(bytes, this.#length, high | 0, 1);
      this.#length = writeDigits(bytes, at, (value - high * BILLION) | 0, 9);
    } else this.ascii(wholeNumber(value).toString());
  }

  // ---- protobuf

  varint(value: number): void {
    this.#reserve(10);
    if (value < 0 || value >= Number.MAX_SAFE_INTEGER) return this.#largeVarint(wholeNumber(value));
    const bytes = this.#bytes;
    let at = this.#length;
    // In two halves of whole numbers: remainders of doubles are slow.
    let rest = value | 0;
    if (value >= TWO_28) {
      const high = Math.floor(value / TWO_28);
      const low = (value - high * TWO_28) | 0;
      bytes[at++] = (low & 127) | 128;
      bytes[at++] = ((low >>> 7) & 127) | 128;
      bytes[at++] = ((low >>> 14) & 127) | 128;
      bytes[at++] = (low >>> 21) | 128;
      rest = high | 0;
    }
    while (rest >= 128) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#length = at;
  }

  /** A number; 0 is left out, as protobuf does with defaults. */
  field(number: number, value: number | bigint): void {
    if (value === 0 || value === 0n) return;
    this.varint(number * 8);
    if (typeof value === 'number') return this.varint(value);
    this.#reserve(10);
    this.#largeVarint(value);
  }

  /** A double; 0 is left out. */
  double(number: number, value: number): void {
    if (value === 0) return;
    this.varint(number * 8 + 1);
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** A text; '' is left out. */
  text(number: number, text: string): void {
    if (text !== '') this.item(number, text);
  }

  /** A text of a list, where '' is one too. */
  item(number: number, text: string): void {
    this.message(number, () => this.utf8(text));
  }

  /** The bytes that `write` writes, with their length in front. */
  message(number: number, write: () => void): void {
    this.varint(number * 8 + 2);
    this.#reserve(1);
    const start = ++this.#length;
    write();
    const length = this.#length - start;
    let more = 0;
    for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) more++;
    // Reserves space for the length too: growing the buffer copies only the bytes before `length`.
    this.#reserve(more + 10);
    if (more > 0) {
      // The length is known only now: what is written moves up to make room for it.
      this.#bytes.copyWithin(start + more, start, this.#length);
    }
    this.#length = start - 1;
    this.varint(length);
    this.#length += length;
  }

  #largeVarint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    for (; rest >= 128n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128;
    this.#bytes[this.#length++] = Number(rest);
  }

  /** Its bytes, without their length. */
  utf8(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += utf8.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    if (needed > MAX_BYTES) throw new RangeError(`The answer would be larger than ${MAX_BYTES / 1024 / 1024} MiB.`);
    const larger = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, this.#bytes.length * 2)));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** @param value 0 to 2^31 − 1. @param least digits, with zeros in front. @returns where they end */
function writeDigits(bytes: Uint8Array, start: number, value: number, least: number): number {
  let count =
    value < 1000
      ? value < 10
        ? 1
        : value < 100
          ? 2
          : 3
      : value < 1_000_000
        ? value < 10_000
          ? 4
          : value < 100_000
            ? 5
            : 6
        : value < 10_000_000
          ? 7
          : value < 100_000_000
            ? 8
            : value < BILLION
              ? 9
              : 10;
  if (count < least) count = least;
  const end = start + count;
  let at = end;
  let rest = value;
  while (at - start >= 2) {
    const next = (rest / 100) | 0;
    const pair = rest - next * 100;
    bytes[--at] = ONES[pair];
    bytes[--at] = TENS[pair];
    rest = next;
  }
  if (at > start) bytes[start] = 48 + rest;
  return end;
}

/** As an int64, which ends a double's range at 2^63 − 1. */
function wholeNumber(value: number): bigint {
  return value >= TWO_63 ? 2n ** 63n - 1n : BigInt(Math.round(value));
}
