/** Gzip, found by its first bytes, however often it is wrapped around itself. */

import { gunzipSync } from 'node:zlib';
import { Refusal } from './refusal.ts';

/** Agents pack once, some twice. */
const MOST_LAYERS = 3;

/** @param most bytes that may come out. @throws Refusal */
export function unpack(bytes: Uint8Array, most: number): Uint8Array {
  let unpacked = bytes;
  for (let layer = 0; isGzip(unpacked); layer++) {
    if (layer === MOST_LAYERS) throw new Refusal('bad_request', `The body is packed more than ${MOST_LAYERS} times.`);
    try {
      unpacked = gunzipSync(unpacked, { maxOutputLength: most });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(most);
      throw new Refusal('bad_profile', `The gzip data is damaged: ${(error as Error).message}.`);
    }
  }
  if (unpacked.length > most) throw tooLarge(most);
  return unpacked;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function tooLarge(most: number): Refusal {
  return new Refusal('too_large', `Unpacked it is larger than ${most / 1024 / 1024} MiB: send shorter windows.`);
}
