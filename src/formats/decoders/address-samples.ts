/** Samples whose frames are addresses, as the old formats of pprof have them: symbols and the memory map may come later. */
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, refuseCount } from '../decode-limits.ts';
import { type FrameFacts, type LabelPair, ProfileBuilder, type RecordingFacts } from '../profile-builder.ts';
import { MemoryMap } from './memory-map.ts';

/** Inlined calls of one address. */
const MAX_FRAMES_OF_ADDRESS = 1000;
const SAMPLES_A_STEP = 4096;

export interface AddressSample {
  /** Of the locations, leaf first. */
  readonly stack: readonly number[];
  readonly values: readonly number[];
  readonly labels: readonly LabelPair[];
  /** Whether the file names the frames of this sample, apart from those that it hides. */
  readonly isNamed?: boolean;
}

export class AddressSamples {
  readonly map = new MemoryMap();
  readonly samples: AddressSample[] = [];
  readonly #limits: DecodeLimits;
  readonly #addresses: bigint[] = [];
  readonly #numbers = new Map<bigint, number>();
  /** Frames of an address, innermost first. */
  readonly #symbols = new Map<bigint, FrameFacts[]>();
  #frames = 0;

  constructor(limits: DecodeLimits) {
    this.#limits = limits;
  }

  location(address: bigint): number {
    const known = this.#numbers.get(address);
    if (known !== undefined) return known;
    this.#numbers.set(address, this.#addresses.length);
    return this.#addresses.push(address) - 1;
  }

  addressOf(location: number): bigint {
    return this.#addresses[location];
  }

  /** @param place of the file, for a refusal */
  push(sample: AddressSample, place: string): void {
    this.#frames += sample.stack.length;
    if (this.samples.length >= this.#limits.samples) refuseCount(this.#limits.samples, 'samples', place);
    if (this.#frames > this.#limits.frames) refuseCount(this.#limits.frames, 'frames in its stacks', place);
    this.samples.push(sample);
  }

  /** @param frames innermost first; the first that an address is given count */
  symbol(address: bigint, frames: readonly FrameFacts[]): void {
    if (!this.#symbols.has(address)) this.#symbols.set(address, frames.slice(0, MAX_FRAMES_OF_ADDRESS));
  }

  *profile(sampleTypes: readonly SampleType[], facts: RecordingFacts): Steps<Profile> {
    const builder = new ProfileBuilder(sampleTypes, this.#limits);
    const start = new Int32Column();
    const frames = new Int32Column();
    const isNamed = new Uint8Array(this.#addresses.length);
    for (const [number, address] of this.#addresses.entries()) {
      if (number % SAMPLES_A_STEP === 0) yield (number / this.#addresses.length) * 0.5;
      start.push(frames.length);
      const mapping = this.map.fileOf(address);
      const symbols = this.#symbols.get(address);
      isNamed[number] = symbols ? 1 : 0;
      const hex = `0x${address.toString(16)}`;
      // Outermost first.
      const outer = symbols?.toReversed() ?? [{ name: mapping === '' ? hex : `${mapping}+${hex}` }];
      for (const one of outer) frames.push(builder.frame({ mapping, ...one }));
    }
    start.push(frames.length);
    let hidden = 0;
    for (const [i, { stack, values, labels, isNamed: hasNames }] of this.samples.entries()) {
      if (i % SAMPLES_A_STEP === 0) yield 0.5 + (i / this.samples.length) * 0.5;
      let node = 0;
      let isWhole = true;
      for (let at = stack.length - 1; at >= 0; at--) {
        const location = stack[at];
        if (hasNames === true && isNamed[location] === 0) {
          isWhole = false;
          continue;
        }
        for (let k = start.values[location]; k < start.values[location + 1]; k++)
          node = builder.node(node, frames.values[k]);
      }
      if (!isWhole) hidden++;
      builder.sample(node, values, labels.length === 0 ? 0 : builder.labels(labels));
    }
    if (hidden > 0)
      builder.note(
        `In ${hidden} of ${this.samples.length} samples the file hides frames of Go's runtime behind bare addresses: these are left out.`,
      );
    return builder.take(facts);
  }
}
