/** What the old formats of pprof have in common. */
import type { SampleType } from '#model/profile.ts';
import { DecodeError } from '../format.ts';
import type { RecordingFacts } from '../profile-builder.ts';
import type { LineReader } from './line-reader.ts';

export interface LegacyFacts {
  readonly sampleTypes: readonly SampleType[];
  readonly facts: RecordingFacts;
}

/** Scales sampled values: each allocation was sampled with the probability 1 - exp(-size / rate). */
export function scaledSample(count: number, size: number, rate: number): [number, number] {
  if (rate <= 1) return [count, size];
  if (count === 0 || size === 0) return [0, 0];
  const scale = 1 / (1 - Math.exp(-(size / count) / rate));
  return Number.isFinite(scale) ? [Math.trunc(count * scale), Math.trunc(size * scale)] : [count, size];
}

/** The address of a call, which its return address follows; wraps as in pprof. */
export function callBefore(address: bigint): bigint {
  return BigInt.asUintN(64, address - 1n);
}

/** Addresses of a stack, as they are written. */
export function hexNumbers(text: string): string[] {
  return (text.match(/0x[0-9a-f]+/g) ?? []).map((hex) => (hex.length > 18 ? hex.slice(0, 18) : hex));
}

export function refuseText(lines: LineReader, message: string): DecodeError {
  return new DecodeError('malformed', `${message}.`, {
    place: lines.place,
    remedy: 'Fetch the profile again, or convert it: go tool pprof -proto profile > profile.pb.gz',
  });
}
