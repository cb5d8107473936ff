/** Which change has the strongest colour of a comparison: the ramp fits the changes that are more than noise. */
import type { UrlState } from '../url/url-state.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import { verdictOfFunction, verdictOfNode } from './diff-words.ts';

/** Changes are (b − a) / max(a, b): swapped sides have the same scale. */
export interface ChangeScale {
  /** The change with the strongest colour, above 0. */
  readonly end: number;
  /** Whether there are larger ones, in the same colour. */
  readonly isExceeded: boolean;
}

/** The growths of B over A at which a scale can end. */
const GROWTHS = [0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3];

export function changeScale(shown: ShownComparison, rule: UrlState['dcol'], noise: UrlState['noise']): ChangeScale {
  const largest = largestSupported(shown, rule);
  // If only noise is coloured, the largest changes are those of small frames.
  if (largest === 0) return { end: changeOf(noise === 'shown' ? GROWTHS.at(-1)! : GROWTHS[0]), isExceeded: false };
  const growth = GROWTHS.find((one) => changeOf(one) >= largest) ?? GROWTHS.at(-1)!;
  return { end: changeOf(growth), isExceeded: changeOf(growth) < largest };
}

/** The growth of B over A for a change: -0.5 for -0.5, 1 for 0.5. */
export function growthOf(change: number): number {
  return change < 0 ? change : change / (1 - change);
}

function changeOf(growth: number): number {
  return growth / (1 + growth);
}

/** The largest supported change of a function or path on both sides; 0 without one. */
function largestSupported({ diff, evidence }: ShownComparison, rule: UrlState['dcol']): number {
  let largest = 0;
  if (!evidence) return largest;
  const { tree, node, presence, changeOfTotal, byFunction } = diff;
  if (rule === 'total') {
    for (let i = 1; i < tree.length; i++)
      if (presence[node[i]] === 0 && verdictOfNode(evidence, node[i]) === 'supported')
        largest = Math.max(largest, Math.abs(changeOfTotal[node[i]]));
    return largest;
  }
  // By function, because a path with a few samples would stretch the scale for all others.
  const [a, b] = [byFunction.a.self, byFunction.b.self];
  for (let func = 0; func < a.length; func++)
    if (a[func] > 0 && b[func] > 0 && verdictOfFunction(evidence, func) === 'supported')
      largest = Math.max(largest, Math.abs(b[func] - a[func]) / Math.max(a[func], b[func]));
  return largest;
}
