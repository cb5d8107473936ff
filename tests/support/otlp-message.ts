/** Writes small OTLP messages of profiles for tests, in both numberings of samples, packed or not, and in JSON. */
import { encodeMessage, type Field, message } from './pprof-message.ts';

export interface MadeSample {
  /** Root first. */
  readonly stack: readonly string[];
  readonly values?: readonly number[];
  /** Ns since the epoch. */
  readonly times?: readonly bigint[];
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Hex digits. */
  readonly link?: { readonly trace: string; readonly span: string };
}

interface MadeProfile {
  readonly sampleType?: readonly [type: string, unit: string];
  readonly periodType?: readonly [type: string, unit: string];
  readonly period?: number;
  readonly timeNs?: bigint;
  readonly samples: readonly MadeSample[];
  readonly original?: { readonly format: string; readonly bytes: Uint8Array };
}

export interface MadeResource {
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly profiles: readonly MadeProfile[];
}

export interface OtlpShape {
  readonly numbering?: 'old' | 'new';
  /** One field for each entry of a list. */
  readonly isUnpacked?: boolean;
  readonly isDictionaryFirst?: boolean;
  /** Frames without a function: binary and address. */
  readonly isUnnamed?: boolean;
}

const TIME_NS = 1_795_000_000_000_000_000n;

class Tables {
  readonly strings = [''];
  readonly functions: string[] = [''];
  readonly attributes: (readonly [string, string | number])[] = [['', '']];
  readonly stacks: (readonly number[])[] = [[]];
  readonly links = [{ trace: '', span: '' }];

  text(text: string): number {
    return place(this.strings, text);
  }

  /** One location for each function, of the same number. */
  stack(names: readonly string[]): number {
    const locations = [...names].reverse().map((name) => place(this.functions, name));
    const known = this.stacks.findIndex((one) => one.join() === locations.join());
    return known >= 0 ? known : this.stacks.push(locations) - 1;
  }

  attribute(key: string, value: string | number): number {
    this.text(key);
    const known = this.attributes.findIndex(([name, one]) => name === key && one === value);
    return known >= 0 ? known : this.attributes.push([key, value]) - 1;
  }
}

function place(list: string[], text: string): number {
  const known = list.indexOf(text);
  return known >= 0 ? known : list.push(text) - 1;
}

function anyValue(value: string | number): ReturnType<typeof message> {
  return typeof value === 'number' ? message([3, value]) : message([1, value]);
}

export function otlpMessage(resources: readonly MadeResource[], shape: OtlpShape = {}): Uint8Array {
  const { numbering = 'new', isUnpacked = false, isDictionaryFirst = false, isUnnamed = false } = shape;
  const tables = new Tables();
  const list = (field: number, entries: readonly number[]): Field[] => {
    if (entries.length === 0) return [];
    return isUnpacked ? entries.map((entry) => [field, entry] as const) : [[field, entries]];
  };
  const typeOf = ([type, unit]: readonly [string, string]): ReturnType<typeof message> =>
    message([1, tables.text(type)], [2, tables.text(unit)]);
  const sampleOf = ({ stack, values = [], times = [], attributes = {}, link }: MadeSample): Field => {
    const own = Object.entries(attributes).map(([key, value]) => tables.attribute(key, value));
    const [valueField, attributeField, linkField] = numbering === 'new' ? [4, 2, 3] : [2, 3, 4];
    const stamps = Buffer.alloc(times.length * 8);
    times.forEach((time, i) => stamps.writeBigUInt64LE(time, i * 8));
    return [
      2,
      message(
        [1, tables.stack(stack)],
        ...list(attributeField, own),
        ...list(valueField, values),
        ...(link === undefined ? [] : [[linkField, tables.links.push(link) - 1] as const]),
        ...(times.length === 0 ? [] : [[5, new Uint8Array(stamps)] as const]),
      ),
    ];
  };
  const profileOf = (made: MadeProfile): Field => {
    const { sampleType = ['samples', 'count'], periodType, period = 0, timeNs = TIME_NS, samples, original } = made;
    const [format, payload] = numbering === 'new' ? [9, 10] : [10, 11];
    return [
      2,
      message(
        [1, typeOf(sampleType)],
        ...samples.map(sampleOf),
        [3, { fixed64: timeNs }],
        [4, 10_000_000_000],
        ...(periodType === undefined ? [] : [[5, typeOf(periodType)] as const, [6, period] as const]),
        ...(original === undefined ? [] : [[format, original.format] as const, [payload, original.bytes] as const]),
      ),
    ];
  };
  const sent = resources.map(({ attributes = {}, profiles }): Field => {
    const own = Object.entries(attributes).map(([key, value]): Field => [1, message([1, key], [2, anyValue(value)])]);
    return [1, message([1, message(...own)], [2, message(...profiles.map(profileOf))])];
  });
  const functions = tables.functions.map((name): Field => [3, message([1, tables.text(name)])]);
  const binary = tables.text('/usr/bin/shop');
  const dictionary: Field = [
    2,
    message(
      [1, message()],
      [1, message([4, binary])],
      ...tables.functions.map((_, i): Field => [
        2,
        isUnnamed
          ? message([1, 1], [2, 0xab00 + i])
          : message(...(i === 0 ? [] : [[3, message([1, i], [2, i])] as const])),
      ]),
      ...functions,
      ...tables.links.map(({ trace, span }): Field => [4, message([1, bytesOf(trace)], [2, bytesOf(span)])]),
      ...tables.strings.map((text): Field => [5, text]),
      ...tables.attributes.map(([key, value]): Field => [6, message([1, tables.text(key)], [2, anyValue(value)])]),
      ...tables.stacks.map((stack): Field => [7, message(...list(1, stack))]),
    ),
  ];
  return encodeMessage(message(...(isDictionaryFirst ? [dictionary, ...sent] : [...sent, dictionary])));
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** The same in JSON: 64-bit numbers as texts. */
export function otlpJson(resources: readonly MadeResource[], isSnakeCase = false): string {
  const tables = new Tables();
  const typeOf = ([type, unit]: readonly [string, string]): unknown => ({
    typeStrindex: tables.text(type),
    unitStrindex: tables.text(unit),
  });
  const value = (one: string | number): unknown =>
    typeof one === 'number' ? { intValue: `${one}` } : { stringValue: one };
  const resourceProfiles = resources.map(({ attributes = {}, profiles }) => ({
    resource: { attributes: Object.entries(attributes).map(([key, one]) => ({ key, value: value(one) })) },
    scopeProfiles: [
      {
        profiles: profiles.map(
          ({ sampleType = ['samples', 'count'], periodType, period = 0, timeNs = TIME_NS, samples }) => ({
            sampleType: typeOf(sampleType),
            ...(periodType && { periodType: typeOf(periodType), period: `${period}` }),
            timeUnixNano: `${timeNs}`,
            profileId: '00112233445566778899aabbccddeeff',
            samples: samples.map(({ stack, values = [], times = [], attributes: own = {}, link }) => ({
              stackIndex: tables.stack(stack),
              values: values.map(String),
              timestampsUnixNano: times.map(String),
              ...(link && { linkIndex: tables.links.push(link) - 1 }),
              attributeIndices: Object.entries(own).map(([key, one]) => tables.attribute(key, one)),
            })),
          }),
        ),
      },
    ],
  }));
  const names = tables.functions.map((name) => ({ nameStrindex: tables.text(name) }));
  const dictionary = {
    mappingTable: [{}],
    locationTable: tables.functions.map((_, i) => (i === 0 ? {} : { lines: [{ functionIndex: i, line: `${i}` }] })),
    functionTable: names,
    linkTable: tables.links.map(({ trace, span }) => ({ traceId: trace, spanId: span })),
    attributeTable: tables.attributes.map(([key, one]) => ({ keyStrindex: tables.text(key), value: value(one) })),
    stackTable: tables.stacks.map((locationIndices) => ({ locationIndices })),
    stringTable: tables.strings,
  };
  const text = JSON.stringify({ resourceProfiles, dictionary });
  return isSnakeCase
    ? text.replace(
        /"([a-z]+(?:[A-Z][a-z]+)+)":/g,
        (_, name: string) => `"${name.replace(/[A-Z]/g, (one) => `_${one.toLowerCase()}`)}":`,
      )
    : text;
}
