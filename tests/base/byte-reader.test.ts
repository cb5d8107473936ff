import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '#base/byte-reader.ts';

function readerOf(...bytes: number[]): ByteReader {
  return new ByteReader(Uint8Array.from(bytes), (what, offset) => {
    throw new Error(`${what} at ${offset}`);
  });
}

describe('ByteReader', () => {
  it('reads every 64-bit number whole, signed and unsigned', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => {
        const reader = readerOf(...new BinaryWriter().int64(value).finish());
        expect(reader.signed()).toBe(Number(value));
        expect(reader.signedWhole).toBe(value);
        expect(reader.unsignedWhole).toBe(BigInt.asUintN(64, value));
        expect(reader.offset).toBe(reader.end);
      }),
    );
  });

  it('reads long ways of writing small numbers', () => {
    expect(readerOf(0x81, 0x80, 0x80, 0x00).unsigned()).toBe(1);
  });

  it.each([
    ['a number that ends with the bytes', [0x80, 0x80], /cut off at 0/],
    ['no number at all', [], /cut off at 0/],
    ['a number of eleven bytes', [...Array(10).fill(0x80), 0x01], /longer than ten bytes at 0/],
    ['a number of 65 bits', [...Array(9).fill(0x80), 0x02], /64 bits at 0/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readerOf(...bytes).unsigned()).toThrow(message);
  });

  it('refuses a length past its end, even where the buffer goes on', () => {
    const reader = readerOf(2, 1, 1);
    reader.end = 2;
    expect(() => reader.stop()).toThrow('a length of 2 bytes runs past the end at 0');
  });

  it.each([
    ['groups', [0x0b], /wire type 3/],
    ['field number 0', [0x02, 0x00], /field number 0/],
    ['wire type 7', [0x0f], /wire type 7/],
    ['a cut fixed number', [0x0d, 1, 2], /cut off/],
  ])('refuses %s', (_, bytes, message) => {
    const reader = readerOf(...bytes);
    expect(() => reader.skip(reader.tag())).toThrow(message);
  });
});
