/** What a query may ask for: each check returns what the store is asked with, or refuses in words that help. */

import { compileMatchers, MatcherError } from '#model/label-matching.ts';
import { parseLabelSelector } from '#model/label-selector.ts';
import type { LabelMatcher } from '#model/labels.ts';
import { parseProfileType, type ProfileType } from '#model/profile-type.ts';
import type { TimeRange } from '../store/profile-reader.ts';
import type { QueryLimits } from './query-limits.ts';
import { RpcError } from './rpc-error.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface Ends {
  readonly start: bigint;
  readonly end: bigint;
}

/** @throws RpcError for a range that is missing or reversed */
export function checkRange({ start, end }: Ends): TimeRange {
  if (start === 0n || end === 0n) throw refuse('The request has no time range: send start and end, in ms since 1970.');
  return ordered({ startMs: Number(start), endMs: Number(end) });
}

/** As `checkRange`, for questions whose work grows with the range. */
export function checkLimitedRange(ends: Ends, limits: QueryLimits): TimeRange {
  const range = checkRange(ends);
  if (range.endMs - range.startMs > limits.mostRangeMs) {
    const days = Math.round(((range.endMs - range.startMs) / DAY_MS) * 10) / 10;
    throw refuse(`The range is ${days} days long; ask for at most ${limits.mostRangeMs / DAY_MS} at a time.`);
  }
  return range;
}

/** The last hour where neither end is given. */
export function rangeOrLastHour({ start, end }: Ends, nowMs: number): TimeRange {
  if (start === 0n && end === 0n) return { startMs: nowMs - HOUR_MS, endMs: nowMs };
  return ordered({ startMs: Number(start), endMs: Number(end) });
}

function ordered(range: TimeRange): TimeRange {
  if (range.startMs > range.endMs) throw refuse(`The range ends (${range.endMs}) before it starts (${range.startMs}).`);
  return range;
}

/** @throws RpcError with the place of a mistake, counted from 1 */
export function checkSelector(text: string): readonly LabelMatcher[] {
  const parsed = parseLabelSelector(text);
  if (!parsed.ok)
    throw refuse(`The label selector ${text} cannot be read at letter ${parsed.at + 1}: ${parsed.message}.`);
  try {
    compileMatchers(parsed.matchers);
  } catch (error) {
    if (error instanceof MatcherError) throw refuse(error.message);
    throw error;
  }
  return parsed.matchers;
}

/** Several selectors, of which all must hold. */
export function checkSelectors(texts: readonly string[]): LabelMatcher[] {
  return texts.flatMap(checkSelector);
}

export function checkProfileType(id: string): ProfileType {
  const type = parseProfileType(id);
  if (!type)
    throw refuse(
      `${id === '' ? 'The request has no profile type' : `${id} is no profile type`}: send profileTypeID as name:sample type:sample unit:period type:period unit.`,
    );
  return type;
}

/** @returns the number of nodes to keep; 0 and nothing mean the default. */
export function checkMaxNodes(maxNodes: bigint | undefined, limits: QueryLimits): number {
  if (maxNodes === undefined || maxNodes === 0n) return limits.defaultNodes;
  if (maxNodes < 0n || maxNodes > BigInt(limits.mostNodes))
    throw refuse(`maxNodes is ${maxNodes}: send 1 to ${limits.mostNodes}, or nothing for ${limits.defaultNodes}.`);
  return Number(maxNodes);
}

/** @param seconds as the request has it. @returns whole ms */
export function checkStep(seconds: number): number {
  const stepMs = Math.trunc(seconds * 1000);
  if (!(stepMs >= 1) || !Number.isSafeInteger(stepMs)) throw refuse('The step must be at least 0.001 s.');
  return stepMs;
}

export function refuse(message: string): RpcError {
  return new RpcError('invalid_argument', message);
}
