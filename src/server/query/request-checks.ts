/** Checks the parameters of a query: each function returns the checked value, or throws an error with a remedy. */

import { compileMatcher, MatcherError } from '#model/label-matching.ts';
import type { LabelValues } from '#model/label-frames.ts';
import { parseLabelSelector } from '#model/label-selector.ts';
import type { LabelMatcher } from '#model/labels.ts';
import { valuesOfPattern } from '#model/matcher-values.ts';
import { parseProfileType, type ProfileType } from '#model/profile-type.ts';
import type { StopCheck, TimeRange } from '../store/profile-reader.ts';
import type { QueryLimits } from './query-limits.ts';
import { RpcError } from '../rpc/rpc-error.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** The maximum of a date. */
const MAX_TIME_MS = 8.64e15;
/** Matchers of a request, all selectors together. */
const MAX_MATCHERS = 100;
/** Characters of all patterns of a request: longer ones would take too long to compile. */
const MAX_PATTERN_CHARACTERS = 10_000;
const MAX_GROUP_LABELS = 100;
/** Values of a label that have frames of their own. */
const MAX_LABEL_VALUES = 200;
/** Characters of a client's text in a message. */
const MAX_SHOWN = 200;

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
  if (Math.abs(range.startMs) > MAX_TIME_MS || Math.abs(range.endMs) > MAX_TIME_MS)
    throw refuse('The range is beyond the year 275760: send start and end in ms since 1970.');
  if (range.startMs > range.endMs) throw refuse(`The range ends (${range.endMs}) before it starts (${range.startMs}).`);
  return range;
}

/**
 * @param stop looked at between patterns, as compiling takes its time
 * @throws RpcError with the place of a mistake, counted from 1
 */
export function checkSelector(text: string, stop: StopCheck): readonly LabelMatcher[] {
  return checkSelectors([text], stop);
}

/** Several selectors, of which all must hold. @throws as `checkSelector` */
export function checkSelectors(texts: readonly string[], stop: StopCheck): LabelMatcher[] {
  const matchers: LabelMatcher[] = [];
  let patternCharacters = 0;
  for (const text of texts) {
    const parsed = parseLabelSelector(text);
    if (!parsed.ok) {
      const shown = shorten(text, parsed.at);
      throw refuse(`The label selector ${shown} cannot be read at character ${parsed.at + 1}: ${parsed.message}.`);
    }
    if (matchers.length + parsed.matchers.length > MAX_MATCHERS)
      throw refuse(`The request has more than ${MAX_MATCHERS} matchers.`);
    for (const matcher of parsed.matchers) {
      stop();
      if (isPattern(matcher)) patternCharacters += matcher.value.length;
      if (patternCharacters > MAX_PATTERN_CHARACTERS)
        throw refuse(`The patterns of the request have more than ${MAX_PATTERN_CHARACTERS} characters.`);
      checkMatcher(matcher);
      matchers.push(matcher);
    }
  }
  return matchers;
}

/** Whether it must be compiled: a list of values needs none. */
function isPattern({ operator, value }: LabelMatcher): boolean {
  return (operator === '=~' || operator === '!~') && valuesOfPattern(value) === undefined;
}

function checkMatcher(matcher: LabelMatcher): void {
  try {
    compileMatcher(matcher);
  } catch (error) {
    if (error instanceof MatcherError) throw refuse(error.message);
    throw error;
  }
}

/** An excerpt of a client's text around a position: the whole may be a megabyte. */
function shorten(text: string, at = 0): string {
  if (text.length <= MAX_SHOWN) return text;
  const from = Math.max(0, Math.min(at - MAX_SHOWN / 2, text.length - MAX_SHOWN));
  const part = text.slice(from, from + MAX_SHOWN);
  return `${from > 0 ? '…' : ''}${part}${from + MAX_SHOWN < text.length ? '…' : ''}`;
}

export function checkProfileType(id: string): ProfileType {
  const type = parseProfileType(id);
  if (!type)
    throw refuse(
      `${id === '' ? 'The request has no profile type' : `${shorten(id)} is no profile type`}: send profileTypeID as name:sample type:sample unit:period type:period unit.`,
    );
  return type;
}

/** @returns the number of nodes to keep; 0 and nothing mean the default. */
export function checkMaxNodes(maxNodes: bigint | undefined, limits: QueryLimits): number {
  if (maxNodes === undefined || maxNodes === 0n) return limits.defaultNodes;
  if (maxNodes < 0n || maxNodes > BigInt(limits.mostNodes))
    throw refuse(`maxNodes is ${maxNodes}: send 1 to ${limits.mostNodes}, or leave it out for ${limits.defaultNodes}.`);
  return Number(maxNodes);
}

export function checkGroupBy(labels: readonly string[]): readonly string[] {
  if (labels.length > MAX_GROUP_LABELS) throw refuse(`groupBy has more than ${MAX_GROUP_LABELS} labels.`);
  return labels;
}

/** What stacks begin with; undefined where the request groups by no label. */
export function checkLabelValues({
  by,
  values,
}: {
  readonly by: string;
  readonly values: readonly string[];
}): LabelValues | undefined {
  if (values.length > MAX_LABEL_VALUES) throw refuse(`values has more than ${MAX_LABEL_VALUES} values of the label.`);
  if (by === '' && values.length > 0) throw refuse('The request has values, but by does not name their label.');
  return by === '' ? undefined : { label: by, values };
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
