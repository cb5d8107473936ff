/** Samples by node and slice of time. */

import { parseProfileType } from '#model/profile-type.ts';
import { callSiteNodes } from './call-site.ts';
import type { EntryTable } from './entry-table.ts';
import type { Part } from './part-cache.ts';
import { sumPart } from './part-sums.ts';
import type { StopCheck } from './profile-reader.ts';
import type { SampleVisitor } from './stored-samples.ts';
import type { TreeUnion } from './tree-union.ts';

/**
 * How many samples stand behind a value: the value itself where the type counts samples, value / period where the period
 * is in the type's unit, else nobody knows.
 */
export type Counting = 'value' | 'period' | 'none';

export function countingOf(profileType: string): Counting {
  const type = parseProfileType(profileType);
  if (type === undefined) return 'none';
  const { sampleType, sampleUnit, periodUnit } = type;
  if (/^(cpu_)?samples?$/.test(sampleType) && sampleUnit === 'count') return 'value';
  return unitName(sampleUnit) === unitName(periodUnit) ? 'period' : 'none';
}

/** OTLP says `ns` for what others call `nanoseconds`. */
function unitName(unit: string): string {
  return unit === 'ns' ? 'nanoseconds' : unit;
}

/** Sums and counts per node and slice. */
export class SliceVisitor implements SampleVisitor {
  /** Whether every profile so far told how many samples it stands for. */
  countable: boolean;
  readonly #union: TreeUnion;
  readonly #entries: EntryTable;
  readonly #callSite: readonly string[];
  readonly #first: number;
  readonly #slices: number;
  readonly #counting: Counting;
  readonly #stop: StopCheck;
  readonly #open: { readonly part: Part; readonly values: Float64Array; readonly counts: Float64Array }[] = [];

  constructor(
    union: TreeUnion,
    entries: EntryTable,
    callSite: readonly string[],
    first: number,
    slices: number,
    counting: Counting,
    stop: StopCheck,
  ) {
    this.#union = union;
    this.#entries = entries;
    this.#callSite = callSite;
    this.#first = first;
    this.#slices = slices;
    this.#counting = counting;
    this.#stop = stop;
    this.countable = counting !== 'none';
  }

  open(part: Part): (leaf: number, slice: number, value: number, period: number) => void {
    const { nodes } = part.columns;
    const cells = nodes * this.#slices;
    const values = new Float64Array(cells);
    const byPeriod = this.#counting === 'period';
    const counts = byPeriod ? new Float64Array(cells) : values;
    this.#open.push({ part, values, counts });
    const inside = callSiteNodes(part, this.#callSite);
    const { canonical } = part;
    return (leaf, slice, value, period) => {
      if (inside !== undefined && inside[leaf] === 0) return;
      const cell = slice * nodes + canonical.values[leaf];
      values[cell] += value;
      if (!byPeriod) return;
      if (period > 0) counts[cell] += value / period;
      else this.countable = false;
    };
  }

  close(): void {
    for (const { part, values, counts } of this.#open) {
      const { nodes } = part.columns;
      const sums = new Float64Array(nodes);
      for (let cell = 0; cell < values.length; cell++) sums[cell % nodes] += values[cell];
      this.#stop();
      const here = this.#union.add(sumPart(part, sums, false));
      for (let slice = 0; slice < this.#slices; slice++) {
        this.#stop();
        for (let node = 0, cell = slice * nodes; node < nodes; node++, cell++) {
          if (values[cell] !== 0) this.#entries.push(here[node], this.#first + slice, values[cell], counts[cell]);
        }
      }
    }
    this.#open.length = 0;
  }
}
