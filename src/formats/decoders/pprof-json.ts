/**
 * pprof's message as JSON, in the spellings that are about: protobuf's own (`sampleType`, `stringTable`, ids), Go's
 * `profile.Profile` (`SampleType`, `Location` in full), and tools that put names beside the indexes.
 */
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS } from '../decode-limits.ts';
import { openJson, refuseJson } from '../json-document.ts';
import { type LabelPair, ProfileBuilder } from '../profile-builder.ts';
import { Message, readMessage } from './pprof-json-message.ts';

const STEP = 1024;
const NANOSECONDS_A_MILLISECOND = 1e6;

/** @throws DecodeError */
export function* decodePprofJson(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const json = openJson(bytes);
  const root = yield* readMessage(json);
  json.end();
  return yield* new PprofJson(root, limits).decode();
}

class PprofJson {
  readonly #root: Message;
  readonly #limits: DecodeLimits;
  readonly #strings: readonly unknown[];
  readonly #locations = new Map<string, Message>();
  readonly #functions = new Map<string, Message>();
  readonly #mappings = new Map<string, Message>();
  readonly #framesOf = new Map<string, readonly number[]>();
  readonly #types: readonly SampleType[];
  readonly #builder: ProfileBuilder;

  constructor(root: Message, limits: DecodeLimits) {
    this.#root = root;
    this.#limits = limits;
    const table = root.field('stringTable', 'strings');
    this.#strings = table instanceof Message ? table.list('strings') : root.list('stringTable', 'strings');
    for (const one of root.messages('location', 'locations')) this.#locations.set(one.text('id'), one);
    for (const one of root.messages('function', 'functions')) this.#functions.set(one.text('id'), one);
    for (const one of root.messages('mapping', 'mappings')) this.#mappings.set(one.text('id'), one);
    this.#types = root.messages('sampleType', 'sampleTypes').map((type) => this.#sampleType(type));
    if (this.#types.length === 0) refuseJson('The profile has no sample types.', 'sampleType');
    this.#builder = new ProfileBuilder(this.#types, limits);
  }

  *decode(): Steps<Profile> {
    const root = this.#root;
    const samples = root.messages('sample', 'samples');
    for (const [i, sample] of samples.entries()) {
      if (i % STEP === 0) yield 0.8 + (0.2 * i) / samples.length;
      const place = `sample[${i}]`;
      const values = sample.list('value', 'values').map((value) => wholeOf(value, place));
      if (values.length !== this.#types.length)
        refuseJson(`A sample has ${values.length} values and the profile ${this.#types.length} sample types.`, place);
      let node = 0;
      // The leaf comes first.
      for (const location of sample.list('locationId', 'locationIds', 'location', 'locations').toReversed())
        for (const frame of this.#frames(location, place)) node = this.#builder.node(node, frame);
      this.#builder.sample(node, values, this.#builder.labels(this.#labels(sample, place)));
    }
    const [timeNanos, durationNanos, period] = ['timeNanos', 'durationNanos', 'period'].map((key) =>
      Number(wholeOf(root.field(key) ?? 0, key)),
    );
    const wanted = this.#string(root.field('defaultSampleType'), 'defaultSampleType');
    const named = this.#types.findIndex(({ type }) => type === wanted);
    const periodType = root.field('periodType');
    return this.#builder.take({
      defaultSampleType: named < 0 ? this.#types.length - 1 : named,
      ...(timeNanos > 0 && { timeMs: timeNanos / NANOSECONDS_A_MILLISECOND }),
      ...(durationNanos > 0 && { durationMs: durationNanos / NANOSECONDS_A_MILLISECOND }),
      ...(periodType instanceof Message && {
        period: { type: this.#sampleType(periodType), value: period },
      }),
    });
  }

  /** Root first: of a location's lines the first is the innermost call. */
  #frames(reference: unknown, place: string): readonly number[] {
    const id = reference instanceof Message ? reference.text('id') : String(reference);
    const known = this.#framesOf.get(id);
    if (known !== undefined) return known;
    const location = reference instanceof Message && !reference.isReference ? reference : this.#locations.get(id);
    if (!location) {
      // Tools that dump profiles for people print the first ones only.
      this.#builder.note('The writer shortened the file: samples refer to locations that are not in it.');
      const missing = [this.#builder.frame({ name: `(location ${id})` })];
      this.#framesOf.set(id, missing);
      return missing;
    }
    const lines = location.messages('line', 'lines');
    const mapping = this.#linked(location, this.#mappings, 'mappingId', 'mapping');
    const file = mapping ? this.#name(mapping, 'filename', 'file') : '';
    const base = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
    const frames = lines.map((line) => {
      const func = this.#linked(line, this.#functions, 'functionId', 'function');
      const own = func ?? line;
      const name =
        this.#name(own, 'name') || this.#name(own, 'systemName') || (func ? '' : this.#name(line, 'functionName'));
      return this.#builder.frame({
        name: name || addressName(location, base),
        file: this.#name(own, 'filename'),
        line: Number(wholeOf(line.field('line', 'lineNumber') ?? 0, place)),
        startLine: Number(wholeOf(own.field('startLine') ?? 0, place)),
        mapping: base,
      });
    });
    if (frames.length === 0) frames.push(this.#builder.frame({ name: addressName(location, base), mapping: base }));
    frames.reverse();
    this.#framesOf.set(id, frames);
    return frames;
  }

  /** An item that a message references by id or contains in full. */
  #linked(from: Message, table: ReadonlyMap<string, Message>, idKey: string, key: string): Message | undefined {
    const held = from.field(key);
    if (held instanceof Message && !held.isReference) return held;
    const id = held instanceof Message ? held.text('id') : from.text(idKey);
    return table.get(id);
  }

  /** A name that stands there, or is an index into the table of strings. */
  #name(from: Message, ...keys: string[]): string {
    for (const key of keys) {
      const value = from.field(key);
      // Beside its index it is a text for certain, be it digits.
      const name =
        typeof value === 'string' && from.field(`${key}Index`) !== undefined ? value : this.#string(value, key);
      if (name !== '') return name;
    }
    return '';
  }

  #string(value: unknown, place: string): string {
    if (typeof value === 'string' && !(this.#strings.length > 0 && /^\d+$/.test(value))) return value;
    if (typeof value !== 'number' && typeof value !== 'string') return '';
    if (this.#strings.length === 0) return value === 0 ? '' : String(value);
    const found = this.#strings[Number(value)];
    if (found === undefined) refuseJson(`The string ${value} is not in the table of ${this.#strings.length}.`, place);
    return textOf(found);
  }

  #sampleType(type: Message): SampleType {
    return { type: this.#name(type, 'type') || 'samples', unit: this.#name(type, 'unit') };
  }

  #labels(sample: Message, place: string): readonly LabelPair[] {
    const pairs: LabelPair[] = [];
    const label = sample.field('label', 'labels');
    if (label instanceof Message) {
      // Go: texts and numbers by key.
      for (const [key, values] of label.entries())
        for (const value of Array.isArray(values) ? (values as readonly unknown[]) : [values])
          pairs.push([key, textOf(value)]);
    }
    const numbers = sample.field('numLabel');
    const units = sample.field('numUnit');
    if (numbers instanceof Message) {
      for (const [key, values] of numbers.entries()) {
        const unit = units instanceof Message ? units.list(key) : [];
        for (const [i, value] of (Array.isArray(values) ? (values as readonly unknown[]) : [values]).entries())
          pairs.push([key, BigInt(wholeOf(value, place)), textOf(unit[i])]);
      }
    }
    for (const one of sample.messages('label', 'labels')) {
      const key = this.#string(one.field('key'), place);
      const text = this.#string(one.field('str'), place);
      if (text !== '') pairs.push([key, text]);
      else pairs.push([key, BigInt(wholeOf(one.field('num') ?? 0, place)), this.#string(one.field('numUnit'), place)]);
    }
    return pairs.slice(0, this.#limits.labelsOfSample);
  }
}

function addressName(location: Message, base: string): string {
  const address = wholeOf(location.field('address') ?? 0, 'location');
  return `${base === '' ? '' : `${base}+`}0x${BigInt(address).toString(16)}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A whole number, as JSON has those of 64 bits: perhaps as text. */
function wholeOf(value: unknown, place: string): number | bigint {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return value;
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : BigInt(value);
  }
  return refuseJson('A whole number was expected.', place);
}
