/** An OTLP message as profiles for the store: one for each profile, service and step of time. */

import { Float64Column } from '#base/column.ts';
import { PairIndex } from '#base/pair-index.ts';
import type { DecodeLimits } from '#formats/decode-limits.ts';
import { traceLabelsOf, valueOf } from '#formats/decoders/otlp.ts';
import {
  entryOf,
  type OtlpAttribute,
  type OtlpMessage,
  type OtlpProfile,
  type OtlpSample,
  type OtlpScope,
} from '#formats/decoders/otlp-message.ts';
import { refuseOtlp } from '#formats/decoders/otlp-wire.ts';
import { OtlpStacks } from '#formats/decoders/otlp-stacks.ts';
import { type LabelPair, ProfileBuilder } from '#formats/profile-builder.ts';
import type { Label } from '#model/labels.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { cleanName } from '../storable-text.ts';
import { type AttributeFolder, serviceOf } from './otlp-attributes.ts';
import { Refusal } from './refusal.ts';
import type { IngestLimits } from './series-of-profile.ts';

/** The smallest step of a query: a batch that spans more is split by its timestamps. */
const STEP_MS = 15_000;
/** Steps of one profile. */
const MAX_STEPS = 1000;
/** Labels that the server adds to those of the resource. */
const OWN_LABELS = 3;
/** Profiles are joined only within as many: beyond 200, labels of samples are left out. */
const MAX_JOINED_LABEL_SETS = 150;

/** Profiles of a message with one set of labels, as one. */
export interface OtlpGroup {
  readonly labels: readonly Label[];
  readonly profile: Profile;
  /** Undefined where the message does not say. */
  readonly timeMs: number | undefined;
  /** The number of profiles in it. */
  readonly profiles: number;
}

interface Kind {
  readonly name: string;
  readonly types: readonly SampleType[];
  readonly period: Profile['period'];
}

/** Attributes of a sample: which service it is of, and which labels it has. */
interface SampleFacts {
  readonly service: string;
  readonly labels: readonly LabelPair[];
}

/** What one profile adds to one group. */
interface Addition {
  readonly key: string;
  readonly service: string;
  startMs: number;
  readonly samples: {
    readonly stack: number;
    readonly labels: readonly LabelPair[];
    /** The labels, and the ids of its span. */
    readonly pairs: readonly LabelPair[];
    readonly value: number;
  }[];
}

/**
 * Profiles that differ only in what is folded away become one: the processes of a service on one node are many, and each
 * would make rows of its own for every thread.
 */
export class OtlpGrouper {
  /** Attributes of samples, profiles and resources that became no labels. */
  folded = 0;
  readonly #message: OtlpMessage;
  readonly #limits: IngestLimits;
  readonly #counts: DecodeLimits;
  readonly #folder: AttributeFolder;
  /** The latest group of each key: an older one is full. */
  readonly #groups = new Map<string, Group>();
  readonly #all: Group[] = [];
  /** Labels of samples, by their text: equal ones are one object. */
  readonly #labels = new Map<string, readonly LabelPair[]>();
  /** By attribute of the dictionary: its label, null where it becomes none. */
  readonly #pairOf: (LabelPair | null | undefined)[] = [];

  constructor(message: OtlpMessage, limits: IngestLimits, counts: DecodeLimits, folder: AttributeFolder) {
    this.#message = message;
    this.#limits = limits;
    this.#counts = counts;
    this.#folder = folder;
  }

  /** Takes all of the profile, or nothing. @throws Refusal, DecodeError for this profile alone */
  add({ attributes }: OtlpScope, profile: OtlpProfile): void {
    const kind = kindOf(profile);
    const base = this.resourceLabels(attributes);
    const samples = [...profile.samples];
    const stepOf = stepper(samples);
    const timeMs = stepOf !== undefined ? undefined : profile.timeMs > 0 ? profile.timeMs : earliest(samples);
    const common = JSON.stringify([kind.name, kind.types, kind.period, timeMs, ...base]);
    const additions = this.#additions(profile, samples, attributes, common, stepOf);
    const settle = additions.map((addition) => this.#prepare(addition, kind, base, timeMs, stepOf !== undefined));
    for (const put of settle) put();
  }

  /** The groups of all profiles so far. */
  take(): OtlpGroup[] {
    return this.#all.map((group) => group.take());
  }

  /** Labels by name, as many as a series may have. What is too long is left out. */
  resourceLabels(attributes: readonly OtlpAttribute[]): Map<string, string> {
    const labels = new Map<string, string>();
    for (const attribute of attributes) {
      const pair = this.#pair(attribute);
      if (!pair) this.#countFolded(attribute);
      else if (labels.has(pair[0]) || labels.size < this.#limits.maxLabels - OWN_LABELS) labels.set(...pair);
      else this.folded++;
    }
    return labels;
  }

  #additions(
    profile: OtlpProfile,
    samples: readonly OtlpSample[],
    attributes: readonly OtlpAttribute[],
    common: string,
    stepOf: ReturnType<typeof stepper>,
  ): Addition[] {
    const known = new Map<string, SampleFacts>();
    const additions = new Map<string, Addition>();
    for (const sample of samples) {
      const key = sample.attributes.join();
      let facts = known.get(key);
      if (facts === undefined) known.set(key, (facts = this.#factsOf(profile, sample, attributes)));
      const { service, labels } = facts;
      const pairs = sample.link === 0 ? labels : [...labels, ...traceLabelsOf(sample, this.#message.dictionary)];
      const add = (step: number, timeMs: number, value: number): void => {
        const name = `${step} ${service} ${common}`;
        let found = additions.get(name);
        if (found === undefined) {
          if (additions.size === MAX_STEPS)
            throw new Refusal(
              'too_many',
              `A profile has more than ${MAX_STEPS} services and steps: send shorter windows.`,
            );
          additions.set(name, (found = { key: name, service, startMs: timeMs, samples: [] }));
        }
        if (timeMs < found.startMs) found.startMs = timeMs;
        found.samples.push({ stack: sample.stack, labels, pairs, value });
      };
      const { times, values } = sample;
      if (stepOf === undefined) add(0, 0, valueOf(sample));
      else if (values.length > 0 && values.length !== times.length)
        add(stepOf(times[0]), times[0] ?? 0, valueOf(sample));
      else times.forEach((time, i) => add(stepOf(time), time, values.length === 0 ? 1 : values[i]));
    }
    return [...additions.values()];
  }

  /** @returns what puts the samples into their group; until then none has changed @throws DecodeError */
  #prepare(
    addition: Addition,
    kind: Kind,
    base: ReadonlyMap<string, string>,
    timeMs: number | undefined,
    isStep: boolean,
  ): () => void {
    const open = this.#groups.get(addition.key);
    if (open?.hasRoom(addition, this.#limits.maxSamples) === true) {
      try {
        return open.prepare(addition);
      } catch {
        // It may be too much for this group, or damaged: alone it shows.
      }
    }
    const labels = new Map(base);
    labels.set('service_name', addition.service).set('__name__', kind.name).set('__otel__', 'true');
    const made = new Group(this.#message, this.#counts, kind, labels, isStep ? addition.startMs : timeMs);
    const put = made.prepare(addition);
    return () => {
      this.#groups.set(addition.key, made);
      this.#all.push(made);
      put();
    };
  }

  #factsOf(profile: OtlpProfile, sample: OtlpSample, attributes: readonly OtlpAttribute[]): SampleFacts {
    const { dictionary } = this.#message;
    const own: OtlpAttribute[] = [];
    const pairs = new Map<string, LabelPair>();
    for (const index of [...profile.attributes, ...sample.attributes]) {
      const attribute = entryOf(dictionary.attributes, index) ?? outside(index, dictionary.attributes.length);
      own.push(attribute);
      let pair = this.#pairOf[index];
      if (pair === undefined) this.#pairOf[index] = pair = this.#pair(attribute) ?? null;
      if (pair) pairs.set(pair[0], pair);
      else this.#countFolded(attribute);
    }
    const text = JSON.stringify([...pairs.values()]);
    let labels = this.#labels.get(text);
    if (labels === undefined) this.#labels.set(text, (labels = [...pairs.values()]));
    return { service: serviceOf(attributes, own), labels };
  }

  /** @returns undefined if the attribute becomes no label */
  #pair({ key, value }: OtlpAttribute): readonly [name: string, value: string] | undefined {
    const { maxLabelNameBytes, maxLabelValueBytes } = this.#limits;
    if (key === '' || !this.#folder.isKept(key)) return undefined;
    const name = cleanName(key);
    const text = cleanName(`${value}`);
    const fits = Buffer.byteLength(name) <= maxLabelNameBytes && Buffer.byteLength(text) <= maxLabelValueBytes;
    return text === '' || !fits ? undefined : [name, text];
  }

  /** An attribute without a key or a text is nothing that could be a label. */
  #countFolded({ key, value }: OtlpAttribute): void {
    if (key !== '' && value !== '') this.folded++;
  }
}

/** Values by labels and stack: a message has a sample for each thread. */
class Group {
  readonly #builder: ProfileBuilder;
  readonly #stacks: OtlpStacks;
  readonly #sets = new Map<readonly LabelPair[], number>();
  readonly #labelSets = new Set<readonly LabelPair[]>();
  readonly #rows = new PairIndex(); // node, label set
  readonly #values = new Float64Column(64);
  readonly #kind: Kind;
  readonly #labels: ReadonlyMap<string, string>;
  #timeMs: number | undefined;
  /** Samples that were added. */
  #samples = 0;
  #profiles = 0;

  constructor(
    { dictionary }: OtlpMessage,
    counts: DecodeLimits,
    kind: Kind,
    labels: ReadonlyMap<string, string>,
    timeMs: number | undefined,
  ) {
    this.#builder = new ProfileBuilder(kind.types, counts);
    this.#stacks = new OtlpStacks(dictionary, this.#builder);
    this.#kind = kind;
    this.#labels = labels;
    this.#timeMs = timeMs;
  }

  /** Whether a profile loses nothing by being in this group: neither samples nor labels of samples. */
  hasRoom({ samples }: Addition, maxSamples: number): boolean {
    const sets = new Set([...this.#labelSets, ...samples.map(({ labels }) => labels)]).size;
    return this.#samples + samples.length <= maxSamples && sets <= MAX_JOINED_LABEL_SETS;
  }

  /** @returns what adds the samples @throws DecodeError */
  prepare({ samples, startMs }: Addition): () => void {
    const nodes = samples.map(({ stack }) => this.#stacks.node(stack));
    const sets = samples.map(({ pairs }) => {
      let set = this.#sets.get(pairs);
      if (set === undefined) this.#sets.set(pairs, (set = this.#builder.labels(pairs)));
      return set;
    });
    return () => {
      this.#profiles++;
      this.#samples += samples.length;
      if (this.#timeMs !== undefined && startMs > 0 && startMs < this.#timeMs) this.#timeMs = startMs;
      for (const [i, { labels, value }] of samples.entries()) {
        this.#labelSets.add(labels);
        const row = this.#rows.intern(nodes[i], sets[i]);
        if (row === this.#values.length) this.#values.push(value);
        else this.#values.values[row] += value;
      }
    };
  }

  /** With two sample types, the second one is the time of the samples that the first one counts. */
  take(): OtlpGroup {
    const { types, period } = this.#kind;
    // Neighbours share most of their frames: the store looks up only what differs.
    const [nodes, sets] = [this.#rows.firsts, this.#rows.seconds];
    const order = Int32Array.from({ length: this.#rows.length }, (_, row) => row);
    order.sort((a, b) => nodes[a] - nodes[b] || sets[a] - sets[b]);
    for (const row of order) {
      const value = this.#values.values[row];
      this.#builder.sample(nodes[row], types.length === 1 ? [value] : [value, value * (period?.value ?? 0)], sets[row]);
    }
    return {
      labels: [...this.#labels].map(([name, value]) => ({ name, value })),
      profile: { ...this.#builder.take(), period },
      timeMs: this.#timeMs,
      profiles: this.#profiles,
    };
  }
}

/** Pyroscope's rules, but that samples of CPU keep their count beside the time. @throws Refusal */
function kindOf({ sampleType, periodType, period }: OtlpProfile): Kind {
  if (sampleType.type === '')
    throw new Refusal('bad_profile', 'A profile has no sample type: name one, so that its values have a meaning.');
  const isTime = periodType.unit === 'nanoseconds' || periodType.unit === 'ns';
  if (
    sampleType.type === 'samples' &&
    sampleType.unit === 'count' &&
    periodType.type === 'cpu' &&
    isTime &&
    period > 0
  ) {
    const time = { type: 'cpu', unit: 'nanoseconds' };
    return { name: 'process_cpu', types: [sampleType, time], period: { type: time, value: period } };
  }
  const name = sampleType.type === 'off_cpu' ? 'off_cpu' : periodType.type || sampleType.type;
  return {
    name,
    types: [sampleType],
    period: periodType.type === '' ? undefined : { type: periodType, value: period },
  };
}

/** @returns undefined if all of the profile lies within one step, or its samples have no times */
function stepper(samples: readonly OtlpSample[]): ((time: number | undefined) => number) | undefined {
  let first = Infinity;
  let last = -Infinity;
  for (const { times } of samples) {
    if (times.length === 0) return undefined;
    for (const time of times) {
      if (time < first) first = time;
      if (time > last) last = time;
    }
  }
  if (!(last - first > STEP_MS)) return undefined;
  return (time = first) => Math.floor(time / STEP_MS);
}

function earliest(samples: readonly OtlpSample[]): number | undefined {
  let first = Infinity;
  for (const { times } of samples) for (const time of times) if (time > 0 && time < first) first = time;
  return first === Infinity ? undefined : first;
}

function outside(index: number, length: number): never {
  refuseOtlp(`attribute ${index} is not in the table of ${length}`, `attribute ${index}`);
}
