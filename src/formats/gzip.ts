/** Unpacks gzip (RFC 1952) in steps, bounded and with checksums. */
import { FlateErrorCode, type FlateError, Gunzip, inflateSync } from 'fflate';
import { crc32 } from '#base/crc32.ts';
import { joinBytes } from '#base/join-bytes.ts';
import type { Steps } from '#base/steps.ts';
import { DecodeError } from './format.ts';

/** The largest file that is read, unpacked. */
const maxUnpackedBytes = 512 * 1024 * 1024;
/** A profile is packed once; some servers pack it again on the way. */
const maxLayers = 2;

// Deflate turns one byte into 1032 at most, so that one push makes some 17 MB at most.
const PACKED_CHUNK = 16 * 1024;
const MAX_BYTES_OF_ONE = 1032;
/** Profiles are packed to a third or a tenth. A trailer that claims more may be damaged: nothing is allocated for it in advance. */
const MAX_PLAUSIBLE_RATIO = 64;
/** Some half a second on a slow machine. */
const MAX_BYTES_AT_ONCE = 32 * 1024 * 1024;
const MIN_BLOCK = 64 * 1024;
const MAX_BLOCK = 4 * 1024 * 1024;
const ENOUGH_TO_GUESS = 16 * 1024 * 1024;
const SMALLER_FILE =
  'Record for a shorter time, or merge and trim the profile with its own tool (for pprof: go tool pprof -proto -nodefraction=0.001).';

/** Names the limit. @param bytes its true size, where known. */
function refuseTooLarge(what: string): DecodeError {
  return new DecodeError('too-large', `${what}; the limit is ${maxUnpackedBytes / 1024 / 1024} MiB.`, {
    remedy: SMALLER_FILE,
  });
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 1 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The bytes themselves, or what is packed in them. */
export function* unwrapGzip(bytes: Uint8Array): Steps<Uint8Array> {
  let inner = bytes;
  for (let layer = 0; isGzip(inner); layer++) {
    if (layer === maxLayers) {
      throw new DecodeError('unsupported', `The file is packed with gzip more than ${maxLayers} times.`, {
        remedy: 'Unpack it with gunzip first.',
      });
    }
    inner = yield* gunzip(inner);
  }
  if (inner.length > maxUnpackedBytes)
    throw refuseTooLarge(`The file has ${Math.ceil(inner.length / 1024 / 1024)} MiB`);
  return inner;
}

/** The member that is being unpacked. */
interface Member {
  readonly start: number;
  crc: number;
  size: number;
}

/** All members of one layer, concatenated. */
function* gunzip(bytes: Uint8Array): Steps<Uint8Array> {
  const whole = gunzipAtOnce(bytes);
  if (whole) return whole;
  const size = plausibleBytes(bytes);
  // After a wrong size claim, no memory is allocated on a claim again.
  const sink = new Sink(size > MAX_BYTES_AT_ONCE ? size : 0);
  checkHeader(bytes, 0);
  let member: Member = { start: 0, crc: 0, size: 0 };
  const stream = new Gunzip((chunk) => {
    member.crc = crc32(member.crc, chunk);
    member.size += chunk.length;
    sink.push(chunk);
  });
  // fflate skips trailers. It reports the header behind one, so that the last trailer is ours to find.
  stream.onmember = (start) => {
    checkTrailer(bytes, member, start);
    checkHeader(bytes, start);
    member = { start, crc: 0, size: 0 };
  };
  for (let at = 0; ; at += PACKED_CHUNK) {
    const isLast = at + PACKED_CHUNK >= bytes.length;
    const isOver = push(stream, bytes.subarray(at, at + PACKED_CHUNK), at, isLast) === 'no further member';
    if (isOver || isLast) {
      checkEnd(bytes, member, at);
      return sink.take();
    }
    if (sink.size > ENOUGH_TO_GUESS && expectedBytes(bytes) > maxUnpackedBytes) {
      // The trailer claims too much and the ratio so far bears it out: a bomb, and no need to unpack it to the limit.
      if ((sink.size / (at + PACKED_CHUNK)) * bytes.length > maxUnpackedBytes) {
        throw refuseTooLarge(`Unpacked, the file has ${Math.ceil(expectedBytes(bytes) / 1024 / 1024)} MiB`);
      }
    }
    yield (at + PACKED_CHUNK) / bytes.length;
  }
}

/**
 * The common case, twice as fast as in parts while the engine is cold: one member of a known, moderate size. Length and
 * checksum prove that there is no second member (fflate does not report where it stopped). Anything else is unpacked in
 * parts, which finds the reason.
 */
function gunzipAtOnce(bytes: Uint8Array): Uint8Array | undefined {
  const size = plausibleBytes(bytes);
  if (size === 0 || size > MAX_BYTES_AT_ONCE || hasSecondMark(bytes)) return undefined;
  const out = new Uint8Array(size);
  const start = checkHeader(bytes, 0);
  let length: number;
  try {
    length = inflateSync(bytes.subarray(start, -8), { out }).length;
  } catch {
    return undefined;
  }
  return length === size && crc32(0, out) === readUint32(bytes, bytes.length - 8) ? out : undefined;
}

function hasSecondMark(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0x1f, 1); at >= 0; at = bytes.indexOf(0x1f, at + 1)) {
    if (bytes[at + 1] === 0x8b && bytes[at + 2] === 8) return true;
  }
  return false;
}

/** The unpacked size as the last member states it: a claim, good for one member below 4 GiB. 0 if it cannot be true. */
function expectedBytes(bytes: Uint8Array): number {
  if (bytes.length < 18) return 0;
  const claim = readUint32(bytes, bytes.length - 4);
  return claim <= bytes.length * MAX_BYTES_OF_ONE ? claim : 0;
}

/** What can be allocated on that claim; 0 if it is larger than profiles are. */
function plausibleBytes(bytes: Uint8Array): number {
  const size = expectedBytes(bytes);
  return size <= bytes.length * MAX_PLAUSIBLE_RATIO ? size : 0;
}

function push(stream: Gunzip, chunk: Uint8Array, at: number, isLast: boolean): 'no further member' | undefined {
  try {
    stream.push(chunk, isLast);
    return undefined;
  } catch (error) {
    // Our own refusals come through fflate.
    if (error instanceof DecodeError) throw error;
    const { code } = error as FlateError;
    if (code === FlateErrorCode.InvalidHeader) return 'no further member';
    if (code === FlateErrorCode.UnexpectedEOF) throw malformed('The gzip data ends early', at + chunk.length);
    throw malformed('The gzip data is damaged', at);
  }
}

/** @param end of the member's trailer: checksum and length of what was packed */
function checkTrailer(bytes: Uint8Array, { start, crc, size }: Member, end: number): void {
  if (readUint32(bytes, end - 8) !== crc) throw damaged('checksum', start);
  if (readUint32(bytes, end - 4) !== size >>> 0) throw damaged('length', start);
}

/** The last member's trailer is where its checksum and length are. Only zeros may follow. @param chunkStart of the last chunk that was read */
function checkEnd(bytes: Uint8Array, { start, crc, size }: Member, chunkStart: number): void {
  let wrong: 'checksum' | 'length' | undefined;
  // An unpacker that waits for a whole header holds 3 bytes back, and the trailer before them.
  for (let end = Math.max(start + 18, chunkStart - 11); end <= bytes.length; end++) {
    const isChecksum = readUint32(bytes, end - 8) === crc;
    const isLength = readUint32(bytes, end - 4) === size >>> 0;
    if (isChecksum && isLength) return checkRest(bytes, end);
    if (isChecksum) wrong = 'length';
    else if (isLength) wrong ??= 'checksum';
  }
  throw wrong ? damaged(wrong, start) : malformed('The gzip data ends early', bytes.length);
}

/** @param at the end of the last member */
function checkRest(bytes: Uint8Array, at: number): void {
  const rest = bytes.subarray(at);
  if (isGzip(rest)) checkHeader(bytes, at);
  const other = rest.findIndex((byte) => byte !== 0);
  if (other >= 0) throw malformed('Something that is not gzip follows the gzip data', at + other);
}

/** @returns the offset of the deflate data. */
function checkHeader(bytes: Uint8Array, start: number): number {
  let at = start + 10;
  if (at > bytes.length) throw malformed('The gzip header ends early', bytes.length);
  if (bytes[start + 2] !== 8)
    throw malformed(`The gzip data uses compression method ${bytes[start + 2]}, which does not exist`, start + 2);
  const flags = bytes[start + 3];
  if (flags & 0xe0) throw malformed('The gzip header has flags that do not exist', start + 3);
  if (flags & 4) at += 2 + (bytes[at] | (bytes[at + 1] << 8)); // FEXTRA
  for (const flag of [8, 16]) {
    // FNAME, FCOMMENT: end with a zero byte
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    at = end < 0 ? bytes.length : end + 1;
  }
  if (flags & 2) at += 2; // FHCRC
  if (at >= bytes.length) throw malformed('The gzip header ends early', bytes.length);
  return at;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

function damaged(what: 'checksum' | 'length', memberStart: number): DecodeError {
  return malformed(`The gzip data is damaged: its ${what} does not match`, memberStart);
}

function malformed(message: string, offset: number): DecodeError {
  return new DecodeError('malformed', `${message}.`, {
    place: `byte ${offset} of the packed file`,
    remedy: 'The file was probably truncated or changed in transit: fetch it again.',
  });
}

/** Collects chunks up to the limit: in one block if the size is known, otherwise in growing blocks. */
class Sink {
  #size = 0;
  readonly #full: Uint8Array[] = [];
  #block: Uint8Array<ArrayBuffer>;
  #used = 0;

  constructor(expected: number) {
    this.#block = new Uint8Array(expected > 0 && expected <= maxUnpackedBytes ? expected : MIN_BLOCK);
  }

  get size(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): void {
    if (this.#size + chunk.length > maxUnpackedBytes) throw refuseTooLarge('Unpacked, the file is too large');
    this.#size += chunk.length;
    let from = 0;
    while (from < chunk.length) {
      if (this.#used === this.#block.length) {
        this.#full.push(this.#block);
        this.#block = new Uint8Array(Math.min(this.#size, MAX_BLOCK));
        this.#used = 0;
      }
      const count = Math.min(chunk.length - from, this.#block.length - this.#used);
      this.#block.set(chunk.subarray(from, from + count), this.#used);
      this.#used += count;
      from += count;
    }
  }

  take(): Uint8Array {
    const last = this.#block.subarray(0, this.#used);
    if (this.#full.length === 0) return last;
    return joinBytes([...this.#full, last]);
  }
}
