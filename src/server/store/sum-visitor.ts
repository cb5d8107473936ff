/** Samples to one tree. */

import { callSiteNodes } from './call-site.ts';
import { largestNodes } from './largest-nodes.ts';
import type { Part } from './part-cache.ts';
import { sumPart, type PartSums } from './part-sums.ts';
import type { MergedTree, StopCheck, TreeDetail } from './profile-reader.ts';
import type { SampleVisitor } from './day-walk.ts';
import { TreeUnion } from './tree-union.ts';

/** Nodes of dictionaries whose sums are held in memory to find the largest: 24 bytes each. */
const MAX_HELD_NODES = 1 << 23;

/** Sums per node of each dictionary: to a tree of all of them, or, where few nodes are asked for, of the largest. */
export class SumVisitor implements SampleVisitor {
  readonly #callSite: readonly string[];
  readonly #lines: boolean;
  readonly #mostNodes: number;
  readonly #stop: StopCheck;
  readonly #open: { readonly part: Part; readonly sums: Float64Array }[] = [];
  /** Sums waiting to be joined; beyond the maximum they are joined immediately. */
  #held: PartSums[] = [];
  #heldNodes = 0;
  #union: TreeUnion | undefined;

  constructor(callSite: readonly string[], detail: TreeDetail, mostNodes: number, stop: StopCheck) {
    this.#callSite = callSite;
    this.#lines = detail !== 'names';
    this.#mostNodes = mostNodes;
    this.#stop = stop;
    if (this.#lines || mostNodes === Infinity) this.#union = new TreeUnion(detail);
  }

  open(part: Part): (leaf: number, slice: number, value: number) => void {
    const sums = new Float64Array(part.columns.nodes);
    this.#open.push({ part, sums });
    const inside = callSiteNodes(part, this.#callSite);
    const same = part.canonical.values;
    const lines = this.#lines;
    return (leaf, _slice, value) => {
      if (inside === undefined || inside[leaf] === 1) sums[lines ? leaf : same[leaf]] += value;
    };
  }

  close(): void {
    for (const { part, sums } of this.#open) {
      this.#stop();
      const summed = sumPart(part, sums, this.#lines);
      if (this.#union !== undefined) {
        this.#union.add(summed);
        continue;
      }
      this.#held.push(summed);
      this.#heldNodes += sums.length;
      if (this.#heldNodes > MAX_HELD_NODES) this.#joinHeld();
    }
    this.#open.length = 0;
  }

  tree(profiles: number, warnings: readonly string[]): MergedTree {
    this.#stop();
    if (this.#union !== undefined) return this.#union.finish(profiles, warnings);
    return largestNodes(this.#held, this.#mostNodes, profiles, warnings, this.#stop);
  }

  #joinHeld(): void {
    this.#union = new TreeUnion('names');
    for (const one of this.#held) this.#union.add(one);
    this.#held = [];
  }
}
