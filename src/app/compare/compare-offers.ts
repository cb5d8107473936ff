/** What B can be compared with, and why something cannot be. */
import type { TimeRange } from '#model/time-range.ts';
import { areNear, hullOf, MAX_MS } from './band-range.ts';
import type { CostRow, LabelNameRow } from '../source/suggestions.ts';

/** Why ranges of earlier times hold nothing; undefined where they may hold profiles. @param oldestMs the first profile */
export function whyNothing(range: TimeRange | undefined, oldestMs: number | undefined): string | undefined {
  if (range === undefined) return 'the range is unknown';
  return oldestMs !== undefined && range.endMs < oldestMs ? 'no profiles are stored there' : undefined;
}

/** The range with both sides; undefined where they are equal, far apart, or unknown. */
export function bothRanges(a: TimeRange | undefined, b: TimeRange | undefined): TimeRange | undefined {
  if (a === undefined || b === undefined || !areNear(a, b, MAX_MS)) return undefined;
  return a.startMs === b.startMs && a.endMs === b.endMs ? undefined : hullOf([a, b]);
}

/**
 * Labels that can be compared, then labels with one value and the reason.
 * @param matched labels of the query, which hides their other values from the count
 */
export function labelOffers(
  names: readonly LabelNameRow[],
  matched: readonly string[],
  limit: number,
): readonly { readonly name: string; readonly why: string | undefined }[] {
  const offers = names.map(({ name, valueCount }) => ({
    name,
    why: valueCount === 1 && !matched.includes(name) ? 'has one value in these ranges' : undefined,
  }));
  return [...offers.filter(({ why }) => why === undefined), ...offers.filter(({ why }) => why !== undefined)].slice(
    0,
    limit,
  );
}

/** The values with a cost, where any has one: values of the hours around a range come too. */
export function valuesHere(rows: readonly CostRow[]): readonly CostRow[] {
  const costly = rows.filter(({ cost }) => cost !== undefined);
  return costly.length > 0 ? costly : rows;
}
