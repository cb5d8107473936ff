/**
 * Where continuous profiles come from. The embedded server and a Pyroscope cluster are one kind: they speak one API.
 */
import type { EncodedProfile } from '#model/encoded-profile.ts';
import type { LabelMatcher, LabelSet } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import type { WorkAnswer, WorkQuestion } from '#wire/work.ts';
import type { PostedMarker } from './posted-markers.ts';

/** What is known of the whole store. Undefined where there is not one profile. */
export interface StoredRange {
  readonly oldestMs: number;
  readonly newestMs: number;
}

/** Sums per step. A source sums every type; the caller has to know that snapshots are not additive. */
export interface SeriesQuestion {
  readonly query: ProfileQuery;
  readonly stepMs: number;
  /** Label names; [] sums everything to one series. */
  readonly groupBy: readonly string[];
  /** Only stacks through this call site, names root first; [] selects everything. */
  readonly callSite: readonly string[];
  /** The largest series by sum; undefined asks for all. */
  readonly limit: number | undefined;
}

/** Every call rejects with `AbortError` when its signal fires, and with `SourceError` when the source refuses. */
export interface DataSource {
  readonly id: string;
  readonly title: string;
  /**
   * Label sets over the given names, each combination once: which services have which types, which values go together.
   */
  labelSets(
    names: readonly string[],
    matchers: readonly LabelMatcher[],
    range: TimeRange,
    signal: AbortSignal,
  ): Promise<readonly LabelSet[]>;
  labelNames(matchers: readonly LabelMatcher[], range: TimeRange, signal: AbortSignal): Promise<readonly string[]>;
  labelValues(
    name: string,
    matchers: readonly LabelMatcher[],
    range: TimeRange,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  series(question: SeriesQuestion, signal: AbortSignal): Promise<readonly Series[]>;
  /** The largest `maxNodes` nodes. Functions have names only. */
  mergedTree(query: ProfileQuery, maxNodes: number, signal: AbortSignal): Promise<EncodedProfile>;
  /** Everything, with files and lines. */
  mergedPprof(query: ProfileQuery, signal: AbortSignal): Promise<EncodedProfile>;
  /**
   * Every node, with its amount in each part of the range; undefined if the source has no slices.
   * @param count of parts
   */
  slices(query: ProfileQuery, count: number, signal: AbortSignal): Promise<EncodedProfile | undefined>;
  storedRange(signal: AbortSignal): Promise<StoredRange | undefined>;
  /** Markers of the range and service, and those without a service. */
  postedMarkers(range: TimeRange, service: string | undefined, signal: AbortSignal): Promise<readonly PostedMarker[]>;
  /** Requests that a service served; undefined where the source has no counts. */
  work(question: WorkQuestion, signal: AbortSignal): Promise<WorkAnswer | undefined>;
}

/**
 * `limit`: the range is longer than the source allows; `busy`: it is asked too often; `unknown-call`: the source does not
 * support the call; `refused`: it answered with an error; `offline`: it did not answer; `unauthorised`: it wants a token;
 * `not-kept`: a snapshot does not hold it.
 */
export type SourceErrorCode = 'limit' | 'busy' | 'unknown-call' | 'refused' | 'offline' | 'unauthorised' | 'not-kept';

export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;
  /** The longest range that is allowed, in ms, where the source says. */
  readonly longestRangeMs: number | undefined;

  /** @param message the source's own words where it has some */
  constructor(code: SourceErrorCode, message: string, longestRangeMs?: number) {
    super(message);
    this.code = code;
    this.longestRangeMs = longestRangeMs;
  }
}
