/** Texts that lie in a buffer: each is decoded when it is first asked for, once. */
import { Int32Column } from './column.ts';

export class Utf8Strings {
  readonly #bytes: Uint8Array;
  readonly #spans = new Int32Column();
  readonly #texts: (string | undefined)[] = [];
  // A byte order mark within a table is part of its text. What is not UTF-8 becomes U+FFFD, as everywhere on the web.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

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
}
