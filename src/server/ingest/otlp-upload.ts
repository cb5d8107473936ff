/** An OTLP message as profiles for the store: one for each profile, service and step of time. */

import { type DecodeLimits, refuseCount } from '#formats/decode-limits.ts';
import { valueOf } from '#formats/decoders/otlp.ts';
import {
  entryOf,
  type OtlpAttribute,
  type OtlpMessage,
  type OtlpProfile,
  type OtlpSample,
  type OtlpSamples,
  type OtlpScope,
} from '#formats/decoders/otlp-message.ts';
import { OtlpFrames } from '#formats/decoders/otlp-stacks.ts';
import { refuseOtlp } from '#formats/decoders/otlp-wire.ts';
import type { LabelPair } from '#formats/profile-builder.ts';
import { cleanName } from '../storable-text.ts';
import { type AttributeFolder, serviceOf } from './otlp-attributes.ts';
import { type OtlpGroup, type OtlpKind, OtlpRows, OtlpSums } from './otlp-group.ts';
import { OtlpLabels } from './otlp-labels.ts';
import { Refusal } from './refusal.ts';
import { MAX_UPLOAD_LABEL_TEXT } from './series-budget.ts';
import type { IngestLimits } from './series-of-profile.ts';

/** The smallest step of a query: a batch that spans more is split by its timestamps. */
const STEP_MS = 15_000;
/** Services and steps of one profile. */
const MAX_STEPS = 1000;
/** Profiles that one message becomes. */
const MAX_GROUPS = 10_000;
const TOO_MANY_GROUPS = `The message becomes more than ${MAX_GROUPS} profiles, one for each time, service and type: send fewer in one message.`;
/** Labels that the server adds to those of the resource. */
const OWN_LABELS = 3;

/** Attributes of a sample: which service it is of, and which labels it has. */
interface SampleFacts {
  readonly service: string;
  /** In `OtlpLabels`. */
  readonly set: number;
}

/** Labels of a resource with its scope. */
interface BaseLabels {
  readonly number: number;
  readonly labels: ReadonlyMap<string, string>;
  /** The number of attributes that became no labels. */
  readonly folded: number;
}

/** What one profile adds to one group. */
interface Addition {
  readonly service: string;
  /** 0 where the profile lies within one step. */
  readonly step: number;
  readonly rows: OtlpRows;
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
  readonly #frames: OtlpFrames;
  readonly #labels: OtlpLabels;
  /** The latest group of each key: an older one is full. */
  readonly #groups = new Map<string, OtlpSums>();
  readonly #all: OtlpSums[] = [];
  readonly #bases = new Map<readonly OtlpAttribute[], BaseLabels>();
  /** Kinds, times and labels of resources, by their text. */
  readonly #numbers = new Map<string, number>();
  /** By attribute of the dictionary: its label, null where it becomes none. */
  readonly #pairOf: (LabelPair | null | undefined)[] = [];
  /** Characters of the labels of the message's resources and scopes. */
  #textLeft = MAX_UPLOAD_LABEL_TEXT;
  /** Made once: a message may have ten times the profiles. */
  #full: Refusal | undefined;

  constructor(message: OtlpMessage, limits: IngestLimits, counts: DecodeLimits, folder: AttributeFolder) {
    this.#message = message;
    this.#limits = limits;
    this.#counts = counts;
    this.#folder = folder;
    this.#frames = new OtlpFrames(message.dictionary);
    this.#labels = new OtlpLabels(message.dictionary, counts);
  }

  /** Takes all of the profile, or nothing. @throws Refusal, DecodeError for this profile alone */
  add({ attributes }: OtlpScope, profile: OtlpProfile): void {
    const kind = kindOf(profile);
    const { labelsOfSample } = this.#counts;
    if (profile.attributes.length > labelsOfSample)
      refuseCount(labelsOfSample, 'attributes at one profile', `profile ${profile.place}`);
    const base = this.#baseOf(attributes);
    const times = timesOf(profile.samples);
    const timeMs = times.isSplit ? undefined : profile.timeMs > 0 ? profile.timeMs : times.first;
    const common = this.#number(JSON.stringify([kind.name, kind.types, kind.period, timeMs, base.number]));
    const additions = this.#additions(profile, attributes, times.isSplit);
    const keys = additions.map(({ service, step }) => `${step} ${common} ${service}`);
    const joined = additions.map(({ rows }, i) => {
      const open = this.#groups.get(keys[i]);
      return open?.hasRoom(rows, this.#limits.maxSamples) === true ? open : undefined;
    });
    const made = joined.filter((group) => group === undefined).length;
    if (this.#all.length + made > MAX_GROUPS) throw (this.#full ??= new Refusal('too_many', TOO_MANY_GROUPS));
    this.folded += base.folded;
    for (const [i, { service, rows }] of additions.entries()) {
      if (joined[i] !== undefined) {
        joined[i].add(rows, profile.place);
        continue;
      }
      const labels = new Map(base.labels);
      labels.set('service_name', service).set('__name__', kind.name).set('__otel__', 'true');
      const pairs = [...labels].map(([name, value]) => ({ name, value }));
      const group = new OtlpSums(kind, pairs, rows, timeMs, profile.place);
      this.#groups.set(keys[i], group);
      this.#all.push(group);
    }
  }

  /** The groups of all profiles so far. */
  take(): OtlpGroup[] {
    return this.#all.map((group) => group.take(this.#frames, this.#labels, this.#counts));
  }

  /** Labels by name, as many as a series may have. What is too long is left out. @throws Refusal */
  resourceLabels(attributes: readonly OtlpAttribute[]): ReadonlyMap<string, string> {
    const { labels, folded } = this.#baseOf(attributes);
    this.folded += folded;
    return labels;
  }

  #baseOf(attributes: readonly OtlpAttribute[]): BaseLabels {
    const known = this.#bases.get(attributes);
    if (known !== undefined) return known;
    const labels = new Map<string, string>();
    let folded = 0;
    for (const attribute of attributes) {
      const pair = this.#pair(attribute);
      if (!pair) folded += isNamed(attribute) ? 1 : 0;
      else if (labels.has(pair[0]) || labels.size < this.#limits.maxLabels - OWN_LABELS) labels.set(...pair);
      else folded++;
    }
    for (const [name, value] of labels) this.#textLeft -= name.length + value.length;
    if (this.#textLeft < 0)
      throw new Refusal(
        'too_many',
        `The resources of the message have labels of more than ${MAX_UPLOAD_LABEL_TEXT} characters: send fewer in one message.`,
      );
    const base = { number: this.#number(JSON.stringify([...labels])), labels, folded };
    this.#bases.set(attributes, base);
    return base;
  }

  /** Equal texts have one number. */
  #number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#numbers.size));
    return number;
  }

  #additions(profile: OtlpProfile, attributes: readonly OtlpAttribute[], isSplit: boolean): Addition[] {
    const known = new Map<string, SampleFacts>();
    const byService = new Map<string, Map<number, Addition>>();
    const additions: Addition[] = [];
    const additionOf = (service: string, step: number): Addition => {
      let bySteps = byService.get(service);
      if (bySteps === undefined) byService.set(service, (bySteps = new Map()));
      let found = bySteps.get(step);
      if (found === undefined) {
        if (additions.length === MAX_STEPS)
          throw new Refusal(
            'too_many',
            `A profile has more than ${MAX_STEPS} services and steps: send shorter windows.`,
          );
        bySteps.set(step, (found = { service, step, rows: new OtlpRows() }));
        additions.push(found);
      }
      return found;
    };
    for (const sample of profile.samples) {
      const key = sample.attributes.join();
      let facts = known.get(key);
      if (facts === undefined) known.set(key, (facts = this.#factsOf(profile, sample, attributes)));
      const { service, set } = facts;
      const { stack, times, values } = sample;
      this.#checkStack(stack);
      const linked = this.#labels.linked(set, sample);
      const add = (step: number, value: number): OtlpRows => {
        const { rows } = additionOf(service, step);
        rows.add(stack, linked, value);
        rows.labelSets.add(set);
        return rows;
      };
      if (!isSplit) add(0, valueOf(sample));
      else if (values.length > 0 && values.length !== times.length)
        add(stepOf(times[0]), valueOf(sample)).sawTime(times[0]);
      else
        for (let i = 0; i < times.length; i++)
          add(stepOf(times[i]), values.length === 0 ? 1 : values[i]).sawTime(times[i]);
    }
    return additions;
  }

  /** @throws DecodeError where the stack cannot be in any profile */
  #checkStack(stack: number): void {
    const { functions, lines, nodes, frames } = this.#counts;
    const most = Math.min(functions, lines, nodes, frames);
    if (this.#frames.count(stack) > most) refuseCount(most, 'frames in one stack', `stack ${stack}`);
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
      else if (isNamed(attribute)) this.folded++;
    }
    return { service: serviceOf(attributes, own), set: this.#labels.set(pairs) };
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
}

/** Pyroscope's rules, but that samples of CPU keep their count beside the time. @throws Refusal */
function kindOf({ sampleType, periodType, period }: OtlpProfile): OtlpKind {
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

/** An attribute without a key or a text is nothing that could be a label. */
function isNamed({ key, value }: OtlpAttribute): boolean {
  return key !== '' && value !== '';
}

function stepOf(timeMs: number): number {
  return Math.floor(timeMs / STEP_MS);
}

/** Whether the samples have times in more than one step, and their first time; undefined if none is known. */
function timesOf(samples: OtlpSamples): { readonly isSplit: boolean; readonly first: number | undefined } {
  let [first, last] = [Infinity, -Infinity];
  let firstKnown = Infinity;
  let isTimed = true;
  for (const { times } of samples) {
    if (times.length === 0) isTimed = false;
    for (let i = 0; i < times.length; i++) {
      const time = times[i];
      if (time < first) first = time;
      if (time > last) last = time;
      if (time > 0 && time < firstKnown) firstKnown = time;
    }
  }
  return { isSplit: isTimed && last - first > STEP_MS, first: firstKnown === Infinity ? undefined : firstKnown };
}

function outside(index: number, length: number): never {
  refuseOtlp(`attribute ${index} is not in the table of ${length}`, `attribute ${index}`);
}
