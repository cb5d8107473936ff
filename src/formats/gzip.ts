/** Unwraps gzip (RFC 1952) before anything looks at the bytes: bounded, checked, in steps. */
import { Inflate, inflateSync } from 'fflate';
import { crc32 } from '#base/crc32.ts';
import type { Steps } from '#base/steps.ts';
import { DecodeError } from './format.ts';

/** The largest file that is read, unpacked. */
const maxUnpackedBytes = 512 * 1024 * 1024;
/** A profile is packed once; some servers pack it again on the way. */
const maxLayers = 2;

// Deflate turns one byte into 1032 at most, so that one push makes some 17 MB at most.
const PACKED_CHUNK = 16 * 1024;
const MOST_BYTES_OF_ONE = 1032;
/** Profiles are packed to a third or a tenth. A trailer that claims more may be damaged: nothing is allocated for it in advance. */
const MAX_PLAUSIBLE_RATIO = 64;
/** Some half a second on a slow machine. */
const MOST_BYTES_AT_ONCE = 32 * 1024 * 1024;
const BLOCK = 4 * 1024 * 1024;
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

/** What fflate's stream knows of itself. It tells nobody when a member ends, so that we look. */
interface InflateState {
  /** 1 within and after the last block. */
  readonly f?: number;
  /** The open block's table; none after a block's end. */
  readonly l?: unknown;
  /** Bits of `p[0]` that are used up. */
  readonly p?: number;
}

/** All members of one layer, one behind the other. */
function* gunzip(bytes: Uint8Array): Steps<Uint8Array> {
  const whole = gunzipAtOnce(bytes);
  if (whole) return whole;
  const sink = new Sink(plausibleBytes(bytes));
  let at = 0;
  for (;;) {
    const memberStart = at;
    at = skipHeader(bytes, at);
    let crc = 0;
    let size = 0;
    const inflate = new Inflate((chunk) => {
      crc = crc32(crc, chunk);
      size += chunk.length;
      sink.push(chunk);
    });
    for (;;) {
      if (at >= bytes.length) throw malformed('The gzip data ends early', bytes.length);
      const next = Math.min(at + PACKED_CHUNK, bytes.length);
      push(inflate, bytes.subarray(at, next), at);
      at = next;
      const state: InflateState = inflate['s'];
      if (state.f && !state.l) break;
      if (sink.size > ENOUGH_TO_GUESS && expectedBytes(bytes) > maxUnpackedBytes) {
        // The trailer claims too much and the ratio so far bears it out: a bomb, and no need to unpack it to the limit.
        if ((sink.size / at) * bytes.length > maxUnpackedBytes) {
          throw refuseTooLarge(`Unpacked, the file has ${Math.ceil(expectedBytes(bytes) / 1024 / 1024)} MiB`);
        }
      }
      yield at / bytes.length;
    }
    const left: Uint8Array = inflate['p'];
    const state: InflateState = inflate['s'];
    at -= left.length - ((state.p ?? 0) > 0 ? 1 : 0);
    if (bytes.length - at < 8) throw malformed('The gzip data ends early', bytes.length);
    if (readUint32(bytes, at) !== crc)
      throw malformed('The gzip data is damaged: its checksum does not match', memberStart);
    if (readUint32(bytes, at + 4) !== size >>> 0)
      throw malformed('The gzip data is damaged: its length does not match', memberStart);
    at += 8;
    const padding = at;
    while (at < bytes.length && bytes[at] === 0) at++;
    if (at === bytes.length) return sink.take();
    // A million members of a few bytes are still to be told of.
    yield at / bytes.length;
    // Between members no padding is allowed.
    if (padding !== at || !isGzip(bytes.subarray(at)))
      throw malformed('Something that is not gzip follows the gzip data', at);
  }
}

/**
 * The common case, twice as fast as in parts while the engine is cold: one member of a known, moderate size. That there
 * is no second one (no mark of one; fflate does not tell where it stopped), its length and its checksum prove it.
 * Whatever does not fit is left to the way in parts, which finds out why.
 */
function gunzipAtOnce(bytes: Uint8Array): Uint8Array | undefined {
  const size = plausibleBytes(bytes);
  if (size === 0 || size > MOST_BYTES_AT_ONCE || hasSecondMark(bytes)) return undefined;
  const out = new Uint8Array(size);
  const start = skipHeader(bytes, 0);
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

/** The unpacked size as the last member states it: a claim, good for one member below 4 GiB. 0 where it cannot be true. */
function expectedBytes(bytes: Uint8Array): number {
  if (bytes.length < 18) return 0;
  const claim = readUint32(bytes, bytes.length - 4);
  return claim <= bytes.length * MOST_BYTES_OF_ONE ? claim : 0;
}

/** What can be allocated on that claim; 0 where it is larger than profiles are. */
function plausibleBytes(bytes: Uint8Array): number {
  const size = expectedBytes(bytes);
  return size <= bytes.length * MAX_PLAUSIBLE_RATIO ? size : 0;
}

function push(inflate: Inflate, chunk: Uint8Array, at: number): void {
  try {
    inflate.push(chunk);
  } catch (error) {
    // Our own refusal comes through fflate from the sink.
    if (error instanceof DecodeError) throw error;
    throw malformed('The gzip data is damaged', at);
  }
}

/** @returns the offset of the deflate data. */
function skipHeader(bytes: Uint8Array, start: number): number {
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

function malformed(message: string, offset: number): DecodeError {
  return new DecodeError('malformed', `${message}.`, {
    place: `byte ${offset} of the packed file`,
    remedy: 'The file was probably cut or changed on its way: fetch it again.',
  });
}

/** Collects chunks up to the limit: in one block where the size was foretold, so that nothing is copied twice. */
class Sink {
  #size = 0;
  readonly #full: Uint8Array[] = [];
  #block: Uint8Array<ArrayBuffer>;
  #used = 0;

  constructor(expected: number) {
    this.#block = new Uint8Array(expected > 0 && expected <= maxUnpackedBytes ? expected : 64 * 1024);
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
        this.#block = new Uint8Array(BLOCK);
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
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const block of [...this.#full, last]) {
      whole.set(block, at);
      at += block.length;
    }
    return whole;
  }
}
