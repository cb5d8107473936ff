/** Spans of a buffer, numbered by their bytes: the same bytes have one number, however often they occur. */
import { Int32Column } from './column.ts';

export class ByteSpans {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #spans = new Int32Column();
  /** Number + 1 by hash, 0 is empty; a power of two long. */
  #slots = new Int32Array(4096);

  /** @param bytes the buffer of all spans */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#spans.length / 2;
  }

  /** Number of the bytes [start, end), from 0 on in the order of first sight. */
  intern(start: number, end: number): number {
    const mask = this.#slots.length - 1;
    let at = this.#hash(start, end) & mask;
    for (let slot = this.#slots[at]; slot !== 0; slot = this.#slots[at]) {
      if (this.#isSame(slot - 1, start, end)) return slot - 1;
      at = (at + 1) & mask;
    }
    this.#spans.pushSpan(start, end);
    this.#slots[at] = this.length;
    if (this.length * 2 > this.#slots.length) this.#grow();
    return this.length - 1;
  }

  /** The bytes themselves, uncopied. */
  bytesOf(number: number): Uint8Array {
    return this.#bytes.subarray(this.#spans.values[number * 2], this.#spans.values[number * 2 + 1]);
  }

  // Four bytes at a time, as texts are most of what there is to read.

  #isSame(number: number, start: number, end: number): boolean {
    const view = this.#view;
    let other = this.#spans.values[number * 2];
    if (this.#spans.values[number * 2 + 1] - other !== end - start) return false;
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
    for (let number = 0; number < this.length; number++) {
      let at = this.#hash(this.#spans.values[number * 2], this.#spans.values[number * 2 + 1]) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = number + 1;
    }
    this.#slots = slots;
  }
}
