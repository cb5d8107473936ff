/** One cause of what changed between two sides. */
import type { CallPath } from './call-path.ts';

/** `either`: more calls, or each costs more; nothing in the profiles tells which. */
export type ChangeKind = 'code' | 'work' | 'either' | 'moved' | 'runtime';

/** One cause. Amounts are in the shown normalisation, percents are in percent. */
export interface Change {
  readonly kind: ChangeKind;
  /** Name of the function, or of the frame that names a unit of work. */
  readonly name: string;
  /** Where the function changed most; of a unit, its place. */
  readonly path: CallPath;
  /** What a function costs itself, or with what it calls; the whole of a unit. */
  readonly scope: 'self' | 'subtree' | 'unit';
  /** The unit that a function changed in, where it did so in one alone; of a move, the function on its other end. */
  readonly within: string | undefined;
  /** Whether the amounts of a function itself have those of the runtime's helpers that it calls: they are counted with it. */
  readonly hasHelpers?: boolean;
  /** Names of functions that are counted with it: any of them may have changed, since one may be inlined in another. */
  readonly inlined?: readonly string[] | undefined;
  /** Amount of the cause. Of several causes each node belongs to one. */
  readonly selfA: number;
  readonly selfB: number;
  readonly delta: number;
  /** Null from 0 and to 0. */
  readonly deltaPct: number | null;
  /**
   * What of the delta is code: of a function beyond the growth of its units (of the whole of them, itself included, where
   * the change is not supported), of a unit all but its growth.
   */
  readonly code: number;
  /**
   * Percent by the test that has the interval and the verdict: of a function its cost on B beside what it would be had it
   * changed as the rest of its units, of a unit its growth beside the others, by counts where its requests are known. Of a
   * supported function it is also `code` as a part of what B would have without it. Null for what is new or gone.
   */
  readonly codePct: number | null;
  /** 95 % interval of `codePct`; `high` is null where it has no end. */
  readonly low: number | null;
  readonly high: number | null;
  readonly supported: boolean;
  /** Part of the whole change that this cause alone accounts for; of a net change, negative where it goes the other way. */
  readonly explained: number;
  /** What the cause did: `code` of a function, the rest of a unit's delta. */
  readonly part: number;
  readonly trend: 'new' | 'gone' | 'grew' | 'shrank';
  /** What belongs to no unit of work. */
  readonly isRemainder: boolean;
  /** Function of the union, or unit. */
  readonly index: number;
  /** Where the requests of its route are known. */
  readonly requests?: ChangeRequests | undefined;
}

/** What the requests of a change's route did. */
export interface ChangeRequests {
  readonly route: string;
  /** Per second, on each side. */
  readonly a: number;
  readonly b: number;
  /** Requests per second of all routes together. */
  readonly allA: number;
  readonly allB: number;
  /** What each request costs on B beyond A, in percent; null where a side has no cost or no requests. */
  readonly costPct: number | null;
  /** The change's own percent, with its interval, is `costPct`. */
  readonly isMeasure: boolean;
}

export interface RankedChange {
  readonly change: Change;
  readonly rank: number;
}
