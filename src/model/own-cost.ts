/**
 * Where in a tree functions have their own cost. A tree holds the value of a stack at the end of its path, which is the
 * leaf only where paths begin at the root of the program.
 */
import type { CallTree } from './call-tree.ts';

/**
 * `ends`: where paths end. `tops`: directly below the root, in an inverted tree. `root`: only in the root, for the
 * callers half of a sandwich.
 */
export type OwnCostAt = 'ends' | 'tops' | 'root';

type Amounts = Pick<CallTree, 'self' | 'total'>;

/** The self cost of a node. @param ofRoot its own cost, where it has all of it */
export function ownCost(
  { depth }: Pick<CallTree, 'depth'>,
  { self, total }: Amounts,
  node: number,
  at: OwnCostAt,
  ofRoot = 0,
): number {
  switch (at) {
    case 'ends':
      return self[node];
    case 'tops':
      return depth[node] === 1 ? total[node] : node === 0 ? self[0] : 0;
    case 'root':
      return node === 0 ? ofRoot : 0;
  }
}

/** The same of all nodes. */
export function ownCosts(shape: Pick<CallTree, 'depth'>, amounts: Amounts, at: OwnCostAt, ofRoot = 0): Float64Array {
  if (at === 'ends') return amounts.self;
  return Float64Array.from(amounts.self, (_, node) => ownCost(shape, amounts, node, at, ofRoot));
}

/** In the halves of a sandwich. */
export function ownCostInHalf(half: 'callers' | 'callees', isInverted: boolean): OwnCostAt {
  return (half === 'callees') === isInverted ? 'root' : 'ends';
}
