/** Samples of an OTLP message that become one profile, in columns: a message may have millions of timestamps. */

import { Float64Column, Int32Column } from '#base/column.ts';
import { PairIndex } from '#base/pair-index.ts';
import type { DecodeLimits } from '#formats/decode-limits.ts';
import { type OtlpFrames, OtlpStacks } from '#formats/decoders/otlp-stacks.ts';
import { ProfileBuilder } from '#formats/profile-builder.ts';
import type { Label } from '#model/labels.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import type { TraceContext, TraceContexts } from '../incoming.ts';
import type { OtlpLabels } from './otlp-labels.ts';
import { MAX_JOINED_LABEL_SETS } from './sample-labels.ts';
import { joinContexts, traceContexts } from './trace-context.ts';

/** Profiles of a message with one set of labels, as one. */
export interface OtlpGroup {
  readonly labels: readonly Label[];
  /** Undefined where the message does not say. */
  readonly timeMs: number | undefined;
  /** The places in the message of the profiles in it, each once. */
  readonly places: readonly number[];
  /** One, or several where one would exceed the limits. @throws DecodeError */
  profiles(): readonly LinkedProfile[];
}

export interface LinkedProfile {
  readonly profile: Profile;
  /** The spans that its samples are linked to or name in attributes; undefined where no sample has a link. */
  readonly spans: TraceContexts | undefined;
}

export interface OtlpKind {
  readonly name: string;
  readonly types: readonly SampleType[];
  readonly period: Profile['period'];
}

/** Values by stack and labels: a message has a sample for each thread. */
export class OtlpRows {
  readonly #keys = new PairIndex(); // stack, labels
  readonly #values = new Float64Column();
  /** Label sets without spans. */
  readonly labelSets = new Set<number>();
  /** Infinity where no time was seen. */
  #startMs = Infinity;

  get length(): number {
    return this.#keys.length;
  }

  get startMs(): number {
    return this.#startMs;
  }

  sawTime(timeMs: number): void {
    if (timeMs < this.#startMs) this.#startMs = timeMs;
  }

  add(stack: number, linked: number, value: number): void {
    const row = this.#keys.intern(stack, linked);
    if (row === this.#values.length) this.#values.push(value);
    else this.#values.values[row] += value;
  }

  addAll(other: OtlpRows): void {
    for (let row = 0; row < other.length; row++)
      this.add(other.#keys.first(row), other.#keys.second(row), other.#values.values[row]);
    for (const set of other.labelSets) this.labelSets.add(set);
    this.sawTime(other.startMs);
  }

  /** Calls `visit` with each row, by stack: neighbours share frames, and the store looks up only what differs. */
  each(visit: (stack: number, linked: number, value: number) => void): void {
    const [stacks, sets] = [this.#keys.firsts, this.#keys.seconds];
    const order = Int32Array.from({ length: this.length }, (_, row) => row);
    order.sort((a, b) => stacks[a] - stacks[b] || sets[a] - sets[b]);
    for (const row of order) visit(stacks[row], sets[row], this.#values.values[row]);
  }
}

export class OtlpSums {
  readonly kind: OtlpKind;
  readonly labels: readonly Label[];
  readonly #rows: OtlpRows;
  readonly #timeMs: number | undefined;
  readonly #places: number[];

  /** @param rows of its first profile @param timeMs of all profiles; undefined where the rows have times */
  constructor(kind: OtlpKind, labels: readonly Label[], rows: OtlpRows, timeMs: number | undefined, place: number) {
    this.kind = kind;
    this.labels = labels;
    this.#rows = rows;
    this.#timeMs = timeMs;
    this.#places = [place];
  }

  /** Whether a profile loses nothing by being in this group: neither samples nor labels of samples. */
  hasRoom(rows: OtlpRows, maxSamples: number): boolean {
    const [own, more] = [this.#rows.labelSets, rows.labelSets];
    if (this.#rows.length + rows.length > maxSamples) return false;
    if (own.size > MAX_JOINED_LABEL_SETS || more.size > MAX_JOINED_LABEL_SETS) return false;
    return new Set([...own, ...more]).size <= MAX_JOINED_LABEL_SETS;
  }

  add(rows: OtlpRows, place: number): void {
    this.#rows.addAll(rows);
    if (this.#places.at(-1) !== place) this.#places.push(place);
  }

  take(frames: OtlpFrames, labels: OtlpLabels, limits: DecodeLimits): OtlpGroup {
    const { startMs } = this.#rows;
    return {
      labels: this.labels,
      timeMs: this.#timeMs ?? (startMs === Infinity ? undefined : startMs),
      places: this.#places,
      profiles: () => this.#profiles(frames, labels, limits),
    };
  }

  #profiles(frames: OtlpFrames, labels: OtlpLabels, limits: DecodeLimits): LinkedProfile[] {
    const made: LinkedProfile[] = [];
    let part = new Part(this.kind, frames, labels, limits);
    this.#rows.each((stack, linked, value) => {
      if (!part.hasRoom(stack, linked)) {
        made.push(part.take());
        part = new Part(this.kind, frames, labels, limits);
      }
      part.add(stack, linked, value);
    });
    made.push(part.take());
    return made;
  }
}

/** Rows that become one profile. */
class Part {
  readonly #kind: OtlpKind;
  readonly #frames: OtlpFrames;
  readonly #labels: OtlpLabels;
  readonly #builder: ProfileBuilder;
  readonly #stacks: OtlpStacks;
  /** The builder's label sets, by their numbers in the message. */
  readonly #sets = new Map<number, { readonly set: number; readonly size: number }>();
  /** By link: the position of its context, -1 without one. */
  readonly #contextOf = new Map<number, number>();
  readonly #contexts: TraceContext[] = [];
  /** By sample. */
  readonly #context = new Int32Column();

  constructor(kind: OtlpKind, frames: OtlpFrames, labels: OtlpLabels, limits: DecodeLimits) {
    this.#kind = kind;
    this.#frames = frames;
    this.#labels = labels;
    this.#builder = new ProfileBuilder(kind.types, limits);
    this.#stacks = new OtlpStacks(frames, this.#builder);
  }

  /** One row has room in any case: each stack and each label set is within the limits. */
  hasRoom(stack: number, linked: number): boolean {
    return this.#builder.sampleCount === 0 || this.#builder.hasRoom(this.#frames.count(stack), this.#set(linked).size);
  }

  /** With two sample types, the second one is the time of the samples that the first one counts. */
  add(stack: number, linked: number, value: number): void {
    const { types, period } = this.#kind;
    const values = types.length === 1 ? [value] : [value, value * (period?.value ?? 0)];
    this.#builder.sample(this.#stacks.node(stack), values, this.#set(linked).set);
    this.#context.push(this.#linkedContext(linked));
  }

  take(): LinkedProfile {
    const profile = { ...this.#builder.take(), period: this.#kind.period };
    if (this.#contexts.length === 0) return { profile, spans: undefined };
    const linked = { of: this.#context.take(), contexts: this.#contexts };
    // Samples without a link may name their span in attributes.
    const named = traceContexts(profile);
    return { profile, spans: named === undefined ? linked : joinContexts(linked, named) };
  }

  #set(linked: number): { readonly set: number; readonly size: number } {
    const set = this.#labels.setOf(linked);
    let known = this.#sets.get(set);
    if (known === undefined) {
      const pairs = this.#labels.pairs(set);
      this.#sets.set(set, (known = { set: this.#builder.labels(pairs), size: pairs.length }));
    }
    return known;
  }

  #linkedContext(linked: number): number {
    const link = this.#labels.linkOf(linked);
    if (link === 0) return -1;
    let known = this.#contextOf.get(link);
    if (known === undefined) {
      const context = this.#labels.context(link);
      this.#contextOf.set(link, (known = context === undefined ? -1 : this.#contexts.push(context) - 1));
    }
    return known;
  }
}
