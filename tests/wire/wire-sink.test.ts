import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireSink } from '#wire/wire-sink.ts';

const written = (write: (sink: WireSink) => void): Uint8Array => {
  const sink = new WireSink(1);
  write(sink);
  return sink.take();
};
const text = (write: (sink: WireSink) => void): string => new TextDecoder().decode(written(write));

/** Whole numbers of all sizes. */
const numbers = fc.oneof(
  fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  fc.integer(),
  fc.constantFrom(0, 9, 10, 99, 100, 127, 128, 2 ** 28, 1e9 - 1, 1e9, 1e18, 2 ** 53, -1, 2 ** 31, 999_999_999_999),
);

describe('a sink', () => {
  it('writes whole numbers in decimal', () => {
    fc.assert(
      fc.property(numbers, (value) => {
        expect(text((sink) => sink.decimal(value))).toBe(String(BigInt(value)));
      }),
    );
  });

  it('writes varints that protobuf reads', () => {
    fc.assert(
      fc.property(numbers, (value) => {
        expect(new BinaryReader(written((sink) => sink.varint(value))).int64()).toBe(BigInt(value));
      }),
    );
  });

  it('nests messages of any length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: 'grapheme' }), fc.nat({ max: 40_000 }), (name, count) => {
        const bytes = written((sink) =>
          sink.message(3, () => {
            sink.item(1, name);
            sink.message(2, () => sink.bytes(new Uint8Array(count)));
          }),
        );
        const outer = new BinaryReader(bytes);
        expect(outer.tag()).toEqual([3, WireType.LengthDelimited]);
        const inner = new BinaryReader(outer.bytes());
        expect(inner.tag()).toEqual([1, WireType.LengthDelimited]);
        expect(inner.string()).toBe(name);
        inner.tag();
        expect(inner.bytes()).toHaveLength(count);
        expect(outer.pos).toBe(bytes.length);
      }),
    );
  });

  it('keeps short messages where its room ends', () => {
    for (let before = 0; before < 40; before++) {
      const sink = new WireSink(32);
      sink.bytes(new Uint8Array(before));
      sink.message(1, () => sink.utf8('ab'));
      expect([...sink.take().subarray(before)]).toEqual([10, 2, 97, 98]);
    }
  });

  it('leaves defaults out', () => {
    expect(
      written((sink) => {
        sink.field(1, 0);
        sink.field(1, 0n);
        sink.double(2, 0);
        sink.text(3, '');
      }),
    ).toHaveLength(0);
  });

  it('ends at the largest int64', () => {
    expect(text((sink) => sink.jsonInt64(2 ** 64))).toBe('"9223372036854775807"');
  });
});
