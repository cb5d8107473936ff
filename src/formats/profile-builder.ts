/**
 * The way from a decoder to a Profile: frames, stacks as nodes of a trie, label sets, samples. All numbers it hands out
 * are interned, all counts are bounded while they grow.
 */
import { Float64Column, Int32Column } from '#base/column.ts';
import { PairIndex } from '#base/pair-index.ts';
import type { LabelTable, Profile, SampleType, ValueColumn } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from './decode-limits.ts';
import { DecodeError } from './format.ts';
import { KindColumn, MAX_FRAME_KINDS } from './frame-kinds.ts';
import { FunctionColumns, lineNumber, needsExact, plainColumn, TextColumn } from './profile-columns.ts';

export interface FrameFacts {
  readonly name: string;
  readonly file?: string;
  /** Line of the call in the file. */
  readonly line?: number;
  /** First line of the function. */
  readonly startLine?: number;
  readonly mapping?: string;
  /** How its code ran (`FrameKinds`); '' where unknown. */
  readonly kind?: string;
}

/** A number is a bigint, whole 64 bits. */
export type LabelPair = readonly [key: string, value: string | bigint, unit?: string];

export interface RecordingFacts {
  readonly timeMs?: number;
  readonly durationMs?: number;
  readonly period?: NonNullable<Profile['period']>;
  /** Index among the types that are kept. */
  readonly defaultSampleType?: number;
  /** Sample types that the file turned out to have, by their numbers; all by default. */
  readonly kept?: readonly number[];
}

/** More notes than this are of no use to anyone. */
const MAX_NOTES = 100;
/** In frames. */
const SHORT_STACK = 64;
const MIN_WHOLE = -(2n ** 63n);
const MAX_WHOLE = 2n ** 63n - 1n;

export class ProfileBuilder {
  readonly #sampleTypes: readonly SampleType[];
  readonly #limits: DecodeLimits;
  readonly #functions = new FunctionColumns();
  readonly #frames = new PairIndex(); // function and kind, line
  readonly #kinds = new KindColumn();
  readonly #nodes = new PairIndex(); // parent, frame; node i is pair i - 1
  readonly #depth = new Int32Column();
  readonly #labels = new LabelSets();
  readonly #sampleNode = new Int32Column();
  readonly #sampleLabels = new Int32Column();
  readonly #values: Float64Column[];
  /** Values beyond doubles, by sample type and sample. */
  readonly #wide: Map<number, bigint>[];
  readonly #times = new Float64Column();
  readonly #notes = new Set<string>();
  #framesInStacks = 0;
  #labelsOfSamples = 0;

  /** @throws DecodeError where there are too many sample types */
  constructor(sampleTypes: readonly SampleType[], limits: DecodeLimits = FILE_LIMITS) {
    if (sampleTypes.length > limits.sampleTypes) refuseCount(limits.sampleTypes, 'sample types', 'sample types');
    this.#sampleTypes = sampleTypes;
    this.#limits = limits;
    this.#depth.push(0);
    this.#values = sampleTypes.map(() => new Float64Column());
    this.#wide = sampleTypes.map(() => new Map());
  }

  get sampleCount(): number {
    return this.#sampleNode.length;
  }

  /** Makes room for about so many more samples at once: growing costs as much as filling. */
  expect(samples: number): void {
    const more =
      Math.min(samples, this.#limits.samples, Math.floor(this.#limits.values / this.#values.length)) - this.sampleCount;
    if (more <= 0) return;
    for (const column of [this.#sampleNode, this.#sampleLabels, this.#times, ...this.#values]) column.reserve(more);
  }

  /** Functions of one name are one function; file, first line and mapping are those of its first sight. */
  frame({ name, file = '', line = 0, startLine = 0, mapping = '', kind = '' }: FrameFacts): number {
    const func = this.#functions.intern(name, file, lineNumber(startLine), mapping);
    if (func >= this.#limits.functions) refuseCount(this.#limits.functions, 'functions', this.#place);
    const at = lineNumber(line);
    this.#functions.sawLine(func, at);
    const frame = this.#frames.intern(func * MAX_FRAME_KINDS + this.#kinds.intern(kind), at);
    if (frame >= this.#limits.lines) refuseCount(this.#limits.lines, 'places in the code', this.#place);
    return frame;
  }

  /** A stack: that of `parent` and one frame below it. Parent 0 is the empty stack. */
  node(parent: number, frame: number): number {
    const node = this.#nodes.intern(parent, frame) + 1;
    if (node === this.#depth.length) {
      if (node > this.#limits.nodes) refuseCount(this.#limits.nodes, 'call paths', this.#place);
      this.#depth.push(this.#depth.values[parent] + 1);
    }
    return node;
  }

  /** Frames of a node's stack. */
  depth(node: number): number {
    return this.#depth.values[node];
  }

  /** The node that a node was made below. */
  parent(node: number): number {
    return this.#nodes.first(node - 1);
  }

  /** A label set for samples; the same pairs in the same order are one. 0 is the empty set. */
  labels(pairs: readonly LabelPair[]): number {
    if (pairs.length > this.#limits.labelsOfSample)
      refuseCount(this.#limits.labelsOfSample, 'labels at one sample', this.#place);
    return this.#labels.intern(pairs);
  }

  /**
   * @param values one per sample type; finite doubles, or whole numbers of 64 bits as bigints
   * @param timeMs since the epoch, or since the start of the recording where only that is known
   */
  sample(node: number, values: ArrayLike<number | bigint>, labels = 0, timeMs?: number): void {
    const { samples, frames, labels: maxLabels } = this.#limits;
    const sample = this.sampleCount;
    if (sample >= samples || (sample + 1) * this.#values.length > this.#limits.values)
      refuseCount(sample, 'samples', this.#place);
    this.#framesInStacks += this.#depth.values[node];
    if (this.#framesInStacks > frames) refuseCount(frames, 'frames in its stacks', this.#place);
    this.#labelsOfSamples += this.#labels.size(labels);
    if (this.#labelsOfSamples > maxLabels) refuseCount(maxLabels, 'labels at its samples', this.#place);
    for (let type = 0; type < this.#values.length; type++) {
      const value = values[type];
      // Nearly all are finite doubles; no -0, because it would be distinguished from 0.
      this.#values[type].push(typeof value === 'number' && value - value === 0 ? value + 0 : this.#double(type, value));
    }
    this.#sampleNode.push(node);
    this.#sampleLabels.push(labels);
    if (timeMs !== undefined && Number.isFinite(timeMs) && this.#times.length === sample) this.#times.push(timeMs);
  }

  /** Whether one more sample stays within the limits even if all of its frames are new. @param labels of the sample */
  hasRoom(frames: number, labels: number): boolean {
    const { functions, lines, nodes, frames: maxFrames, labels: maxLabels, samples, values } = this.#limits;
    const sample = this.sampleCount;
    return (
      sample < samples &&
      (sample + 1) * this.#values.length <= values &&
      this.#functions.length + frames <= functions &&
      this.#frames.length + frames <= lines &&
      this.#nodes.length + frames <= nodes &&
      this.#framesInStacks + frames <= maxFrames &&
      this.#labelsOfSamples + labels <= maxLabels
    );
  }

  /** A sentence for the user about what was left out or understood otherwise; each is kept once. */
  note(sentence: string): void {
    if (this.#notes.size < MAX_NOTES) this.#notes.add(sentence);
  }

  take({ timeMs, durationMs, period, defaultSampleType = 0, kept }: RecordingFacts = {}): Profile {
    const sampleCount = this.sampleCount;
    const types = kept ?? this.#sampleTypes.map((_, type) => type);
    const { stackStart, stackFrames } = this.#stacks();
    const frameCount = this.#frames.length;
    const definition = new Int32Array(frameCount);
    const kinds = new Uint8Array(frameCount);
    for (let frame = 0; frame < frameCount; frame++) {
      const first = this.#frames.first(frame);
      definition[frame] = Math.floor(first / MAX_FRAME_KINDS);
      kinds[frame] = first % MAX_FRAME_KINDS;
    }
    return {
      sampleTypes: types.map((type) => this.#sampleTypes[type]),
      defaultSampleType,
      ...this.#functions.take(definition, this.#frames.takeSeconds(), this.#kinds.take(kinds)),
      sampleCount,
      stackStart,
      stackFrames,
      values: types.map((type) => this.#valueColumn(this.#values[type].take(), this.#wide[type])),
      labels: this.#labels.take(this.#sampleLabels),
      times: sampleCount > 0 && this.#times.length === sampleCount ? this.#times.take() : undefined,
      timeMs,
      durationMs,
      period,
      cut: undefined,
      notes: [...this.#notes],
    };
  }

  get #place(): string {
    return `sample ${this.sampleCount}`;
  }

  #double(type: number, value: number | bigint): number {
    const double = Number(value);
    if (!Number.isFinite(double) || (typeof value === 'bigint' && (value < MIN_WHOLE || value > MAX_WHOLE))) {
      throw new DecodeError('malformed', 'A value does not fit in 64 bits.', {
        place: this.#place,
        remedy: 'The writer of the file is probably at fault: record again with a newer version of it.',
      });
    }
    if (typeof value === 'bigint' && !Number.isSafeInteger(double)) this.#wide[type].set(this.sampleCount, value);
    return double + 0;
  }

  /** Whole numbers go along where doubles could not hold their sum. */
  #valueColumn(values: Float64Array, wide: ReadonlyMap<number, bigint>): ValueColumn {
    if (!needsExact(values)) return plainColumn(values);
    const exact = new BigInt64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = wide.get(i);
      // Doubles of that size were no whole numbers of 64 bits to begin with.
      if (value === undefined && !(Number.isInteger(values[i]) && Math.abs(values[i]) < 2 ** 63))
        return plainColumn(values);
      exact[i] = value ?? BigInt(values[i]);
    }
    return { values, exact };
  }

  #stacks(): Pick<Profile, 'stackStart' | 'stackFrames'> {
    const stackStart = new Int32Array(this.sampleCount + 1);
    const stackFrames = new Int32Array(this.#framesInStacks);
    /** By node: behind its stack where it was written first, 0 where it was not yet. */
    const written = new Int32Array(this.#depth.length);
    const parents = this.#nodes.firsts;
    const frames = this.#nodes.seconds;
    let end = 0;
    for (let sample = 0; sample < this.sampleCount; sample++) {
      let node = this.#sampleNode.values[sample];
      const depth = this.#depth.values[node];
      const before = written[node];
      end += depth;
      // A copy reads what lies together, the way up does not. A call costs more than a short loop.
      if (before > 0 && depth <= SHORT_STACK)
        for (let at = end - depth, from = before - depth; at < end;) stackFrames[at++] = stackFrames[from++];
      else if (before > 0) stackFrames.copyWithin(end - depth, before - depth, before);
      else {
        written[node] = end;
        for (let at = end; node > 0; node = parents[node - 1]) stackFrames[--at] = frames[node - 1];
      }
      stackStart[sample + 1] = end;
    }
    return { stackStart, stackFrames };
  }
}

/** Label sets as a trie of labels: set i is a smaller set and one label more. */
class LabelSets {
  readonly #texts = new TextColumn();
  readonly #numbers = new Map<bigint, number>();
  readonly #number: bigint[] = [];
  readonly #keys = new PairIndex(); // text, unit + 1 or 0 for none
  readonly #labels = new PairIndex(); // key, value: twice the text, or twice the number and 1
  readonly #sets = new PairIndex(); // set, label
  readonly #size = new Int32Column(16);

  constructor() {
    this.#size.push(0);
  }

  intern(pairs: readonly LabelPair[]): number {
    let set = 0;
    for (const pair of pairs) {
      const next = this.#sets.intern(set, this.#label(pair)) + 1;
      if (next === this.#size.length) this.#size.push(this.#size.values[set] + 1);
      set = next;
    }
    return set;
  }

  size(set: number): number {
    return this.#size.values[set];
  }

  /** @param ofSamples the set of each sample */
  take(ofSamples: Int32Column): LabelTable {
    const start = new Int32Array(ofSamples.length + 1);
    for (let i = 0; i < ofSamples.length; i++) start[i + 1] = start[i] + this.size(ofSamples.values[i]);
    const total = start[ofSamples.length];
    const [key, text, unit] = [new Int32Array(total), new Int32Array(total), new Int32Array(total)];
    const number = new BigInt64Array(total);
    for (let i = 0; i < ofSamples.length; i++) {
      let set = ofSamples.values[i];
      for (let at = start[i + 1] - 1; set > 0; at--) {
        const label = this.#sets.second(set - 1);
        const value = this.#labels.second(label);
        const isText = (value & 1) === 0;
        key[at] = this.#keys.first(this.#labels.first(label));
        unit[at] = this.#keys.second(this.#labels.first(label)) - 1;
        text[at] = isText ? value >> 1 : -1;
        number[at] = isText ? 0n : this.#number[value >> 1];
        set = this.#sets.first(set - 1);
      }
    }
    return { start, key, text, number, unit, strings: this.#texts.texts };
  }

  #label([key, value, unit]: LabelPair): number {
    const keyText = this.#texts.intern(key);
    const valueAt =
      typeof value === 'string' ? this.#texts.intern(value) * 2 : this.#numberOf(BigInt.asIntN(64, value)) * 2 + 1;
    const unitText = unit === undefined || unit === '' ? 0 : this.#texts.intern(unit) + 1;
    return this.#labels.intern(this.#keys.intern(keyText, unitText), valueAt);
  }

  #numberOf(number: bigint): number {
    const known = this.#numbers.get(number);
    if (known !== undefined) return known;
    this.#numbers.set(number, this.#number.length);
    return this.#number.push(number) - 1;
  }
}
