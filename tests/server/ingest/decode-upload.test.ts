import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { UploadDecoder } from '#server/ingest/decode-upload.ts';
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
