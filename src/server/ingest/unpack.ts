/** Gzip, found by its first bytes, however often it is wrapped around itself. */

import { gunzipSync } from 'node:zlib';
import { LARGE_BYTES } from '../garbage.ts';
import { Refusal } from './refusal.ts';

/** Agents pack once, some twice. */
const MAX_LAYERS = 3;
/** Deflate makes at most 1032 bytes of one. */
const MAX_RATIO = 1032;
/**
 * A block above 32 MiB is always mapped by glibc, and given back to the system once it is free (M_MMAP_THRESHOLD in
 * mallopt(3)). Smaller blocks mostly stay with the process, as free space between what is in use.
 */
const MAPPED_BLOCK_BYTES = (32 << 20) + (64 << 10);
/** What Node takes by default. */
const MIN_CHUNK_BYTES = 16 << 10;

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

/**
 * For the output in one piece: many small pieces and their sum are twice the memory. Gzip data of several members announces
 * the output of the last one, which bgzip leaves empty: pieces are never smaller than the packed data.
 */
function chunkBytes(packed: Uint8Array, maxBytes: number): number {
  // One more, as a piece that is full asks for another.
  const bytes = Math.max(MIN_CHUNK_BYTES, packed.length, announcedBytes(packed, maxBytes) + 1);
  return bytes > LARGE_BYTES ? Math.max(bytes, MAPPED_BLOCK_BYTES) : bytes;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function tooLarge(limit: number): Refusal {
  const mib = Math.round((limit / 1024 / 1024) * 100) / 100;
  return new Refusal('too_large', `Unpacked, the upload is larger than ${mib} MiB: send shorter windows.`);
}
