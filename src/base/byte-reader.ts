/** A cursor over protobuf-like bytes: varints, lengths, tags. It never reads past its end. */

/** Throws the error of the format. Gets a description of the problem and its offset. */
export type FailAt = (what: string, offset: number) => never;

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

const TWO_32 = 4294967296;

/**
 * `lo` and `hi` hold the last varint as 64 unsigned bits. They are plain fields for speed: columns of millions are read
 * through them. The hottest loop of pprof.ts reads its one- to three-byte varints itself and comes here for the rest.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  offset = 0;
  end: number;
  lo = 0;
  hi = 0;
  readonly #fail: FailAt;

  constructor(bytes: Uint8Array, fail: FailAt) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.#fail = fail;
  }

  /** Steps over one varint into `lo` and `hi`. */
  varint(): void {
    const { bytes, end } = this;
    const start = this.offset;
    let at = start;
    let lo = 0;
    let hi = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) this.#fail('a number is cut off', start);
      const byte = bytes[at++];
      const bits = byte & 127;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else if (shift < 63) hi |= bits << (shift - 32);
      else {
        if (byte > 1 && byte < 128) this.#fail('a number does not fit in 64 bits', start);
        hi |= byte << 31;
      }
      if (byte < 128) {
        this.offset = at;
        this.lo = lo >>> 0;
        this.hi = hi >>> 0;
        return;
      }
    }
    this.#fail('a number is longer than ten bytes', start);
  }

  /** An unsigned number: the nearest double, exact below 2^53. */
  unsigned(): number {
    const at = this.offset;
    if (at < this.end) {
      const byte = this.bytes[at];
      if (byte < 128) {
        this.offset = at + 1;
        this.lo = byte;
        this.hi = 0;
        return byte;
      }
    }
    this.varint();
    return this.hi * TWO_32 + this.lo;
  }

  /** A number in two's complement: the nearest double, exact within 2^53 of 0. */
  signed(): number {
    this.unsigned();
    return (this.hi | 0) * TWO_32 + this.lo;
  }

  /** The last varint whole. */
  get unsignedWhole(): bigint {
    return (BigInt(this.hi) << 32n) | BigInt(this.lo);
  }

  get signedWhole(): bigint {
    return BigInt.asIntN(64, this.unsignedWhole);
  }

  /** A length, checked. @returns the end of the announced bytes; the reader is at their start. */
  stop(): number {
    const start = this.offset;
    const length = this.unsigned();
    if (length > this.end - this.offset) this.#fail(`a length of ${length} bytes runs past the end`, start);
    return this.offset + length;
  }

  /** A field's tag, checked. @returns field * 8 + wire type. */
  tag(): number {
    const start = this.offset;
    const tag = this.unsigned();
    if (tag < 8 || tag >= TWO_32) this.#fail(`field number ${Math.floor(tag / 8)} does not exist`, start);
    return tag;
  }

  /** Steps over a field's content. Groups are refused: no writer of profiles has them, and they nest without bound. */
  skip(tag: number): void {
    const start = this.offset;
    switch (tag & 7) {
      case wireTypes.varint:
        this.varint();
        return;
      case wireTypes.fixed64:
        this.#step(8, start);
        return;
      case wireTypes.bytes:
        this.offset = this.stop();
        return;
      case wireTypes.fixed32:
        this.#step(4, start);
        return;
      default:
        this.#fail(`wire type ${tag & 7} is not used in profiles`, start);
    }
  }

  #step(count: number, start: number): void {
    if (this.end - start < count) this.#fail('a number is cut off', start);
    this.offset = start + count;
  }
}
