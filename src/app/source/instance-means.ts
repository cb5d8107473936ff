/** Snapshots over time: what all instances held, on average, in each step; and what series of any type cost. */
import type { SeriesQuestion } from '#datasource/datasource.ts';
import { labelSet, labelValue } from '#model/labels.ts';
import type { Series } from '#model/series.ts';
import { isSnapshot } from '#model/series-values.ts';

/**
 * A source adds snapshots up. Divided by how many an instance sends in a step, and added over instances, they say what
 * was held at one time.
 * @param sums per instance @param label one series for each of its values; '' adds all to one
 */
export function meansOf(sums: readonly Series[], label: string, uploadsPerStep: number): readonly Series[] {
  const groups = new Map<string, Map<number, number>>();
  for (const { labels, timesMs, values } of sums) {
    const key = label === '' ? '' : labelValue(labels, label);
    let held = groups.get(key);
    if (held === undefined) groups.set(key, (held = new Map()));
    for (let i = 0; i < timesMs.length; i++) {
      held.set(timesMs[i], (held.get(timesMs[i]) ?? 0) + values[i] / uploadsPerStep);
    }
  }
  return [...groups].map(([value, held]) => {
    const timesMs = Float64Array.from(held.keys()).sort();
    return {
      labels: label === '' ? [] : labelSet([{ name: label, value }]),
      timesMs,
      values: timesMs.map((timeMs) => held.get(timeMs)!),
    };
  });
}

/** The average of all series over the steps that have values; undefined without any. */
export function meanHeld(means: readonly Series[]): { readonly mean: number; readonly steps: number } | undefined {
  const [all] = meansOf(means, '', 1);
  if (all === undefined || all.values.length === 0) return undefined;
  return { mean: all.values.reduce((sum, value) => sum + value, 0) / all.values.length, steps: all.values.length };
}

/** How many snapshots of an instance a step adds up. */
export function uploadsIn(stepMs: number, intervalMs: number): number {
  return Math.max(1, Math.round(stepMs / intervalMs));
}

/**
 * The sum of a series in its range; of snapshots what was held on average, as sums of them mean nothing. A source also
 * answers with the step that ends where the range begins: what lies before the range is none of its cost.
 * @param intervalMs how often profiles come; undefined while it is not known: then nor is what snapshots cost
 */
export function costOf(
  { query, stepMs }: Pick<SeriesQuestion, 'query' | 'stepMs'>,
  { labels, timesMs, values }: Series,
  intervalMs: number | undefined,
): number | undefined {
  const first = timesMs[0] <= query.range.startMs ? 1 : 0;
  const inside: Series = { labels, timesMs: timesMs.subarray(first), values: values.subarray(first) };
  if (!isSnapshot(query.profileType)) return inside.values.reduce((sum, value) => sum + value, 0);
  if (intervalMs === undefined) return undefined;
  return (meanHeld([inside])?.mean ?? 0) / uploadsIn(stepMs, intervalMs);
}
