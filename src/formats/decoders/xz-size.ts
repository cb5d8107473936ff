/** How large an xz file is unpacked, by the indexes at the ends of its streams: a small file may become any size. */

const HEADER = 12;
const FOOTER = 12;
const MIN_INDEX = 8;

/** @returns bytes; undefined where the file is damaged or ends early */
export function unpackedSize(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let total = 0;
  // From the last stream to the first, as only their ends say where they begin.
  let end = bytes.length;
  do {
    // Zeros may follow a stream, four at a time.
    while (end >= 4 && view.getUint32(end - 4) === 0) end -= 4;
    if (end < HEADER + MIN_INDEX + FOOTER || view.getUint16(end - 2) !== 0x595a) return undefined;
    const indexEnd = end - FOOTER;
    const indexStart = indexEnd - (view.getUint32(end - 8, true) + 1) * 4;
    if (indexStart < HEADER || bytes[indexStart] !== 0) return undefined;
    const numbers = new Numbers(bytes, indexStart + 1, indexEnd);
    let blocks = 0;
    for (let left = numbers.next(); left > 0; left--) {
      blocks += Math.ceil(numbers.next() / 4) * 4;
      total += numbers.next();
      if (numbers.isOver) return undefined;
    }
    if (numbers.isOver) return undefined;
    end = indexStart - blocks - HEADER;
  } while (end > 0);
  return end === 0 ? total : undefined;
}

/** Numbers of seven bits a byte, the lowest first. */
class Numbers {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  /** Whether a number is not whole. */
  isOver = false;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  /** 0 where there is none. */
  next(): number {
    let value = 0;
    for (let factor = 1; this.#at < this.#end && factor <= 2 ** 56; factor *= 128) {
      const byte = this.#bytes[this.#at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    this.isOver = true;
    return 0;
  }
}
