/** Counts values by slot of time and bucket of value. */

import type { LabelSet } from '#model/labels.ts';
import type { Buckets } from './buckets.ts';
import { type Exemplar, type Heatmap, type HeatSeries, TooManySlots } from './profile-reader.ts';

const BUCKETS = 20;
/** Slots of all groups that have values: a slot takes about 200 bytes of an answer. */
const MAX_FILLED = 100_000;

/** The values of all groups of series. They are walked twice: kept, they could be more than memory holds. */
export interface HeatValues {
  /** By group. */
  readonly labels: readonly LabelSet[];
  /** Calls `take` with each value; `exemplar` makes the facts about it. The same ones each time it is called. */
  each(take: (group: number, timeUs: number, value: number, exemplar: () => Exemplar) => void): void;
}

interface Slot {
  readonly counts: Int32Array;
  /** By bucket. */
  readonly largest: (Exemplar | undefined)[];
}

/** @param buckets of time @throws TooManySlots */
export function heatmapOf({ labels, each }: HeatValues, buckets: Buckets, exemplars: boolean): Heatmap {
  let min = Infinity;
  let max = -Infinity;
  each((_group, _time, value) => {
    min = Math.min(min, value);
    max = Math.max(max, value);
  });
  if (min > max) return { edges: [], series: [] };
  const width = (max === min ? 1 : max - min) / BUCKETS;
  const groups = labels.map(() => new Map<number, Slot>());
  const counts = labels.map(() => 0);
  let filled = 0;
  each((group, timeUs, value, exemplar) => {
    const at = buckets.at(timeUs);
    let slot = groups[group].get(at);
    if (slot === undefined) {
      if (++filled > MAX_FILLED) throw new TooManySlots(MAX_FILLED);
      groups[group].set(at, (slot = { counts: new Int32Array(BUCKETS), largest: [] }));
    }
    const bucket = Math.min(BUCKETS - 1, Math.floor((value - min) / width));
    slot.counts[bucket]++;
    counts[group]++;
    if (exemplars && !((slot.largest[bucket]?.value ?? -1) >= value)) slot.largest[bucket] = exemplar();
  });
  const series = groups
    .map((slots, group) => ({ labels: labels[group], count: counts[group], slots: slotsOf(slots, buckets) }))
    .filter(({ count }) => count > 0);
  const key = ({ labels: own }: HeatSeries): string => JSON.stringify(own.map(({ name, value }) => [name, value]));
  series.sort((a, b) => b.count - a.count || (key(a) < key(b) ? -1 : 1));
  return { edges: Array.from({ length: BUCKETS }, (_, i) => min + i * width), series };
}

function slotsOf(slots: ReadonlyMap<number, Slot>, buckets: Buckets): HeatSeries['slots'] {
  return [...slots]
    .sort(([a], [b]) => a - b)
    .map(([at, { counts, largest }]) => ({
      timeMs: buckets.edgeMs(at),
      counts,
      exemplars: largest.filter((one) => one !== undefined),
    }));
}
