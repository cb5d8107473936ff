/** Gzip, found by its first bytes, however often it is wrapped around itself. */

import { gunzipSync } from 'node:zlib';
import { Refusal } from './refusal.ts';

/** Agents pack once, some twice. */
const MAX_LAYERS = 3;

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
      unpacked = gunzipSync(unpacked, { maxOutputLength: Math.max(1, maxBytes) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
      throw new Refusal('bad_profile', `The gzip data is damaged: ${(error as Error).message}.`);
    }
  }
  if (unpacked.length > maxBytes) throw tooLarge(limit);
  return unpacked;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function tooLarge(limit: number): Refusal {
  const mib = Math.round((limit / 1024 / 1024) * 100) / 100;
  return new Refusal('too_large', `Unpacked, the upload is larger than ${mib} MiB: send shorter windows.`);
}
