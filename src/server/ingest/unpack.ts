/** Gzip, found by its first bytes, however often it is wrapped around itself. */

import { gunzipSync } from 'node:zlib';
import { Refusal } from './refusal.ts';

/** Agents pack once, some twice. */
const MAX_LAYERS = 3;
/** Deflate makes at most 1032 bytes of one. */
const MAX_RATIO = 1032;
const LARGE_BYTES = 4 << 20;
/**
 * glibc returns memory of at least this size to the system once it is free. Smaller memory mostly stays with the process,
 * as free space between what is in use.
 */
const PAGES_OF_ITS_OWN = (32 << 20) + (64 << 10);
/** The smallest that Node allows. */
const MIN_CHUNK_BYTES = 64;

/**
 * @param maxBytes that may come out
 * @param limit of the whole upload, for the message
 * @throws Refusal
 */
export function unpack(bytes: Uint8Array, maxBytes: number, limit: number): Uint8Array {
  let unpacked = bytes;
  for (let layer = 0; isGzip(unpacked); layer++) {
    if (layer === MAX_LAYERS) throw new Refusal('bad_request', `The body is packed more than ${MAX_LAYERS} times.`);
    try {
      const chunkSize = chunkBytes(unpacked, maxBytes);
      unpacked = gunzipSync(unpacked, { maxOutputLength: Math.max(1, maxBytes), chunkSize });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
      throw new Refusal('bad_profile', `The gzip data is damaged: ${(error as Error).message}.`);
    }
  }
  if (unpacked.length > maxBytes) throw tooLarge(limit);
  return unpacked;
}

/**
 * How long the output will be, as gzip's last bytes say; those of damaged data may say anything.
 * @param maxBytes that may come out
 */
export function announcedBytes(packed: Uint8Array, maxBytes: number): number {
  if (packed.length < 4) return 0;
  const said = new DataView(packed.buffer, packed.byteOffset).getUint32(packed.length - 4, true);
  return Math.min(said, maxBytes, packed.length * MAX_RATIO);
}

/** For the output in one piece: many small pieces and their sum are twice the memory. */
function chunkBytes(packed: Uint8Array, maxBytes: number): number {
  const bytes = announcedBytes(packed, maxBytes);
  // One more, as a piece that is full asks for another.
  return Math.max(MIN_CHUNK_BYTES, bytes < LARGE_BYTES ? bytes + 1 : Math.max(bytes + 1, PAGES_OF_ITS_OWN));
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function tooLarge(limit: number): Refusal {
  const mib = Math.round((limit / 1024 / 1024) * 100) / 100;
  return new Refusal('too_large', `Unpacked, the upload is larger than ${mib} MiB: send shorter windows.`);
}
