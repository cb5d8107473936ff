/** A stored blob: a checksum, a mark and the payload. Damage is reported and never read as data. */

import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader } from '#base/byte-reader.ts';

/** Checksum and mark. */
const HEAD_BYTES = 5;
// Marks: how the payload is packed, and whether the checksum covers the row's numbers too (from format 3 of the store on).
const DEFLATED = 1;
const WITH_ROW = 2;
/** Smaller payloads are not deflated: it saves too little. */
const MIN_BYTES_TO_DEFLATE = 64;
/** Maximum unpacked size of a blob, far above that of any blob that is written. */
const MAX_UNPACKED = 1 << 28;

/** The bytes of a blob are not what was written. */
export class DamagedBlob extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'DamagedBlob';
  }
}

/**
 * @param check of the row that holds the blob: the checksum covers it, so that a blob is not read beside other numbers
 * @param deflate for blobs that are stored long and read whole; new rows stay plain, as they are rewritten within hours
 */
export function sealBlob(payload: Uint8Array, check: number, deflate: boolean): Uint8Array {
  const packed =
    deflate && payload.length >= MIN_BYTES_TO_DEFLATE
      ? deflateRawSync(payload, { level: 6, strategy: constants.Z_DEFAULT_STRATEGY })
      : undefined;
  const isDeflated = packed !== undefined && packed.length < payload.length;
  const body = isDeflated ? packed : payload;
  const blob = new Uint8Array(HEAD_BYTES + body.length);
  blob[4] = WITH_ROW | (isDeflated ? DEFLATED : 0);
  blob.set(body, HEAD_BYTES);
  new DataView(blob.buffer).setUint32(0, crc32(blob.subarray(4), check), true);
  return blob;
}

/**
 * @param blob as SQLite gave it. @param check of the row as it is now: NaN never fits, but blobs of formats 1 and 2 are
 *   read without it. @throws DamagedBlob
 */
export function openBlob(blob: unknown, check: number): Uint8Array {
  if (!(blob instanceof Uint8Array)) throw new DamagedBlob('has no data');
  if (blob.length < HEAD_BYTES) throw new DamagedBlob('is cut off');
  const sum = (blob[0] | (blob[1] << 8) | (blob[2] << 16) | (blob[3] << 24)) >>> 0;
  const mark = blob[4];
  const isWithRow = (mark & WITH_ROW) !== 0;
  if ((isWithRow && Number.isNaN(check)) || crc32(blob.subarray(4), isWithRow ? check : 0) !== sum)
    throw new DamagedBlob('does not match its checksum');
  const body = blob.subarray(HEAD_BYTES);
  if ((mark & DEFLATED) === 0) return body;
  try {
    return inflateRawSync(body, { maxOutputLength: MAX_UNPACKED });
  } catch (error) {
    throw new DamagedBlob(`does not unpack (${(error as Error).message})`);
  }
}

/** A reader of a payload: the checksum held, so whatever fails here was written wrongly, and is still only an error. */
export function payloadReader(payload: Uint8Array): ByteReader {
  return new ByteReader(payload, (what) => {
    throw new DamagedBlob(what);
  });
}
