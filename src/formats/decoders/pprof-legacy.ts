/** The old formats of pprof: one of text, one of words, and either behind a list of symbols. */
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { startsWith } from '../ascii-bytes.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import type { FrameFacts } from '../profile-builder.ts';
import { AddressSamples } from './address-samples.ts';
import { LineReader } from './line-reader.ts';
import { readCpu, wordsOf } from './pprof-legacy-cpu.ts';
import { readLegacyText } from './pprof-legacy-text.ts';

const LF = 10;
const encoder = new TextEncoder();
const SYMBOLS = encoder.encode('--- symbol');
const PROFILE = encoder.encode('--- profile');
const READING = 0.6;

/** @throws DecodeError, if a limit is exceeded */
export function* decodePprofLegacy(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const out = new AddressSamples(limits);
  const start = readSymbols(bytes, out, limits);
  const body = bytes.subarray(start);
  const reading = wordsOf(body) ? readCpu(body, out, start === 0) : readLegacyText(new LineReader(body), out);
  for (;;) {
    const step = reading.next();
    if (step.done) {
      const { sampleTypes, facts } = step.value;
      const building = out.profile(sampleTypes, facts);
      for (;;) {
        const built = building.next();
        if (built.done) return built.value;
        yield READING + built.value * (1 - READING);
      }
    }
    yield step.value * READING;
  }
}

/** Lines `0xADDRESS outer--inner` of google-pprof --raw. @returns where the profile itself begins */
function readSymbols(bytes: Uint8Array, out: AddressSamples, limits: DecodeLimits): number {
  if (!startsWith(bytes, 0, bytes.length, SYMBOLS)) return 0;
  const decoder = new TextDecoder();
  const symbols: [bigint, FrameFacts[]][] = [];
  for (let at = 0, number = 1; at < bytes.length; number++) {
    const newline = bytes.indexOf(LF, at);
    const end = newline < 0 ? bytes.length : newline;
    const line = decoder.decode(bytes.subarray(at, Math.min(end, at + 65_536)));
    const isWords = startsWith(bytes, at, end, PROFILE);
    if (isWords || /^--- (heap|growth|contention)/.test(line)) {
      // Symbols are for return addresses; calls are just before them.
      for (const [address, frames] of symbols) out.symbol(address - 1n, frames);
      return isWords ? end + 1 : at;
    }
    const symbol = /^0x([0-9a-f]{1,16}) (.*)$/i.exec(line);
    if (symbol) {
      const frames: FrameFacts[] = symbol[2].split(/(?<!operator)--/).map((name) => ({ name }));
      const address = BigInt(`0x${symbol[1]}`);
      out.symbol(address, frames.reverse());
      if (symbols.length >= limits.locations) refuseCount(limits.locations, 'symbols', `line ${number}`);
      symbols.push([address, frames]);
    }
    at = end + 1;
  }
  throw new DecodeError('malformed', 'The file has symbols but no profile after them.', {
    place: `byte ${bytes.length}`,
    remedy: 'Write it again: google-pprof --raw program profile > profile.raw',
  });
}
