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
  readonly values: readonly number[];
  /** In ms since the epoch. */
  readonly times: readonly number[];
}

export interface OtlpProfile {
  /** Both parts '' where the message has none. */
  readonly sampleType: OtlpValueType;
  readonly periodType: OtlpValueType;
  readonly period: number;
  readonly samples: readonly OtlpSample[];
  /** 0 where the message has none. */
  readonly timeMs: number;
  readonly durationMs: number;
  readonly attributes: readonly number[];
  /** A profile of another format that the message carries. */
  readonly original: { readonly format: string; readonly bytes: Uint8Array } | undefined;
}

export interface OtlpScope {
  /** Of the resource, then of the scope; a later one of a key counts. */
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
  readonly strings: readonly string[];
  /** File names, as indexes of strings. */
  readonly mappings: readonly number[];
  readonly locations: readonly OtlpLocation[];
  readonly functions: readonly OtlpFunction[];
  readonly attributes: readonly OtlpAttribute[];
  readonly links: readonly OtlpLink[];
  /** Locations, the leaf first. */
  readonly stacks: readonly (readonly number[])[];
}

/** Which field numbers samples have, and by which rule that was found. */
export type OtlpNumbering = 'new' | 'old' | 'json';

export interface OtlpMessage {
  readonly dictionary: OtlpDictionary;
  readonly scopes: readonly OtlpScope[];
  readonly numbering: OtlpNumbering;
}
