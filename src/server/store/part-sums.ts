/** Self and total of the nodes of one dictionary. */

import type { Part } from './part-cache.ts';

export interface PartSums {
  readonly part: Part;
  /** By node; by functions, at canonical nodes only. */
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** @param lines whether nodes that differ by line alone are distinguished. @param self is taken over. */
export function sumPart(part: Part, self: Float64Array, lines: boolean): PartSums {
  const parent = part.columns.nodeParent.values;
  const same = part.canonical.values;
  const total = self.slice();
  for (let node = self.length - 1; node > 0; node--) {
    if (total[node] === 0) continue;
    const up = parent[node];
    total[lines ? up : same[up]] += total[node];
  }
  return { part, self, total };
}
