/** An OTLP message of profiles as it stands on the wire, whatever its encoding: indexes are not resolved here. */

/** A text, a whole number, or what only has a text here: booleans, fractions, lists. */
export type OtlpValue = string | bigint;

export interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
  readonly unit: string;
}

export interface OtlpValueType {
  readonly type: string;
  readonly unit: string;
}

export interface OtlpSample {
  readonly stack: number;
  readonly attributes: readonly number[];
  /** 0 where the sample is of no span. */
  readonly link: number;
  /** Empty where each timestamp counts one. */
  readonly values: ArrayLike<number>;
  /** In ms since the epoch. */
  readonly times: ArrayLike<number>;
}

/** A list that may be read from its bytes only where it is asked: arrays are such. */
export interface Table<T> {
  readonly length: number;
  /** @param index not below 0; asked for through `entryOf` where it comes from a file */
  at(index: number): T | undefined;
}

/** @returns undefined if the index is not in the table */
export function entryOf<T>(table: Table<T>, index: number): T | undefined {
  return index >= 0 && index < table.length ? table.at(index) : undefined;
}

export type OtlpSamples = Iterable<OtlpSample> & { readonly length: number };

export interface OtlpProfile {
  /** Its place in the message: those that an old message has for each sample type of a profile share it. */
  readonly place: number;
  /** Both parts '' where the message has none. */
  readonly sampleType: OtlpValueType;
  readonly periodType: OtlpValueType;
  readonly period: number;
  readonly samples: OtlpSamples;
  /** 0 where the message has none. */
  readonly timeMs: number;
  readonly durationMs: number;
  readonly attributes: readonly number[];
  /** A profile of another format that the message carries. */
  readonly original: { readonly format: string; readonly bytes: Uint8Array } | undefined;
}

export interface OtlpScope {
  /** Attributes of the resource, then of the scope; for equal keys the later one counts. */
  readonly attributes: readonly OtlpAttribute[];
  readonly profiles: readonly OtlpProfile[];
}

export interface OtlpLine {
  readonly func: number;
  readonly line: number;
}

export interface OtlpLocation {
  readonly mapping: number;
  readonly address: bigint;
  /** The innermost call first. */
  readonly lines: readonly OtlpLine[];
  /** Positions in the table of attributes. */
  readonly attributes: readonly number[];
}

export interface OtlpFunction {
  readonly name: number;
  readonly systemName: number;
  readonly file: number;
  readonly startLine: number;
}

/** A span of a trace, in 16 and 32 hex digits; '' where an id is missing or 0. */
export interface OtlpLink {
  readonly span: string;
  readonly trace: string;
}

export interface OtlpDictionary {
  readonly strings: Table<string>;
  /** File names, as indexes of strings. */
  readonly mappings: Table<number>;
  readonly locations: Table<OtlpLocation>;
  readonly functions: Table<OtlpFunction>;
  readonly attributes: Table<OtlpAttribute>;
  readonly links: Table<OtlpLink>;
  /** Locations, the leaf first. */
  readonly stacks: Table<ArrayLike<number>>;
}

/** Which field numbers samples have, and by which rule that was found. */
export type OtlpNumbering = 'new' | 'old' | 'oldest' | 'json';

export interface OtlpMessage {
  readonly dictionary: OtlpDictionary;
  readonly scopes: readonly OtlpScope[];
  readonly numbering: OtlpNumbering;
}
