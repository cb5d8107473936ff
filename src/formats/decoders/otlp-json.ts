/** OTLP's messages of profiles in JSON: protobuf's mapping, names in camel or snake case, 64-bit numbers as texts or numbers. */
import { type DecodeLimits, refuseCount } from '../decode-limits.ts';
import type {
  OtlpAttribute,
  OtlpDictionary,
  OtlpMessage,
  OtlpProfile,
  OtlpSample,
  OtlpValue,
  OtlpValueType,
} from './otlp-message.ts';
import { idText, SPAN_ID_BYTES, TRACE_ID_BYTES } from './otlp-ids.ts';
import { refuseOtlp } from './otlp-wire.ts';

const NS_A_MS = 1e6;
const MAX_DEPTH = 8;

type Json = Readonly<Record<string, unknown>>;

interface ArrayDictionary extends OtlpDictionary {
  readonly strings: readonly string[];
  readonly stacks: (readonly number[])[];
}

/** @param at where the text begins in the file @throws DecodeError */
export function readOtlpJson(text: string, limits: DecodeLimits, at = 0): OtlpMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    refuseOtlp('it is not JSON', `byte ${at}`);
  }
  return new JsonReader(limits).read(objectOf(message, 'the message'));
}

class JsonReader {
  readonly #limits: DecodeLimits;
  #profiles = 0;
  #samples = 0;
  #values = 0;
  #frames = 0;

  constructor(limits: DecodeLimits) {
    this.#limits = limits;
  }

  read(message: Json): OtlpMessage {
    const dictionary = this.#dictionary(objectOf(field(message, 'dictionary') ?? {}, 'dictionary'));
    const { strings } = dictionary;
    const scopes = listOf(message, 'resourceProfiles').flatMap((resource) => {
      const own = attributesOf(objectOf(field(resource, 'resource') ?? {}, 'resource'), strings, this.#limits);
      return listOf(resource, 'scopeProfiles').map((scope) => ({
        attributes: [...own, ...attributesOf(objectOf(field(scope, 'scope') ?? {}, 'scope'), strings, this.#limits)],
        profiles: listOf(scope, 'profiles').flatMap((profile) => this.#profilesOf(profile, dictionary, strings)),
      }));
    });
    return { dictionary, scopes, numbering: 'json' };
  }

  #dictionary(table: Json): ArrayDictionary {
    const limits = this.#limits;
    const strings = arrayOf(table, 'stringTable').map((text) => (typeof text === 'string' ? text : ''));
    this.#check(strings.length, limits.strings, 'strings');
    const mappings = listOf(table, 'mappingTable').map((one) => whole(one, 'filenameStrindex'));
    this.#check(mappings.length, limits.mappings, 'mappings');
    let lineCount = 0;
    const locations = listOf(table, 'locationTable').map((one) => {
      const lines = listOf(one, 'lines', 'line').map((line) => ({
        func: whole(line, 'functionIndex'),
        line: whole(line, 'line'),
      }));
      this.#check(lines.length, limits.linesOfLocation, 'lines at one location');
      lineCount += lines.length;
      const attributes = numbersOf(one, 'attributeIndices');
      return { mapping: whole(one, 'mappingIndex'), address: big(one, 'address'), lines, attributes };
    });
    this.#check(locations.length, limits.locations, 'locations');
    this.#check(lineCount, limits.lines, 'lines');
    const functions = listOf(table, 'functionTable').map((one) => ({
      name: whole(one, 'nameStrindex'),
      systemName: whole(one, 'systemNameStrindex'),
      file: whole(one, 'filenameStrindex'),
      startLine: whole(one, 'startLine'),
    }));
    this.#check(functions.length, limits.functions, 'functions');
    const stacks = listOf(table, 'stackTable').map((one) => numbersOf(one, 'locationIndices'));
    this.#check(stacks.length, limits.samples, 'stacks');
    this.#check(
      stacks.reduce((sum, { length }) => sum + length, 0),
      limits.frames,
      'frames in its stacks',
    );
    const attributes = listOf(table, 'attributeTable').map((one) => ({
      // The oldest messages write keys out.
      key: keyOf(one, strings),
      value: valueOf(field(one, 'value'), strings, 0),
      unit: strings[whole(one, 'unitStrindex')] ?? '',
    }));
    this.#check(attributes.length, limits.labels, 'attributes');
    const links = listOf(table, 'linkTable').map((one) => ({
      trace: linkId(one, 'traceId', TRACE_ID_BYTES),
      span: linkId(one, 'spanId', SPAN_ID_BYTES),
    }));
    this.#check(links.length, limits.labels, 'links');
    return { strings, mappings, locations, functions, stacks, attributes, links };
  }

  /** One for each sample type: the oldest messages have several, and stacks as parts of a list of locations. */
  #profilesOf(profile: Json, { stacks }: ArrayDictionary, strings: readonly string[]): OtlpProfile[] {
    const sampleType = field(profile, 'sampleType');
    const locations = numbersOf(profile, 'locationIndices');
    const samples = listOf(profile, 'samples', 'sample').map((sample) => this.#sample(sample, locations, stacks));
    const original = field(profile, 'originalPayload');
    const format = field(profile, 'originalPayloadFormat');
    const bytes = typeof original === 'string' ? bytesOf(original) : undefined;
    const place = this.#profiles++;
    const types = Array.isArray(sampleType) ? (sampleType as readonly unknown[]) : [sampleType];
    return types.map((type, i) => ({
      place,
      sampleType: typeOf(type, strings),
      periodType: typeOf(field(profile, 'periodType'), strings),
      period: whole(profile, 'period'),
      samples:
        types.length === 1
          ? samples
          : samples.flatMap((sample) => (i < sample.values.length ? { ...sample, values: [sample.values[i]] } : [])),
      timeMs: nsToMs(field(profile, 'timeUnixNano') ?? field(profile, 'timeNanos')),
      durationMs: nsToMs(field(profile, 'durationNano') ?? field(profile, 'durationNanos')),
      attributes: numbersOf(profile, 'attributeIndices'),
      original:
        bytes === undefined || bytes.length === 0
          ? undefined
          : { format: typeof format === 'string' ? format : '', bytes },
    }));
  }

  #sample(sample: Json, locations: readonly number[], stacks: (readonly number[])[]): OtlpSample {
    this.#check(++this.#samples, this.#limits.samples, 'samples');
    const values = numbersOf(sample, 'values', 'value');
    const times = arrayOf(sample, 'timestampsUnixNano').map(nsToMs);
    this.#values += values.length + times.length;
    this.#check(this.#values, this.#limits.values, 'values');
    const length = whole(sample, 'locationsLength');
    let stack = whole(sample, 'stackIndex');
    if (length > 0) {
      const from = whole(sample, 'locationsStartIndex');
      if (from < 0 || from + length > locations.length)
        refuseOtlp(`a stack leaves the list of ${locations.length} locations`, `sample ${this.#samples}`);
      this.#frames += length;
      this.#check(this.#frames, this.#limits.frames, 'frames in its stacks');
      if (stacks.length === 0) stacks.push([]);
      stack = stacks.push(locations.slice(from, from + length)) - 1;
    }
    const attributes = numbersOf(sample, 'attributeIndices');
    return { stack, attributes, link: whole(sample, 'linkIndex'), values, times };
  }

  #check(count: number, limit: number, what: string): void {
    if (count > limit) refuseCount(limit, what, `sample ${this.#samples}`);
  }
}

function keyOf(attribute: Json, strings: readonly string[]): string {
  const key = field(attribute, 'key');
  return typeof key === 'string' ? key : (strings[whole(attribute, 'keyStrindex')] ?? '');
}

/** A field by its name in camel case, or the same in snake case. Own fields alone: names are hostile text. */
function field(object: Json, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.hasOwn(object, snake) ? object[snake] : undefined;
}

function objectOf(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuseOtlp(`${what} is not an object`, what);
  return value as Json;
}

function arrayOf(object: Json, name: string, olderName?: string): readonly unknown[] {
  const value = field(object, name) ?? (olderName === undefined ? undefined : field(object, olderName)) ?? [];
  if (!Array.isArray(value)) refuseOtlp(`${name} is not a list`, name);
  return value;
}

function listOf(object: Json, name: string, olderName?: string): Json[] {
  return arrayOf(object, name, olderName).map((one) => objectOf(one, `an entry of ${name}`));
}

function numbersOf(object: Json, name: string, olderName?: string): number[] {
  return arrayOf(object, name, olderName).map((value) => numberOf(value, name));
}

function whole(object: Json, name: string): number {
  const value = field(object, name);
  return value === undefined || value === null ? 0 : numberOf(value, name);
}

function numberOf(value: unknown, name: string): number {
  const number = typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number))
    refuseOtlp(`${name} has an entry that is not a whole number`, name);
  return number;
}

function big(object: Json, name: string): bigint {
  const value = field(object, name) ?? 0;
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt.asUintN(64, BigInt(value));
  return BigInt(Math.max(0, numberOf(value, name)));
}

/** Nanoseconds since the epoch are beyond doubles: the milliseconds are what is exact. */
function nsToMs(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return numberOf(value, 'a time') / NS_A_MS;
}

function typeOf(value: unknown, strings: readonly string[]): OtlpValueType {
  if (value === undefined || value === null) return { type: '', unit: '' };
  const type = objectOf(value, 'a type');
  const textAt = (name: string): string => {
    const index = whole(type, name);
    const text = strings[index];
    if (text === undefined && index !== 0) refuseOtlp(`string ${index} is not in the table of ${strings.length}`, name);
    return text ?? '';
  };
  return { type: textAt('typeStrindex'), unit: textAt('unitStrindex') };
}

function attributesOf(object: Json, strings: readonly string[], limits: DecodeLimits): OtlpAttribute[] {
  return listOf(object, 'attributes')
    .slice(0, limits.labelsOfSample)
    .map((one) => {
      return { key: keyOf(one, strings), value: valueOf(field(one, 'value'), strings, 0), unit: '' };
    });
}

function valueOf(value: unknown, strings: readonly string[], depth: number): OtlpValue {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return '';
  const any = value as Json;
  const text = field(any, 'stringValue');
  if (typeof text === 'string') return text;
  const truth = field(any, 'boolValue');
  if (typeof truth === 'boolean') return String(truth);
  const integer = field(any, 'intValue');
  if (integer !== undefined) {
    if (typeof integer === 'string' && /^-?\d{1,19}$/.test(integer)) return BigInt.asIntN(64, BigInt(integer));
    return BigInt(numberOf(integer, 'intValue'));
  }
  const double = field(any, 'doubleValue');
  if (double !== undefined) return typeof double === 'number' || typeof double === 'string' ? String(double) : '';
  const index = field(any, 'stringValueStrindex');
  if (index !== undefined) return strings[numberOf(index, 'stringValueStrindex')] ?? '';
  const list = field(any, 'arrayValue');
  if (typeof list === 'object' && list !== null)
    return arrayOf(list as Json, 'values')
      .map((one) => String(valueOf(one, strings, depth + 1)))
      .join(', ');
  return '';
}

/** Hex, as OTLP's JSON wants, or base64, as protobuf's. */
function linkId(object: Json, name: string, bytes: number): string {
  const id = field(object, name);
  if (typeof id !== 'string' || id === '') return '';
  if (id.length === bytes * 2 && /^[0-9a-fA-F]+$/.test(id)) return /[1-9a-f]/i.test(id) ? id.toLowerCase() : '';
  return idText(bytesOf(id, name), bytes);
}

/** @throws DecodeError where it is no base64 */
function bytesOf(base64: string, name = 'originalPayload'): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    refuseOtlp(`${name} is not base64`, name);
  }
}
