/** Unwraps zstd (RFC 8878): all frames, in steps, within a bound. */
import { Decompress } from 'fzstd';
import { joinBytes } from '#base/join-bytes.ts';
import type { Steps } from '#base/steps.ts';
import { DecodeError } from '../format.ts';

const MAX_BYTES = 512 * 1024 * 1024;
const CHUNK = 64 * 1024;

/** @throws DecodeError */
export function* unwrapZstd(bytes: Uint8Array): Steps<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((chunk) => {
    length += chunk.length;
    if (length > MAX_BYTES)
      throw new DecodeError('too-large', `Unpacked, the file has more than ${MAX_BYTES / 1024 / 1024} MiB.`, {
        remedy: 'Record for a shorter time.',
      });
    chunks.push(chunk.slice());
  });
  for (let at = 0; at < bytes.length; at += CHUNK) {
    try {
      stream.push(bytes.subarray(at, at + CHUNK), at + CHUNK >= bytes.length);
    } catch (error) {
      if (error instanceof DecodeError) throw error;
      throw new DecodeError('malformed', 'The zstd data is damaged or ends early.', {
        place: `byte ${at}`,
        remedy: 'The file was probably truncated or changed in transit: fetch it again.',
      });
    }
    yield at / bytes.length;
  }
  return joinBytes(chunks);
}
