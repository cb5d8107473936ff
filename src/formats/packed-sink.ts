/** Numbers and texts as bytes, concatenated: as many as there are. */

const TWO_32 = 4294967296;

export class PackedSink {
  #bytes = new Uint8Array(64 * 1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** @param value whole, from 0 to 2^53 */
  varint(value: number): void {
    this.#reserve(10);
    let left = value;
    while (left >= TWO_32) {
      this.#bytes[this.#length++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    left >>>= 0;
    while (left >= 128) {
      this.#bytes[this.#length++] = (left & 127) | 128;
      left >>>= 7;
    }
    this.#bytes[this.#length++] = left;
  }

  /** 0, -1, 1, -2 … as 0, 1, 2, 3 … */
  zigzag(value: number): void {
    if (Math.abs(value) >= 2 ** 51) return this.zigzagWhole(BigInt(value));
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  zigzagWhole(value: bigint): void {
    this.#reserve(10);
    let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (left >= 128n) {
      this.#bytes[this.#length++] = Number(left & 127n) | 128;
      left >>= 7n;
    }
    this.#bytes[this.#length++] = Number(left);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  utf8(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.varint(bytes.length);
    this.bytes(bytes);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length + more, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
