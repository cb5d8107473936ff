/** An OTLP message as profiles for the store: one for each profile, service and step of time. */

import type { DecodeLimits } from '#formats/decode-limits.ts';
import { traceLabelsOf, valueOf } from '#formats/decoders/otlp.ts';
import {
  entryOf,
  type OtlpAttribute,
  type OtlpMessage,
  type OtlpProfile,
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

/** A profile of a message with the labels of its series. */
export interface OtlpGroup {
  readonly labels: readonly Label[];
  readonly profile: Profile;
  /** Undefined where the message does not say. */
  readonly timeMs: number | undefined;
}

interface Kind {
  readonly name: string;
  readonly types: readonly SampleType[];
  readonly period: Profile['period'];
}

/** Attributes of a sample: which service it is of, and which labels it has. */
interface SampleFacts {
  readonly service: string;
  readonly pairs: readonly LabelPair[];
}

export class OtlpGrouper {
  /** Attributes of samples, profiles and resources that became no labels. */
  folded = 0;
  readonly #message: OtlpMessage;
  readonly #limits: IngestLimits;
  readonly #counts: DecodeLimits;
  readonly #folder: AttributeFolder;

  constructor(message: OtlpMessage, limits: IngestLimits, counts: DecodeLimits, folder: AttributeFolder) {
    this.#message = message;
    this.#limits = limits;
    this.#counts = counts;
    this.#folder = folder;
  }

  /** @throws Refusal, DecodeError for this profile alone */
  groups({ attributes }: OtlpScope, profile: OtlpProfile): OtlpGroup[] {
    const kind = kindOf(profile);
    const { dictionary } = this.#message;
    const base = this.resourceLabels(attributes);
    const known = new Map<string, SampleFacts>();
    const stepOf = stepper(profile);
    const sums = new Map<string, { service: string; startMs: number; sums: Sums }>();
    for (const sample of profile.samples) {
      const key = `${sample.link} ${sample.attributes.join()}`;
      let facts = known.get(key);
      if (facts === undefined) {
        const own = [...profile.attributes, ...sample.attributes].map(
          (index) => entryOf(dictionary.attributes, index) ?? outside(index, dictionary.attributes.length),
        );
        known.set(
          key,
          (facts = {
            service: serviceOf(attributes, own),
            pairs: [...this.#pairs(own), ...traceLabelsOf(sample, dictionary)],
          }),
        );
      }
      const { service, pairs } = facts;
      const add = (step: number, timeMs: number, value: number): void => {
        const name = `${step} ${service}`;
        let found = sums.get(name);
        if (found === undefined) {
          if (sums.size === MAX_STEPS)
            throw new Refusal(
              'too_many',
              `A profile has more than ${MAX_STEPS} services and steps: send shorter windows.`,
            );
          const builder = new ProfileBuilder(kind.types, this.#counts);
          sums.set(
            name,
            (found = { service, startMs: timeMs, sums: new Sums(builder, new OtlpStacks(dictionary, builder)) }),
          );
        }
        if (timeMs < found.startMs) found.startMs = timeMs;
        found.sums.add(sample.stack, pairs, value);
      };
      const { times, values } = sample;
      if (stepOf === undefined) add(0, 0, valueOf(sample));
      else if (values.length > 0 && values.length !== times.length)
        add(stepOf(times[0]), times[0] ?? 0, valueOf(sample));
      else times.forEach((time, i) => add(stepOf(time), time, values.length === 0 ? 1 : values[i]));
    }
    const start = profile.timeMs > 0 ? profile.timeMs : earliest(profile);
    return [...sums.values()].map(({ service, startMs, sums: own }) => {
      const labels = new Map<string, string>(base);
      labels.set('service_name', service).set('__name__', kind.name).set('__otel__', 'true');
      return {
        labels: [...labels].map(([name, value]) => ({ name, value })),
        profile: { ...own.take(kind), period: kind.period },
        timeMs: stepOf === undefined ? start : startMs,
      };
    });
  }

  /** Labels by name, as many as a series may have. What is too long is left out. */
  resourceLabels(attributes: readonly OtlpAttribute[]): Map<string, string> {
    const labels = new Map<string, string>();
    for (const [name, value] of this.#pairs(attributes)) {
      if (labels.has(name) || labels.size < this.#limits.maxLabels - OWN_LABELS) labels.set(name, `${value}`);
      else this.folded++;
    }
    return labels;
  }

  #pairs(attributes: readonly OtlpAttribute[]): LabelPair[] {
    const { maxLabelNameBytes, maxLabelValueBytes } = this.#limits;
    const pairs = new Map<string, string>();
    for (const { key, value } of attributes) {
      if (key === '') continue;
      const name = cleanName(key);
      const text = cleanName(`${value}`);
      const fits = Buffer.byteLength(name) <= maxLabelNameBytes && Buffer.byteLength(text) <= maxLabelValueBytes;
      if (text === '') continue;
      if (fits && this.#folder.isKept(key)) pairs.set(name, text);
      else this.folded++;
    }
    return [...pairs];
  }
}

/** Values by labels and stack: a message has a sample for each thread. */
class Sums {
  readonly #builder: ProfileBuilder;
  readonly #stacks: OtlpStacks;
  readonly #values = new Map<number, Map<number, number>>();

  constructor(builder: ProfileBuilder, stacks: OtlpStacks) {
    this.#builder = builder;
    this.#stacks = stacks;
  }

  add(stack: number, pairs: readonly LabelPair[], value: number): void {
    const set = this.#builder.labels(pairs);
    const node = this.#stacks.node(stack);
    let own = this.#values.get(set);
    if (own === undefined) this.#values.set(set, (own = new Map<number, number>()));
    own.set(node, (own.get(node) ?? 0) + value);
  }

  /** With two sample types, the second one is the time of the samples that the first one counts. */
  take({ types, period }: Kind): Profile {
    for (const [set, byNode] of this.#values) {
      for (const [node, value] of byNode) {
        this.#builder.sample(node, types.length === 1 ? [value] : [value, value * (period?.value ?? 0)], set);
      }
    }
    return this.#builder.take();
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
function stepper({ samples }: OtlpProfile): ((time: number | undefined) => number) | undefined {
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

function earliest({ samples }: OtlpProfile): number | undefined {
  let first = Infinity;
  for (const { times } of samples) for (const time of times) if (time > 0 && time < first) first = time;
  return first === Infinity ? undefined : first;
}

function outside(index: number, length: number): never {
  refuseOtlp(`attribute ${index} is not in the table of ${length}`, `attribute ${index}`);
}
