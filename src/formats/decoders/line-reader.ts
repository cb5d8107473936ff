/** A text by lines, decoded in blocks: a line is read once, and what is not UTF-8 becomes U+FFFD. */
import { utf8Bytes } from '#base/text-bytes.ts';
import { CR, LF } from '../ascii-bytes.ts';
import { DecodeError } from '../format.ts';

const BLOCK_BYTES = 1 << 20;
const MAX_LINE_BYTES = 1 << 26;

export class LineReader {
  readonly #bytes: Uint8Array;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #at = 0;
  /** The block that the last line is in. */
  text = '';
  /** Where the last line begins and ends in `text`, without its line end. */
  start = 0;
  end = 0;
  /** Where the next line begins in `text`; behind its end if none is left. */
  #next = 1;
  /** Number of the last line, from 1. */
  number = 0;

  /** @param bytes with or without a byte order mark; UTF-16 too */
  constructor(bytes: Uint8Array) {
    this.#bytes = utf8Bytes(bytes);
  }

  /** The share of the text that is read. */
  get share(): number {
    return this.#bytes.length === 0 ? 1 : this.#at / this.#bytes.length;
  }

  get place(): string {
    return `line ${this.number}`;
  }

  /** The next line without its end, undefined behind the last. @throws DecodeError for a line without end */
  next(): string | undefined {
    return this.advance() ? this.text.slice(this.start, this.end) : undefined;
  }

  /** Goes to the next line, for those who read it in place. False behind the last. @throws DecodeError as `next` */
  advance(): boolean {
    if (this.#next > this.text.length && !this.#read()) return false;
    this.number++;
    this.start = this.#next;
    const end = this.text.indexOf('\n', this.start);
    this.end = end < 0 ? this.text.length : end;
    this.#next = this.end + 1;
    if (this.end > this.start && this.text.charCodeAt(this.end - 1) === CR) this.end--;
    return true;
  }

  #read(): boolean {
    const bytes = this.#bytes;
    const from = this.#at;
    if (from >= bytes.length) return false;
    // The last line ends where its newline stands, if it has one.
    let end = bytes[bytes.length - 1] === LF ? bytes.length - 1 : bytes.length;
    if (from + BLOCK_BYTES < bytes.length) {
      end = bytes.lastIndexOf(LF, from + BLOCK_BYTES);
      if (end < from) end = bytes.indexOf(LF, from + BLOCK_BYTES);
      if (end < 0) end = bytes.length;
    }
    if (end - from > MAX_LINE_BYTES) {
      throw new DecodeError('too-large', 'A line of the file is longer than 64 MiB.', {
        place: `line ${this.number + 1}`,
        remedy: 'Profiles in text have short lines: write the file again.',
      });
    }
    this.text = this.#decoder.decode(bytes.subarray(from, end));
    this.#next = 0;
    this.#at = end + 1;
    return true;
  }
}
