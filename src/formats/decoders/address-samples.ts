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
  /** Locations, leaf first. */
  readonly stack: readonly number[];
  readonly values: readonly number[];
  readonly labels: readonly LabelPair[];
  /** Whether the file names the frames of this sample, apart from those that it hides. */
  readonly isNamed?: boolean;
}

export class AddressSamples {
  readonly map = new MemoryMap();
  /** Leaf first: sample i has the locations [start[i], end[i]). */
  readonly #stack = new Int32Column();
  readonly #start = new Int32Column();
  readonly #end = new Int32Column();
  readonly #isNamed = new Int32Column();
  /** By sample, as many as there are sample types. */
  readonly #values: number[] = [];
  readonly #labels = new Int32Column();
  readonly #labelSets: (readonly LabelPair[])[] = [];
  readonly #setOf = new Map<string, number>();
  readonly #limits: DecodeLimits;
  readonly #addresses: bigint[] = [];
  readonly #numbers = new Map<bigint, number>();
  /** Frames of an address, innermost first. */
  readonly #symbols = new Map<bigint, FrameFacts[]>();

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

  get length(): number {
    return this.#start.length;
  }

  /** @param place of the file, for a refusal */
  push({ stack, values, labels, isNamed = false }: AddressSample, place: string): void {
    const { samples, frames } = this.#limits;
    if (this.length >= samples) refuseCount(samples, 'samples', place);
    if (this.#stack.length + stack.length > frames) refuseCount(frames, 'frames in its stacks', place);
    this.#start.push(this.#stack.length);
    for (const location of stack) this.#stack.push(location);
    this.#end.push(this.#stack.length);
    this.#isNamed.push(isNamed ? 1 : 0);
    for (const value of values) this.#values.push(value);
    this.#labels.push(this.#labelSet(labels));
  }

  /** Location of the frame that called the leaf, -1 where there is none. */
  second(sample: number): number {
    const at = this.#start.values[sample] + 1;
    return at < this.#end.values[sample] ? this.#stack.values[at] : -1;
  }

  /** Whether the leaf stands twice: as it was, and as a call. */
  isLeafTwice(sample: number): boolean {
    const second = this.second(sample);
    if (second < 0) return false;
    return this.#addresses[this.#stack.values[this.#start.values[sample]]] === this.#addresses[second] + 1n;
  }

  dropSecond(sample: number): void {
    const start = this.#start.values[sample];
    this.#stack.values[start + 1] = this.#stack.values[start];
    this.#start.values[sample] = start + 1;
  }

  #labelSet(labels: readonly LabelPair[]): number {
    const key = labels.flat().join('\0');
    const known = this.#setOf.get(key);
    if (known !== undefined) return known;
    this.#setOf.set(key, this.#labelSets.length);
    return this.#labelSets.push(labels) - 1;
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
    const labels = this.#labelSets.map((pairs) => builder.labels(pairs));
    const values = new Float64Array(sampleTypes.length);
    for (let sample = 0; sample < this.length; sample++) {
      if (sample % SAMPLES_A_STEP === 0) yield 0.5 + (sample / this.length) * 0.5;
      const hasNames = this.#isNamed.values[sample] === 1;
      let node = 0;
      let isWhole = true;
      for (let at = this.#end.values[sample] - 1; at >= this.#start.values[sample]; at--) {
        const location = this.#stack.values[at];
        if (hasNames && isNamed[location] === 0) {
          isWhole = false;
          continue;
        }
        for (let k = start.values[location]; k < start.values[location + 1]; k++)
          node = builder.node(node, frames.values[k]);
      }
      if (!isWhole) hidden++;
      for (let type = 0; type < values.length; type++) values[type] = this.#values[sample * values.length + type];
      builder.sample(node, values, labels[this.#labels.values[sample]]);
    }
    if (hidden > 0)
      builder.note(
        `In ${hidden} of ${this.length} samples the file hides frames of Go's runtime behind bare addresses: these are left out.`,
      );
    return builder.take(facts);
  }
}
