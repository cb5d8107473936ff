/** Texts by their bytes: one is made of the same bytes once, however often they occur. */
import { Int32Column } from './column.ts';

export class ByteTexts {
  /** By index, in the order of first sight; all different. */
  readonly texts: string[] = [];
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #known = new Map<string, number>();
  /** Bytes that were met, and the index of their text: bytes that are no UTF-8 can look like others. */
  readonly #spans = new Int32Column();
  readonly #textOf = new Int32Column();
  /** Place in `#textOf` + 1 by hash, 0 is empty; a power of two long. */
  #slots = new Int32Array(4096);

  /** @param bytes what all spans are of */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Index of the text of the bytes [start, end). */
  intern(start: number, end: number): number {
    const mask = this.#slots.length - 1;
    let at = this.#hash(start, end) & mask;
    for (let slot = this.#slots[at]; slot !== 0; slot = this.#slots[at]) {
      if (this.#isSame(slot - 1, start, end)) return this.#textOf.values[slot - 1];
      at = (at + 1) & mask;
    }
    const text = this.#utf8.decode(this.#bytes.subarray(start, end));
    let index = this.#known.get(text);
    if (index === undefined) {
      index = this.texts.push(text) - 1;
      this.#known.set(text, index);
    }
    this.#spans.pushSpan(start, end);
    this.#textOf.push(index);
    this.#slots[at] = this.#textOf.length;
    if (this.#textOf.length * 2 > this.#slots.length) this.#grow();
    return index;
  }

  // Four bytes at a time, as texts are most of what there is to read.

  #isSame(place: number, start: number, end: number): boolean {
    const view = this.#view;
    let other = this.#spans.values[place * 2];
    if (this.#spans.values[place * 2 + 1] - other !== end - start) return false;
    let at = start;
    for (; at + 4 <= end; at += 4, other += 4) if (view.getInt32(at, true) !== view.getInt32(other, true)) return false;
    for (; at < end; at++, other++) if (view.getUint8(at) !== view.getUint8(other)) return false;
    return true;
  }

  #hash(start: number, end: number): number {
    const view = this.#view;
    let hash = end - start;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let place = 0; place < this.#textOf.length; place++) {
      let at = this.#hash(this.#spans.values[place * 2], this.#spans.values[place * 2 + 1]) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = place + 1;
    }
    this.#slots = slots;
  }
}
