/** The decoded profile as columns, the result of every format. Immutable once `checkProfile` has passed. */

// FunctionIndex: a position in `Profile.functions`.
// FrameIndex: a position in `Profile.frames`.

/** One kind of value that every sample carries, e.g. `{type: 'cpu', unit: 'nanoseconds'}`. Empty where a file does not say. */
export interface SampleType {
  readonly type: string;
  readonly unit: string;
}

/** Functions, distinguished by name alone: two locations of one name are one function, as every flamegraph merges them. */
export interface FunctionTable {
  readonly names: readonly string[];
  /** Source file by function: '' where it is unknown, and where the name stands in several files (`DefinitionTable`). */
  readonly files: readonly string[];
  /** First line of the function where the file tells it, else the smallest line seen; 0 if unknown or in several files. */
  readonly line: Int32Array;
  /** Binary or library by function (file name of the mapping): '' where it is unknown, and where there are several. */
  readonly mappings: readonly string[];
}

/**
 * Definitions: functions distinguished by name, file and binary, so names may repeat. The file and binary of a frame are
 * those of its definition. Where each name has one definition, the columns are those of the functions.
 */
export interface DefinitionTable extends FunctionTable {
  readonly func: Int32Array; // FunctionIndex
}

/** A place in the code that a stack passes through. */
interface FrameTable {
  readonly length: number;
  readonly func: Int32Array; // FunctionIndex
  readonly definition: Int32Array; // position in `Profile.definitions`; the column `func` itself where both are one
  readonly line: Int32Array; // 0 where unknown
  /** Absent where the format says nothing about it. */
  readonly kinds?: FrameKinds;
}

/** How the code of each frame ran, in words: `kernel`, `JIT-compiled`, `inlined`, `Python`. */
export interface FrameKinds {
  /** Each once; the first is '', for frames whose kind is unknown. */
  readonly names: readonly string[];
  /** By frame: a position in `names`. */
  readonly of: Uint8Array;
}

/** Labels of samples, by rows: sample i has the labels [start[i], start[i + 1]). */
export interface LabelTable {
  readonly start: Int32Array; // samples + 1
  readonly key: Int32Array; // into strings
  readonly text: Int32Array; // into strings, -1 for a number
  readonly number: BigInt64Array; // whole 64 bits; 0 for a text
  readonly unit: Int32Array; // into strings, -1 where there is none
  readonly strings: readonly string[];
}

/** The values of all samples in one sample type. */
export interface ValueColumn {
  /** Nearest doubles; exact unless `exact` is there. */
  readonly values: Float64Array;
  /** All values whole. Only where Σ|value| reaches 2^53: elsewhere every sum of `values` is exact. */
  readonly exact: BigInt64Array | undefined;
}

export interface Profile {
  readonly sampleTypes: readonly SampleType[];
  readonly defaultSampleType: number;
  readonly functions: FunctionTable;
  readonly definitions: DefinitionTable;
  readonly frames: FrameTable;
  readonly sampleCount: number;
  /** Sample i passes the frames stackFrames[stackStart[i] .. stackStart[i + 1]), root first. */
  readonly stackStart: Int32Array; // samples + 1
  readonly stackFrames: Int32Array; // FrameIndex
  /** One column per sample type. */
  readonly values: readonly ValueColumn[];
  readonly labels: LabelTable;
  /** When each sample was taken, in ms since the epoch, or since the start of the recording where only that is known. */
  readonly times?: Float64Array | undefined;
  /** Wall clock of the recording in ms since the epoch, and its length in ms, where the file says. */
  readonly timeMs: number | undefined;
  readonly durationMs: number | undefined;
  /** The amount per sample if the file states it; the value is 0 if only the type is known. */
  readonly period: { readonly type: SampleType; readonly value: number } | undefined;
  /** The part that a source cut away: its placeholder function, and its total value. */
  readonly cut: { readonly func: number; readonly value: number } | undefined;
  /** Notes about parts that were left out or interpreted; plain sentences for the user. */
  readonly notes: readonly string[];
  /** Its two sample types are the two sides of a comparison, before and after. */
  readonly isDifferential?: true;
  /** A search for the functions that the file asks to leave out with all they call (transform `prune`). */
  readonly prune?: string;
}

/** The sum of a column, whole where the column is. */
export function sumOfColumn({ values, exact }: ValueColumn): number | bigint {
  let total = 0;
  let whole = 0n;
  if (exact) for (let i = 0; i < exact.length; i++) whole += exact[i];
  else for (let i = 0; i < values.length; i++) total += values[i];
  return exact ? whole : total;
}
