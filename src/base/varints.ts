/** Whole numbers of 0 to 2^53 as LEB128 varints, and texts behind their length: our own stored bytes. */

const TWO_7 = 128;
const TWO_28 = 1 << 28;

export class VarintSink {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(room = 4096) {
    this.#bytes = new Uint8Array(room);
  }

  get length(): number {
    return this.#length;
  }

  number(value: number): void {
    if (this.#length + 10 > this.#bytes.length) this.#reserve(10);
    const bytes = this.#bytes;
    let rest = value;
    while (rest >= TWO_28) {
      bytes[this.#length++] = (rest % TWO_7) | TWO_7;
      rest = Math.floor(rest / TWO_7);
    }
    while (rest >= TWO_7) {
      bytes[this.#length++] = (rest & 127) | TWO_7;
      rest >>>= 7;
    }
    bytes[this.#length++] = rest;
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.number(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
