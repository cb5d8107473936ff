/** Limits of a profile, checked while the bytes are scanned, since a few bytes can describe much memory. */
import { DecodeError } from './format.ts';

export interface DecodeLimits {
  readonly sampleTypes: number;
  readonly samples: number;
  /** Samples times sample types. */
  readonly values: number;
  readonly functions: number;
  readonly mappings: number;
  readonly locations: number;
  /** Inlined calls of one location. */
  readonly linesOfLocation: number;
  /** In all locations. */
  readonly lines: number;
  readonly strings: number;
  readonly comments: number;
  readonly labelsOfSample: number;
  /** Labels of all samples. */
  readonly labels: number;
  /** Nodes of the tree of stacks. */
  readonly nodes: number;
  /** In all stacks: inlined lines could multiply a small file without bound. */
  readonly frames: number;
}

/** Limits of an opened file: 512 MiB of frames, and as many of values. A Map takes fewer than 2^24 names. */
export const FILE_LIMITS: DecodeLimits = {
  sampleTypes: 64,
  samples: 1 << 24,
  values: 1 << 26,
  functions: 1 << 23,
  mappings: 1 << 20,
  locations: 1 << 23,
  linesOfLocation: 1000,
  lines: 1 << 23,
  strings: 1 << 23,
  comments: 65_536,
  labelsOfSample: 1000,
  labels: 1 << 25,
  nodes: 1 << 24,
  frames: 1 << 27,
};

/** @param where the count was exceeded */
export function refuseCount(limit: number, what: string, place: string): never {
  throw new DecodeError('too-large', `The profile has more than ${limit.toLocaleString('en')} ${what}.`, {
    place,
    remedy: 'Record for a shorter time, or merge the profile with its own tool first (go tool pprof -proto).',
  });
}
