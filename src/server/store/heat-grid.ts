/** Counts values by slot of time and bucket of value. */

import type { LabelSet } from '#model/labels.ts';
import type { Buckets } from './buckets.ts';
import type { Exemplar, Heatmap, HeatSeries } from './profile-reader.ts';

const BUCKETS = 20;

/** One group of series. */
export interface HeatGroup {
  readonly labels: LabelSet;
  /** Calls `take` with each of its values; `exemplar` makes the facts about it. The same ones each time it is called. */
  each(take: (timeUs: number, value: number, exemplar: () => Exemplar) => void): void;
}

/** @param buckets of time */
export function heatmapOf(groups: readonly HeatGroup[], buckets: Buckets, exemplars: boolean): Heatmap {
  let min = Infinity;
  let max = -Infinity;
  for (const group of groups) {
    group.each((_time, value) => {
      min = Math.min(min, value);
      max = Math.max(max, value);
    });
  }
  if (min > max) return { edges: [], series: [] };
  const width = (max === min ? 1 : max - min) / BUCKETS;
  const series = groups.map((group) => heatOf(group, buckets, exemplars, min, width)).filter(({ count }) => count > 0);
  const key = ({ labels }: HeatSeries): string => JSON.stringify(labels.map(({ name, value }) => [name, value]));
  series.sort((a, b) => b.count - a.count || (key(a) < key(b) ? -1 : 1));
  return { edges: Array.from({ length: BUCKETS }, (_, i) => min + i * width), series };
}

function heatOf(
  { labels, each }: HeatGroup,
  buckets: Buckets,
  exemplars: boolean,
  min: number,
  width: number,
): HeatSeries {
  const slots = new Map<number, { readonly counts: Int32Array; readonly largest: (Exemplar | undefined)[] }>();
  let count = 0;
  each((timeUs, value, exemplar) => {
    const at = buckets.at(timeUs);
    let slot = slots.get(at);
    if (slot === undefined) slots.set(at, (slot = { counts: new Int32Array(BUCKETS), largest: [] }));
    const bucket = Math.min(BUCKETS - 1, Math.floor((value - min) / width));
    slot.counts[bucket]++;
    count++;
    if (exemplars && !((slot.largest[bucket]?.value ?? -1) >= value)) slot.largest[bucket] = exemplar();
  });
  const sorted = [...slots].sort(([a], [b]) => a - b);
  return {
    labels,
    count,
    slots: sorted.map(([at, { counts, largest }]) => ({
      timeMs: buckets.edgeMs(at),
      counts,
      exemplars: largest.filter((one) => one !== undefined),
    })),
  };
}
