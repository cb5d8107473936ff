/** Decodes texts, each distinct byte sequence once, however often it occurs. */
import { ByteSpans } from './byte-spans.ts';
import { Int32Column } from './column.ts';

export class ByteTexts {
  /** By index, in the order of first sight; all different. */
  readonly texts: string[] = [];
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #known = new Map<string, number>();
  readonly #spans: ByteSpans;
  /** Index of the text by span: different invalid UTF-8 can decode to the same text. */
  readonly #textOf = new Int32Column();

  /** @param bytes the buffer of all spans */
  constructor(bytes: Uint8Array) {
    this.#spans = new ByteSpans(bytes);
  }

  /** Index of the text of the bytes [start, end). */
  intern(start: number, end: number): number {
    const span = this.#spans.intern(start, end);
    if (span < this.#textOf.length) return this.#textOf.values[span];
    const text = this.#utf8.decode(this.#spans.bytesOf(span));
    let index = this.#known.get(text);
    if (index === undefined) {
      index = this.texts.push(text) - 1;
      this.#known.set(text, index);
    }
    this.#textOf.push(index);
    return index;
  }
}
