/** Texts that lie in a buffer: each is decoded when it is first asked for, once. */
import { Int32Column } from './column.ts';

/** Texts are decoded at once if they and what lies between them take at most this many times the bytes of the texts alone. */
const MAX_SPREAD = 2;
/** Bytes of a text at which it takes as long to decode it alone. */
const LONG_BYTES = 1024;

export class Utf8Strings {
  readonly #bytes: Uint8Array;
  readonly #spans = new Int32Column();
  readonly #texts: (string | undefined)[] = [];
  // A byte order mark within a table is part of its text. What is not UTF-8 becomes U+FFFD, as everywhere on the web.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** All texts and what lies between them, decoded at once; '' where offsets in it are not those of the bytes. */
  #all: string | undefined;
  #allFrom = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#spans.length / 2;
  }

  pushSpan(start: number, end: number): void {
    this.#spans.pushSpan(start, end);
  }

  text(index: number): string {
    const known = this.#texts[index];
    if (known !== undefined) return known;
    const from = this.#spans.values[index * 2];
    const to = this.#spans.values[index * 2 + 1];
    const text = from === to ? '' : this.#decoder.decode(this.#bytes.subarray(from, to));
    this.#texts[index] = text;
    return text;
  }

  /**
   * The same text as a piece of all texts decoded at once: several times as fast, but it holds all of them in memory.
   * Spans that are pushed later are not in it.
   */
  piece(index: number): string {
    const known = this.#texts[index];
    if (known !== undefined) return known;
    this.#all ??= this.#decodeAll();
    const from = this.#spans.values[index * 2] - this.#allFrom;
    const to = this.#spans.values[index * 2 + 1] - this.#allFrom;
    if (from < 0 || to > this.#all.length) return this.text(index);
    return (this.#texts[index] = this.#all.slice(from, to));
  }

  #decodeAll(): string {
    const { values, length } = this.#spans;
    let from = Infinity;
    let to = 0;
    let sum = 0;
    for (let i = 0; i < length; i += 2) {
      if (values[i] === values[i + 1]) continue;
      from = Math.min(from, values[i]);
      to = Math.max(to, values[i + 1]);
      sum += values[i + 1] - values[i];
    }
    // Long texts would be in memory twice where one has characters of several bytes.
    if (to - from > sum * MAX_SPREAD || sum > (length / 2) * LONG_BYTES) return '';
    this.#allFrom = from;
    const all = this.#decoder.decode(this.#bytes.subarray(from, to));
    // A character of several bytes makes it shorter, and nothing makes it longer: then each byte is one character.
    return all.length === to - from ? all : '';
  }
}
