/** A stored blob: a checksum, a mark and the payload. What was torn or has rotted is told, never read as data. */

import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader } from '#base/byte-reader.ts';

/** Checksum and mark. */
const HEAD_BYTES = 5;
const PLAIN = 0;
const DEFLATED = 1;
/** Under this, deflate saves nothing worth its call. */
const LEAST_TO_DEFLATE = 64;
/** A bound on what a blob may unpack to, far above what is ever packed. */
const MOST_UNPACKED = 1 << 28;

/** The bytes of a blob are not what was written. */
export class DamagedBlob extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'DamagedBlob';
  }
}

/** @param deflate for what is kept long and read whole; new rows stay plain, as they are rewritten within hours. */
export function sealBlob(payload: Uint8Array, deflate: boolean): Uint8Array {
  const packed =
    deflate && payload.length >= LEAST_TO_DEFLATE
      ? deflateRawSync(payload, { level: 6, strategy: constants.Z_DEFAULT_STRATEGY })
      : undefined;
  const isDeflated = packed !== undefined && packed.length < payload.length;
  const body = isDeflated ? packed : payload;
  const blob = new Uint8Array(HEAD_BYTES + body.length);
  blob[4] = isDeflated ? DEFLATED : PLAIN;
  blob.set(body, HEAD_BYTES);
  new DataView(blob.buffer).setUint32(0, crc32(blob.subarray(4)), true);
  return blob;
}

/** @throws DamagedBlob */
export function openBlob(blob: Uint8Array): Uint8Array {
  if (blob.length < HEAD_BYTES) throw new DamagedBlob('is cut off');
  const sum = (blob[0] | (blob[1] << 8) | (blob[2] << 16) | (blob[3] << 24)) >>> 0;
  if (crc32(blob.subarray(4)) !== sum) throw new DamagedBlob('does not match its checksum');
  const body = blob.subarray(HEAD_BYTES);
  if (blob[4] === PLAIN) return body;
  return inflateRawSync(body, { maxOutputLength: MOST_UNPACKED });
}

/** A reader of a payload: the checksum held, so whatever fails here was written wrongly, and is still only an error. */
export function payloadReader(payload: Uint8Array): ByteReader {
  return new ByteReader(payload, (what) => {
    throw new DamagedBlob(what);
  });
}
