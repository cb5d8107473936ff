import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UploadDecoder } from '#server/ingest/decode-upload.ts';
import { unpack } from '#server/ingest/unpack.ts';
import { UPLOAD_LIMITS } from '../../support/store-limits.ts';

const MIB = 1 << 20;
const LIMITS = { ...UPLOAD_LIMITS, maxProfileBytes: MIB };
const tooLarge = gzipSync(Buffer.alloc(2 * MIB));
const LINE = 'main;work 1\n';
const stacks = (lines: number): Uint8Array => Buffer.from(LINE.repeat(lines));

it('parts after one that is too large have half of the bytes that were left', () => {
  const decoder = new UploadDecoder(LIMITS);
  expect(() => decoder.pprof(tooLarge)).toThrow('larger than 1 MiB');
  expect(decoder.stacks(stacks(35_000)).sampleCount).toBe(35_000); // of 43 690 in half a MiB
  expect(() => decoder.stacks(stacks(17_000))).toThrow('larger than 1 MiB');
});

it('many parts that are too large leave nothing to unpack', () => {
  const decoder = new UploadDecoder(LIMITS);
  for (let i = 0; i < 21; i++) expect(() => decoder.pprof(tooLarge)).toThrow('larger than 1 MiB');
  expect(() => decoder.stacks(Buffer.from('main 1\n'))).toThrow('larger than 1 MiB');
});

describe('unpacked bytes', () => {
  it('are counted, also of parts that are refused for damage at their end', () => {
    const decoder = new UploadDecoder(LIMITS);
    decoder.stacks(gzipSync(stacks(1000)));
    expect(decoder.unpackedBytes).toBe(1000 * LINE.length);
    const damaged = gzipSync(stacks(2000));
    damaged[damaged.length - 8] ^= 1; // the checksum
    expect(() => decoder.stacks(damaged)).toThrow('gzip data is damaged');
    expect(decoder.unpackedBytes).toBe(3000 * LINE.length);
  });

  it('are in one piece, and large ones are longer than glibc keeps to itself', () => {
    for (const length of [1, 63, 64, 1000, 16_384, MIB, 5 * MIB]) {
      const text = Buffer.alloc(length, 'main;work 1\n');
      const unpacked = unpack(gzipSync(text), 8 * MIB, 8 * MIB);
      expect(Buffer.compare(unpacked, text)).toBe(0);
      // Node cuts smaller ones out of a buffer for many.
      if (length < 16_384) continue;
      if (length > 4 * MIB) expect(unpacked.buffer.byteLength).toBeGreaterThan(32 * MIB);
      else expect(unpacked.buffer.byteLength).toBe(length + 1);
    }
  });

  it('are in large pieces where the last member is empty, as bgzip writes it', () => {
    const empty = gzipSync('');
    const text = stacks(1000);
    const small = unpack(Buffer.concat([gzipSync(text), empty]), MIB, MIB);
    expect(Buffer.compare(small, text)).toBe(0);
    // One piece: several would have been copied to a buffer of exactly their length.
    expect(small.buffer.byteLength).toBe(16 << 10);
    const noise = randomBytes(MIB);
    const packed = Buffer.concat([gzipSync(noise), empty]);
    const large = unpack(packed, MIB, MIB);
    expect(Buffer.compare(large, noise)).toBe(0);
    expect(large.buffer.byteLength).toBe(packed.length);
  });

  it('may be more or fewer than the last bytes say', () => {
    const text = stacks(5000);
    // Two members: the last bytes are those of the second one.
    const twice = Buffer.concat([gzipSync(text), gzipSync(LINE)]);
    expect(Buffer.compare(unpack(twice, MIB, MIB), Buffer.concat([text, Buffer.from(LINE)]))).toBe(0);
    const lying = gzipSync(text);
    lying.writeUInt32LE(0xffffffff, lying.length - 4);
    expect(() => unpack(lying, MIB, MIB)).toThrow('gzip data is damaged');
    expect(() => unpack(Buffer.of(0x1f, 0x8b, 8), MIB, MIB)).toThrow('gzip data is damaged');
  });
});
