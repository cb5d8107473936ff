/** Labels whose values are the units of work of a comparison: which ones can be, and which values have units of their own. */
import { compareNatural } from '#base/natural-order.ts';
import { labelValue, SERVICE_LABEL } from './labels.ts';
import type { Series } from './series.ts';
import { stepFor } from './series-values.ts';
import type { TimeRange } from './time-range.ts';

/** Costs of the values of a label on a side, in any unit. */
export type ValueCosts = ReadonlyMap<string, number>;

/** Values that have units of their own: the largest. */
const MAX_UNITS = 20;
/** Labels with more values than this are of single requests. */
const MAX_VALUES = 200;
/** Points of the series that costs are added up from, and the most series. */
const COST_POINTS = 60;
export const COSTED_VALUES = 200;

/** What runs the work, and which build of it: instances, and their versions. */
const NOT_WORK =
  /(?:^|[^a-z])(?:pod|instance|host|hostname|node|container|machine|replica|replicaset|pid|address|version|revision|commit|sha)(?:[^a-z]|$)/i;

/**
 * Whether a label can be the unit of work: both sides have it, one of them with several values.
 * @param a number of its values in what side A selects; undefined if they were not counted
 */
export function isUnitLabel(name: string, a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined || name === SERVICE_LABEL || name.startsWith('__')) return false;
  return Math.min(a, b) >= 1 && Math.max(a, b) >= 2 && Math.max(a, b) <= MAX_VALUES && !NOT_WORK.test(name);
}

/** The values with the largest parts of both sides, sorted by name; none where a side does not have the label. */
export function unitValues(a: ValueCosts, b: ValueCosts): readonly string[] {
  const share = new Map<string, number>();
  for (const costs of [a, b]) {
    const named = [...costs].filter(([value, cost]) => value !== '' && cost > 0);
    const whole = named.reduce((sum, [, cost]) => sum + cost, 0);
    if (!(whole > 0)) return [];
    for (const [value, cost] of named) share.set(value, (share.get(value) ?? 0) + cost / whole);
  }
  return [...share]
    .sort(([v, x], [w, y]) => y - x || compareNatural(v, w))
    .slice(0, MAX_UNITS)
    .map(([value]) => value)
    .sort(compareNatural);
}

/** The step of the series that `valueCosts` adds up. */
export function costStep(range: TimeRange): number {
  return stepFor(range, COST_POINTS, undefined);
}

/** Sums by value. A source also answers with the step that ends where the range begins, which is not part of it. */
export function valueCosts(series: readonly Series[], label: string, { startMs }: TimeRange): ValueCosts {
  const costs = new Map<string, number>();
  for (const { labels, timesMs, values } of series) {
    const sum = values.reduce((all, value, i) => (timesMs[i] > startMs ? all + value : all), 0);
    const name = labelValue(labels, label);
    costs.set(name, (costs.get(name) ?? 0) + sum);
  }
  return costs;
}
