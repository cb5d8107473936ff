/** Decodes the bytes of an upload to a profile, within the limits of an upload. */

import { finish } from '#base/steps.ts';
import { decodeCollapsed } from '#formats/collapsed.ts';
import type { DecodeLimits } from '#formats/decode-limits.ts';
import { readOtlpJson } from '#formats/decoders/otlp-json.ts';
import type { OtlpMessage } from '#formats/decoders/otlp-message.ts';
import { readOtlpProto } from '#formats/decoders/otlp-proto.ts';
import { decodePyroscopeTree, decodePyroscopeTrie } from '#formats/decoders/pyroscope-tree.ts';
import { decodeSpeedscope } from '#formats/decoders/speedscope.ts';
import { DecodeError } from '#formats/format.ts';
import { decodePprof } from '#formats/pprof.ts';
import { recogniseBinary } from '#formats/recognise-binary.ts';
import type { Profile } from '#model/profile.ts';
import { type JfrUpload, readJfrUpload } from './jfr-upload.ts';
import { readLabelsSnapshot } from './labels-snapshot.ts';
import { Refusal } from './refusal.ts';
import type { IngestLimits } from './series-of-profile.ts';
import { announcedBytes, unpack } from './unpack.ts';

/** Frames of one upload, far more than agents send. All of them may be new nodes in the store. */
const MAX_FRAMES = 1 << 22;
const MAX_COUNTS: Omit<DecodeLimits, 'samples' | 'values' | 'frames'> = {
  sampleTypes: 64,
  functions: 1 << 18,
  mappings: 1 << 16,
  locations: 1 << 18,
  linesOfLocation: 1000,
  lines: 1 << 20,
  strings: 1 << 19,
  comments: 1000,
  labelsOfSample: 100,
  labels: 1 << 20,
  nodes: 1 << 20,
};
/** Limits of a message, which holds the samples of all processes of a machine. */
const MAX_OTLP_SAMPLES = 1 << 20;
const LF = 10;
const CR = 13;

/** Decodes the profiles of one upload, which share its bytes and frames. */
export class UploadDecoder {
  readonly #limits: IngestLimits;
  #bytesLeft: number;
  #framesLeft = MAX_FRAMES;
  #unpackedBytes = 0;

  constructor(limits: IngestLimits) {
    this.#limits = limits;
    this.#bytesLeft = limits.maxProfileBytes;
  }

  /** So far, refused parts included. */
  get unpackedBytes(): number {
    return this.#unpackedBytes;
  }

  /** @throws Refusal, DecodeError */
  pprof(packed: Uint8Array): Profile {
    return this.#read(packed, (bytes) => finish(decodePprof(bytes, this.#counts())));
  }

  /** Stacks with their values. @throws Refusal, DecodeError */
  stacks(packed: Uint8Array): Profile {
    return this.#read(packed, (bytes) => finish(decodeCollapsed(bytes, this.#counts())));
  }

  /** Stacks that count 1 each. @throws Refusal, DecodeError */
  lines(packed: Uint8Array): Profile {
    return this.#read(packed, (bytes) =>
      finish(decodeCollapsed(withCounts(bytes, this.#limits.maxSamples), this.#counts())),
    );
  }

  /** What old agents of Pyroscope send. @throws Refusal, DecodeError */
  tree(packed: Uint8Array, kind: 'tree' | 'trie'): Profile {
    const decode = kind === 'tree' ? decodePyroscopeTree : decodePyroscopeTrie;
    return this.#read(packed, (bytes) => finish(decode(bytes, this.#counts())));
  }

  /** Each unit is a sample type, each profile of the file a label. @throws Refusal, DecodeError */
  speedscope(packed: Uint8Array, profileLabel: string): Profile {
    return this.#read(packed, (bytes) => finish(decodeSpeedscope(bytes, this.#counts(), profileLabel)));
  }

  /** A flight recording. @param labels the part beside it @throws Refusal, DecodeError */
  jfr(packed: Uint8Array, labels: Uint8Array | undefined, sampleRate: number): JfrUpload {
    const bytes = this.#unpack(packed);
    const contexts = labels === undefined ? undefined : readLabelsSnapshot(this.#unpack(labels));
    const upload = recognised(bytes, () => readJfrUpload(bytes, contexts, sampleRate, this.#counts()));
    for (const { profile } of upload.groups) this.#decoded(profile);
    return upload;
  }

  /**
   * A message of OTLP with its bytes, and what each of its profiles may hold.
   * @throws Refusal, DecodeError
   */
  otlp(packed: Uint8Array, codec: 'proto' | 'json'): { message: OtlpMessage; bytes: Uint8Array; counts: DecodeLimits } {
    const bytes = this.#unpack(packed);
    const counts = { ...this.#counts(), samples: MAX_OTLP_SAMPLES, values: MAX_OTLP_SAMPLES * 4 };
    const message = codec === 'json' ? readOtlpJson(utf8.decode(bytes), counts) : readOtlpProto(bytes, counts);
    return { message, bytes, counts };
  }

  #read(packed: Uint8Array, decode: (bytes: Uint8Array) => Profile): Profile {
    const bytes = this.#unpack(packed);
    return this.#decoded(recognised(bytes, () => decode(bytes)));
  }

  #unpack(packed: Uint8Array): Uint8Array {
    try {
      const bytes = unpack(packed, this.#bytesLeft, this.#limits.maxProfileBytes);
      this.#bytesLeft -= bytes.length;
      this.#unpackedBytes += bytes.length;
      return bytes;
    } catch (error) {
      // Damage may be at the very end.
      this.#unpackedBytes += announcedBytes(packed, this.#bytesLeft);
      // Half of what is left is for the rest: otherwise each of many such parts would be unpacked up to the limit.
      if (error instanceof Refusal && error.kind === 'too_large') this.#bytesLeft = Math.floor(this.#bytesLeft / 2);
      throw error;
    }
  }

  #counts(): DecodeLimits {
    const samples = this.#limits.maxSamples;
    return { ...MAX_COUNTS, samples, values: samples * MAX_COUNTS.sampleTypes, frames: this.#framesLeft };
  }

  #decoded(profile: Profile): Profile {
    this.#framesLeft -= profile.stackFrames.length;
    return profile;
  }
}

/** A file that is no profile of its format is named by its content, as the page does. @throws Refusal, DecodeError */
function recognised<T>(bytes: Uint8Array, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    const found = error instanceof DecodeError && error.code !== 'too-large' ? recogniseBinary(bytes) : undefined;
    if (found === undefined) throw error;
    throw new Refusal('bad_profile', [`This is ${found.what}.`, found.remedy].filter(Boolean).join(' '));
  }
}

/** Appends ` 1` to each line that is not empty. @throws Refusal */
function withCounts(text: Uint8Array, maxSamples: number): Uint8Array {
  const lines: [start: number, end: number][] = [];
  let length = 0;
  for (let at = 0; at < text.length;) {
    let end = text.indexOf(LF, at);
    if (end < 0) end = text.length;
    const last = end > at && text[end - 1] === CR ? end - 1 : end;
    if (last > at) {
      if (lines.length === maxSamples)
        throw new Refusal('too_many', `The text has more than ${maxSamples} stacks: send shorter windows.`);
      lines.push([at, last]);
      length += last - at + COUNT.length;
    }
    at = end + 1;
  }
  const counted = new Uint8Array(length);
  let to = 0;
  for (const [start, end] of lines) {
    counted.set(text.subarray(start, end), to);
    counted.set(COUNT, to + end - start);
    to += end - start + COUNT.length;
  }
  return counted;
}

const utf8 = new TextDecoder();
const COUNT = new TextEncoder().encode(' 1\n');
