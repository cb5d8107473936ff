/** Samples by node and slice of time. */

import { parseProfileType } from '#model/profile-type.ts';
import { callSiteNodes } from './call-site.ts';
import { EntryTable } from './entry-table.ts';
import type { Part } from './part-cache.ts';
import { sumPart } from './part-sums.ts';
import type { StopCheck } from './profile-reader.ts';
import type { SampleVisitor } from './day-walk.ts';
import type { TreeUnion } from './tree-union.ts';

/**
 * How many samples a value comes from: the value itself where the type counts samples, value / period where the period
 * is in the type's unit, else it is unknown.
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

interface OpenPart {
  readonly part: Part;
  readonly sums: Float64Array;
  readonly entries: EntryTable;
}

/** Sums and counts per node and slice. */
export class SliceVisitor implements SampleVisitor {
  /** Whether every profile so far gave its number of samples. */
  countable: boolean;
  /** The node of the union that samples are added below. */
  below = 0;
  readonly #union: TreeUnion;
  readonly #entries: EntryTable;
  readonly #callSite: readonly string[];
  readonly #counting: Counting;
  readonly #stop: StopCheck;
  readonly #open: OpenPart[] = [];

  constructor(union: TreeUnion, entries: EntryTable, callSite: readonly string[], counting: Counting, stop: StopCheck) {
    this.#union = union;
    this.#entries = entries;
    this.#callSite = callSite;
    this.#counting = counting;
    this.#stop = stop;
    this.countable = counting !== 'none';
  }

  open(part: Part): (leaf: number, slice: number, value: number, period: number) => void {
    const sums = new Float64Array(part.columns.nodes);
    const entries = new EntryTable();
    this.#open.push({ part, sums, entries });
    const byPeriod = this.#counting === 'period';
    const inside = callSiteNodes(part, this.#callSite);
    const canonical = part.canonical.values;
    return (leaf, slice, value, period) => {
      if (inside !== undefined && inside[leaf] === 0) return;
      const node = canonical[leaf];
      sums[node] += value;
      const isCounted = !byPeriod || period > 0;
      if (!isCounted) this.countable = false;
      entries.push(node, slice, value, byPeriod && isCounted ? value / period : value);
    };
  }

  close(): void {
    for (const { part, sums, entries } of this.#open) {
      this.#stop();
      const here = this.#union.add(sumPart(part, sums, false), this.below);
      this.#union.noteKinds(part);
      entries.forEach((node, slice, value, count) => this.#entries.push(here[node], slice, value, count));
    }
    this.#open.length = 0;
  }
}
