/** Snapshots over time: what all instances held, from the mean of each. */
import { labelSet, labelValue } from '#model/labels.ts';
import type { Series } from '#model/series.ts';

/**
 * Adds the series of instances up, step by step, one sum for each value of a label.
 * @param label '' adds all to one
 */
export function sumInstances(series: readonly Series[], label: string): readonly Series[] {
  const groups = new Map<string, Map<number, number>>();
  for (const { labels, timesMs, values } of series) {
    const key = label === '' ? '' : labelValue(labels, label);
    let sums = groups.get(key);
    if (sums === undefined) groups.set(key, (sums = new Map()));
    for (let i = 0; i < timesMs.length; i++) sums.set(timesMs[i], (sums.get(timesMs[i]) ?? 0) + values[i]);
  }
  return [...groups].map(([value, sums]) => {
    const timesMs = Float64Array.from(sums.keys()).sort();
    return {
      labels: label === '' ? [] : labelSet([{ name: label, value }]),
      timesMs,
      values: timesMs.map((timeMs) => sums.get(timeMs)!),
    };
  });
}

/** Mean over the steps that hold something, of everything. Undefined where none does. */
export function meanHeld(sums: readonly Series[]): { readonly mean: number; readonly steps: number } | undefined {
  const [all] = sumInstances(sums, '');
  if (all === undefined || all.values.length === 0) return undefined;
  return { mean: all.values.reduce((sum, value) => sum + value, 0) / all.values.length, steps: all.values.length };
}
