/** The calls that may take long. Arguments and results are columns, so a worker or the page itself can answer. */
import type { ArchiveFile, FormatFacts } from '#formats/format.ts';
import type { FlameChart } from '#model/flame-chart.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import type { CallTree, SiblingOrder } from '#model/call-tree.ts';
import type { WhatChanged } from '#model/changes.ts';
import type { DiffTree, DiffWidth } from '#model/diff.ts';
import type { Evidence } from '#model/evidence.ts';
import type { Interval } from '#model/interval.ts';
import type { LabelValues } from '#model/label-frames.ts';
import type { LabelMatcher } from '#model/labels.ts';
import type { TreeDefinitions } from '#model/located-tree.ts';
import type { Normalisation, Normalised, SideFacts } from '#model/normalise.ts';
import type { ChosenUnits } from '#model/prepared-stacks.ts';
import type { FunctionTable, Profile, SampleType } from '#model/profile.ts';
import type { SourceLines } from '#model/source-lines.ts';
import type { OwnCode } from '#model/runtimes/frame-kind.ts';
import type { Transform } from '#model/transforms/registry.ts';
import type { TreeKinds } from '#model/tree-kinds.ts';
import type { When } from '#model/when.ts';

/** A profile that the worker holds open; invalid after `close`. */
export type ProfileHandle = number & { readonly handle: 'profile' };

/** The facts of a file that was read. Totals are taken over all samples, negative ones too. */
export interface OpenedProfile {
  readonly handle: ProfileHandle;
  readonly format: { readonly id: string; readonly title: string };
  readonly sampleTypes: readonly SampleType[];
  readonly totals: readonly (number | bigint)[];
  readonly defaultSampleType: number;
  readonly sampleCount: number;
  /** By sample type: recorded stacks that have a value of it. */
  readonly stackCounts: readonly number[];
  readonly functions: FunctionTable;
  /** Package of each function, and 1 where it belongs to a runtime, kernel or libc. */
  readonly packages: readonly string[];
  readonly isSystem: Uint8Array;
  /** Presets of "only my code" that fit the profile. */
  readonly ownCode: readonly OwnCode[];
  readonly timeMs: number | undefined;
  readonly durationMs: number | undefined;
  /** How long it took to record; of samples with times at least until the last one ended. */
  readonly recordedMs: number | undefined;
  readonly period: Profile['period'];
  readonly cut: Profile['cut'];
  readonly notes: readonly string[];
  /** See `Profile`. */
  readonly isDifferential: boolean;
  /** See `Profile.prune`. */
  readonly prune: string | undefined;
  /** Keys of the labels that its samples have. */
  readonly labelKeys: readonly string[];
  /** Whether its format says how frames ran (`FrameKinds`). */
  readonly hasKinds: boolean;
  /** Whether each of its samples has a time. */
  readonly isTimed: boolean;
  /** What the source left out because it is damaged there. */
  readonly warnings: readonly string[];
  readonly unpackedBytes: number;
  /** The part of its range that has profiles, 0 to 1; undefined if its samples have no times. */
  readonly coveredShare: number | undefined;
  /** Whether its samples have times. */
  readonly isSliced: boolean;
  readonly decodeMs: number;
}

/** Samples of an open profile: those that match, each below a frame for its value of the label `by`. */
export interface Selection {
  readonly handle: ProfileHandle;
  readonly matchers: readonly LabelMatcher[];
  /** A label, of whose values the largest have groups of their own, or the named ones; undefined: not grouped. */
  readonly by: string | LabelValues | undefined;
  /** The part of the recording; undefined: all of it. */
  readonly during: Interval | undefined;
}

/** When the samples of an open profile ran, those that match. */
export interface WhenRequest extends Pick<Selection, 'handle' | 'matchers'> {
  /** A label; undefined: not grouped. */
  readonly by: string | undefined;
  readonly sampleType: number;
}

/** Which tree: everything that decides its nodes and their order. */
export interface TreeRequest {
  readonly handle: ProfileHandle;
  readonly sampleType: number;
  readonly order: SiblingOrder;
  readonly transforms: readonly Transform[];
}

/** The part of a request that holds for any profile. */
export type TreeView = Pick<TreeRequest, 'order' | 'transforms'>;

/** A part of one thread's samples in the order of time. */
export interface ChartRequest extends Pick<Selection, 'handle' | 'matchers' | 'during'> {
  readonly sampleType: number;
}

/** Times are ms. */
export interface ChartAnswer extends FlameChart {
  readonly byFunction: FunctionColumns;
}

/**
 * Self and total by function, in the sample type's unit; recursion counted once. The placeholder of a cut has zeros.
 */
export interface FunctionColumns {
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** Whole numbers, where the tree has them. */
  readonly exact: { readonly self: readonly bigint[]; readonly total: readonly bigint[] } | undefined;
}

export interface TreeAnswer {
  readonly tree: CallTree;
  readonly byFunction: FunctionColumns;
  /** For names that occur in several files or binaries; undefined if none does. */
  readonly definitions: TreeDefinitions | undefined;
  /** How much of this tree its source cut away. */
  readonly cut: number;
  /** The function tables if transforms made new functions; the profile's functions come first. */
  readonly renamed: Pick<OpenedProfile, 'functions' | 'packages' | 'isSystem'> | undefined;
  /** Frames or stacks that each transform touched; 0: it matched nothing. */
  readonly matched: readonly number[];
  readonly treeMs: number;
}

export interface SearchAnswer {
  /** 1 for each function that matches; with `file:`, `pkg:` and `line:`, if some of its frames match. */
  readonly hit: Uint8Array;
  /** 1 for each node that matches, if only some nodes of a function do; in a comparison by node of the union. */
  readonly hitNodes: Uint8Array | undefined;
  readonly nodes: number;
  /** The cost of stacks through at least one match, counted once. */
  readonly value: number;
  readonly searchMs: number;
}

export interface SandwichAnswer {
  readonly callers: CallTree;
  readonly callees: CallTree;
  readonly total: number;
  readonly self: number;
}

export interface LinesAnswer {
  readonly lines: SourceLines;
  /** Transforms that do not apply to single stacks. */
  readonly unheeded: readonly Transform[];
}

export interface StackValue {
  readonly stack: readonly string[];
  readonly value: number | bigint;
}

/** One side of a comparison. */
export interface DiffSide {
  readonly handle: ProfileHandle;
  readonly sampleType: number;
  readonly facts: SideFacts;
}

export interface DiffRequest {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly normalisation: Normalisation;
  readonly width: DiffWidth;
  readonly order: SiblingOrder;
  /** The same for both sides. */
  readonly transforms: readonly Transform[];
  /** Undefined: units of work are found by dispatch frames. */
  readonly units?: ChosenUnits | undefined;
  /** The evidence whose units `equal-work` uses; the latest one if this one has been dropped. */
  readonly evidence: number | undefined;
}

/** The source of a side's noise: its own slices or counts, or merges of consecutive sub-ranges. */
export type SideNoise =
  | { readonly kind: 'itself' }
  | { readonly kind: 'merges'; readonly handles: readonly ProfileHandle[] };

/** Amounts are in the applied normalisation; columns are by node of the union, except those of `tree` and `node`. */
export interface DiffPicture extends DiffTree, Pick<Normalised, 'a' | 'b'> {}

/** Nodes of the union have the same numbers for every width and normalisation. */
export interface DiffAnswer extends DiffPicture, Pick<Normalised, 'kind' | 'load'> {
  readonly byFunction: { readonly a: SideAmounts; readonly b: SideAmounts };
  readonly functions: FunctionTable;
  readonly packages: readonly string[];
  readonly isSystem: Uint8Array;
  /** As recorded. */
  readonly totals: { readonly a: number | bigint; readonly b: number | bigint };
  /** The share of idle frames in each total, 0 to 1; idle frames are excluded from the evidence. */
  readonly idle: { readonly a: number; readonly b: number };
  readonly negative: { readonly a: CallTree['negative']; readonly b: CallTree['negative'] };
  /** By function of the union: its name in A, if that differs. */
  readonly namesInA: Readonly<Partial<Record<number, string>>>;
  /** A sentence if the sides run two languages; undefined otherwise, or if the languages are unknown. */
  readonly unlike: string | undefined;
  /** Why a different normalisation was applied than requested. */
  readonly refused: string | undefined;
  /** Why each cannot be applied; undefined if it can. */
  readonly reasons: Readonly<Record<Normalisation, string | undefined>>;
  /** Frames or stacks that each transform touched on both sides together. */
  readonly matched: readonly number[];
  readonly diffMs: number;
}

interface SideAmounts {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/**
 * As `SandwichAnswer`, of both sides; functions have their numbers in the union. A side without the function is 0 all
 * over.
 */
export interface SandwichDiffAnswer {
  readonly callers: DiffPicture;
  readonly callees: DiffPicture;
}

export interface EvidenceAnswer extends Pick<
  Evidence,
  'isSliced' | 'isCounted' | 'functions' | 'nodes' | 'nodeRow' | 'likelyRouter'
> {
  readonly id: number;
  /** The number of slices of each side; 1 if it was not sliced. */
  readonly slices: { readonly a: number; readonly b: number };
  /** Whether each side is a file that was sliced by the times of its samples: variation between runs is not in it. */
  readonly isOneRun: boolean;
  /** All supported changes, and the largest of the others. */
  readonly found: WhatChanged & { readonly omittedCount: number };
  readonly evidenceMs: number;
}

/** What an exported profile says of itself. */
export interface ExportFacts {
  readonly name: string;
  /** Where the profile itself does not say it: its begin in ms since the epoch, and its length in ms. */
  readonly timeMs?: number | undefined;
  readonly durationMs?: number | undefined;
}

/** The exports that are written from the tree; pictures are drawn by the page. */
export type TreeExport = 'pprof' | 'collapsed' | 'speedscope';

export interface Exported {
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

/**
 * Every call rejects with `AbortError` when its signal fires before the answer is sent. The signal is last, except
 * before `onProgress`.
 */
export interface Analysis {
  /** Takes the bytes over. @param onProgress gets shares in [0, 1]. @throws DecodeError */
  open(encoded: EncodedProfile, signal: AbortSignal, onProgress?: (share: number) => void): Promise<OpenedProfile>;
  /**
   * `open` and `tree` in one call, for the default sample type: saves a round trip before the first paint.
   * @throws DecodeError
   */
  openWithTree(
    encoded: EncodedProfile,
    view: TreeView,
    signal: AbortSignal,
  ): Promise<{ readonly profile: OpenedProfile; readonly tree: TreeAnswer }>;
  /** Some of an open profile's samples, as a profile of its own. */
  select(selection: Selection, signal: AbortSignal): Promise<OpenedProfile>;
  /** Labels of the samples that match, and how many values each has; undefined if these were not counted. */
  labelNames(
    handle: ProfileHandle,
    matchers: readonly LabelMatcher[],
    signal: AbortSignal,
  ): Promise<readonly { readonly name: string; readonly valueCount: number | undefined }[]>;
  /**
   * Values of a label in the samples that match, with their cost in the sample type; the largest first.
   * @param how each: as matchers select them; joined: as `select` groups them, several values of a sample as one
   */
  labelValues(
    request: Pick<TreeRequest, 'handle' | 'sampleType'>,
    name: string,
    matchers: readonly LabelMatcher[],
    how: 'each' | 'joined',
    signal: AbortSignal,
  ): Promise<readonly { readonly name: string; readonly cost: number }[]>;
  /** The recording over time; undefined if samples have no times. */
  when(request: WhenRequest, signal: AbortSignal): Promise<When | undefined>;
  /** The calls of the thread that ran longest, of the samples that match; undefined where these have no times. */
  flameChart(request: ChartRequest, signal: AbortSignal): Promise<ChartAnswer | undefined>;
  /**
   * The files of an archive that holds several; empty for any other file, which `open` reads directly. @throws
   * DecodeError
   */
  unpack(bytes: Uint8Array, signal: AbortSignal): Promise<readonly ArchiveFile[]>;
  tree(request: TreeRequest, signal: AbortSignal): Promise<TreeAnswer>;
  /** How the frames of the tree ran; undefined where the format does not say. */
  frameKinds(request: TreeRequest, signal: AbortSignal): Promise<TreeKinds | undefined>;
  /** @param text as typed; what cannot be parsed matches nothing (the page parses it first, to say so). */
  search(request: TreeRequest, text: string, signal: AbortSignal): Promise<SearchAnswer>;
  sandwich(request: TreeRequest, func: number, signal: AbortSignal): Promise<SandwichAnswer>;
  /** What each line of the source files costs. */
  lines(request: TreeRequest, signal: AbortSignal): Promise<LinesAnswer>;
  /** Merged stacks with a non-zero self, names root first. */
  stacks(request: TreeRequest, signal: AbortSignal): Promise<readonly StackValue[]>;
  exportTree(request: TreeRequest, kind: TreeExport, of: ExportFacts, signal: AbortSignal): Promise<Exported>;
  diff(request: DiffRequest, signal: AbortSignal): Promise<DiffAnswer>;
  evidence(
    request: DiffRequest,
    noise: { readonly a: SideNoise; readonly b: SideNoise },
    signal: AbortSignal,
  ): Promise<EvidenceAnswer>;
  searchDiff(request: DiffRequest, text: string, signal: AbortSignal): Promise<SearchAnswer>;
  sandwichDiff(request: DiffRequest, func: number, signal: AbortSignal): Promise<SandwichDiffAnswer>;
  /** Collapsed stacks of both sides, as recorded. */
  exportDiff(request: DiffRequest, signal: AbortSignal): Promise<Exported>;
  /** The whole profile in a form that `open` reads: for snapshots. */
  pack(handle: ProfileHandle, signal: AbortSignal): Promise<Pick<EncodedProfile, 'bytes' | 'form'>>;
  /** The file formats that `open` reads. */
  formats(signal: AbortSignal): Promise<readonly FormatFacts[]>;
  close(handle: ProfileHandle): void;
}

export type CallName = Exclude<keyof Analysis, 'close'>;

/**
 * Every call to the worker. A call that opens returns a handle, and transfers the bytes of its first argument.
 */
export const analysisCalls: Readonly<Record<CallName, 'opens' | 'asks'>> = {
  open: 'opens',
  openWithTree: 'opens',
  select: 'opens',
  labelNames: 'asks',
  labelValues: 'asks',
  when: 'asks',
  flameChart: 'asks',
  unpack: 'asks',
  tree: 'asks',
  frameKinds: 'asks',
  search: 'asks',
  sandwich: 'asks',
  lines: 'asks',
  stacks: 'asks',
  exportTree: 'asks',
  diff: 'asks',
  evidence: 'asks',
  searchDiff: 'asks',
  sandwichDiff: 'asks',
  exportDiff: 'asks',
  pack: 'asks',
  formats: 'asks',
};
