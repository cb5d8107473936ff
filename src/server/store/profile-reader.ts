/** The queries that a store answers. All are synchronous: they run in a reader thread and call `stop` regularly. */

import type { LabelValues } from '#model/label-frames.ts';
import type { LabelMatcher, LabelSet } from '#model/labels.ts';
import type { Damage } from './damage.ts';

/** Both ends included, in ms since the epoch. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

export interface SeriesSelector extends TimeRange {
  /** All must hold. */
  readonly matchers: readonly LabelMatcher[];
}

export interface ProfileSelector extends SeriesSelector {
  /** Five-part profile type id. */
  readonly profileType: string;
  /** Only these uploads; undefined: all. */
  readonly only?: readonly ProfileId[] | undefined;
  /** Only samples of these spans or traces; undefined: all. */
  readonly within?: TraceSelector | undefined;
  /** Only stacks that begin with these function names, root first. Empty: all. */
  readonly callSite: readonly string[];
}

/** Samples that are in any of these. In hex digits, 16 and 32. */
export interface TraceSelector {
  readonly spans: readonly string[];
  readonly traces: readonly string[];
}

/** One upload, by a series of its samples and its time. Uploads of the same labels at one time are taken for one. */
export interface ProfileId {
  readonly series: number;
  readonly timeUs: number;
}

/** Called regularly; throws `Stopped` when the client has left or the deadline has passed. */
export type StopCheck = () => void;

/**
 * What distinguishes the nodes of a merged tree below one parent: `names` of functions alone; `lines` also file, binary
 * and line; `kinds` also how the frames ran.
 */
export type TreeDetail = 'names' | 'lines' | 'kinds';

/** Functions by name, with file, start line and binary of the first sight; with more detail by file, binary and kind too. */
export interface FunctionColumns {
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly startLines: Int32Array; // 0 where unknown
  readonly mappings: readonly string[];
  /** As in `FrameKinds`: '' where unknown, and in a tree without kinds. */
  readonly kinds: readonly string[];
}

/**
 * The sum of all profiles of a question. Node 0 is the root; a parent comes before its children; siblings are in no
 * order. Nodes without total are left out, unless the root is all there is.
 */
export interface MergedTree {
  readonly length: number;
  /** Function by node, -1 at the root. */
  readonly func: Int32Array;
  /** Line by node, 0 where unknown; undefined for a tree of names. */
  readonly line: Int32Array | undefined;
  readonly parent: Int32Array; // -1 at the root
  readonly self: Float64Array;
  readonly total: Float64Array;
  /**
   * By node: what passes on to callees that were left out, as they cannot be among the nodes asked for. Undefined where
   * all are there.
   */
  readonly rest: Float64Array | undefined;
  readonly functions: FunctionColumns;
  /** Profiles with a value in the sum. */
  readonly profiles: number;
  /** What could not be read, in plain sentences. */
  readonly warnings: readonly string[];
}

/** One series of sums. */
export interface SummedSeries {
  /** The group-by labels that the series have. */
  readonly labels: LabelSet;
  /** Right edges of the buckets that hold a profile, ascending, ms. */
  readonly timesMs: Float64Array;
  readonly sums: Float64Array;
  /** The largest upload of each bucket, where asked for. */
  readonly exemplars?: readonly Exemplar[];
}

export interface Exemplar {
  readonly profile: ProfileId;
  /** Where the value is of one span: 16 hex digits, and 32 of its trace, or ''. */
  readonly span?: string;
  readonly trace?: string;
  /** The sum of the upload's samples that the query selects and that are in the series. */
  readonly value: number;
  /** The labels of the upload, without those of its samples and those of the series. */
  readonly labels: LabelSet;
}

/** Values by time and size. */
export interface Heatmap {
  /** Lower edges of the buckets, of one width, ascending. */
  readonly edges: readonly number[];
  /** Most values first, ties by labels. */
  readonly series: readonly HeatSeries[];
}

export interface HeatSeries {
  /** The group-by labels that the series have. */
  readonly labels: LabelSet;
  readonly count: number;
  readonly slots: readonly HeatSlot[];
}

interface HeatSlot {
  /** Right edge, as of the buckets of `timeSeries`. */
  readonly timeMs: number;
  /** By bucket. */
  readonly counts: Int32Array;
  /** One of each bucket that is not empty, where asked for. */
  readonly exemplars: readonly Exemplar[];
}

/** Self of every call-tree node in each of n equal slices of a range; half-open, but the last includes its end. */
export interface SlicedTree {
  /** Over the whole range; `self` and `total` are the sums over the slices. */
  readonly tree: MergedTree;
  readonly sliceCount: number;
  /** Entries of node i: [start[i], start[i + 1]), by ascending slice. */
  readonly start: Int32Array; // nodes + 1
  readonly slice: Uint16Array;
  readonly value: Float64Array;
  /** Samples of each value; empty if the type does not give them. */
  readonly count: Float64Array;
  /** Profiles by slice. */
  readonly profiles: Int32Array;
  /** By function of the tree: how it ran in its services and days, as in `FunctionColumns.kinds`. */
  readonly kinds: readonly ReadonlySet<string>[];
}

export interface ProfileReader {
  /** Ids of the types with a profile in the range (whole hours count). Sorted. */
  profileTypes(range: TimeRange): string[];
  /** Label sets with a profile in the range (whole hours count). */
  series(selector: SeriesSelector): LabelSet[];
  /**
   * @param mostNodes only nodes whose total is among this many largest are needed; only for a tree of names.
   * @throws Stopped
   */
  merge(selector: ProfileSelector, detail: TreeDetail, stop: StopCheck, mostNodes?: number): MergedTree;
  /**
   * Buckets end at start + k·step, k ≥ 0, up to the range's end; the bucket of T is (T − step, T], the first one has its
   * left edge too. Largest sum first, ties by labels. @throws Stopped
   */
  timeSeries(
    selector: ProfileSelector,
    groupBy: readonly string[],
    stepMs: number,
    stop: StopCheck,
    exemplars?: boolean,
  ): SummedSeries[];
  /** One value for each upload, or for each span of each upload. @throws Stopped, TooManySlots */
  heatmap(
    selector: ProfileSelector,
    groupBy: readonly string[],
    stepMs: number,
    of: 'uploads' | 'spans',
    exemplars: boolean,
    stop: StopCheck,
  ): Heatmap;
  /** @param by stacks then begin with a frame for their value (`label-frames.ts`) @throws Stopped */
  slices(selector: ProfileSelector, sliceCount: number, stop: StopCheck, by?: LabelValues): SlicedTree;
  /** The damage that answers left out since the last call. */
  takeDamage(): readonly Damage[];
  /** Times of the oldest and newest profile, ms; undefined while there is none. */
  extent(): { readonly oldestMs: number; readonly newestMs: number } | undefined;
}

/** The steps of all series of a heatmap that have values are too many for one answer. */
export class TooManySlots extends Error {
  constructor(most: number) {
    super(`The heatmap has more than ${most} steps with values, all series together.`);
  }
}

/** The query was cancelled or took too long. */
export class Stopped extends Error {
  readonly why: 'aborted' | 'deadline';
  constructor(why: 'aborted' | 'deadline') {
    super(why === 'aborted' ? 'The client no longer waits for the answer.' : 'The deadline of this query has passed.');
    this.name = 'Stopped';
    this.why = why;
  }
}
