/** Amounts of both sides at the nodes of the union that is shown. */
import type { CallTree } from '#model/call-tree.ts';
import { relativeChange } from '#model/diff.ts';
import { functionTotals } from '#model/function-table.ts';
import type { Normalised } from '#model/normalise.ts';
import { ownCosts, type OwnCostAt } from '#model/own-cost.ts';
import { turnAmounts, type TurnedUnion } from '#model/turned-union.ts';
import type { UnionTree } from '#model/union.ts';
import type { DiffAnswer, DiffPicture } from './analysis.ts';

/** Normalised amounts of both sides, at the nodes of the shown union. */
export function shownAmounts(
  { union, turned }: { readonly union: UnionTree; readonly turned: TurnedUnion | undefined },
  normalised: Normalised,
): Pick<Normalised, 'a' | 'b'> & { readonly union: UnionTree } {
  if (!turned) return { union, ...amountsOf(normalised) };
  const { parent } = turned.union;
  const turn = (side: Normalised['a']): Normalised['a'] => turnAmounts(side, { place: turned.place, parent });
  return { union: turned.union, a: turn(normalised.a), b: turn(normalised.b) };
}

/** Self is the function's own cost, wherever this tree stores it. @param ofRoots own costs of both roots */
export function withOwnCosts(
  picture: DiffPicture,
  union: UnionTree,
  at: OwnCostAt,
  [rootA, rootB]: readonly number[] = [],
): DiffPicture {
  if (at === 'ends') return picture;
  const a = { self: ownCosts(union, picture.a, at, rootA), total: picture.a.total };
  const b = { self: ownCosts(union, picture.b, at, rootB), total: picture.b.total };
  return { ...picture, a, b, changeOfSelf: relativeChange(a.self, b.self) };
}

/** Only the amounts: recorded sides have more columns. */
export function amountsOf({ a, b }: Pick<Normalised, 'a' | 'b'>): Pick<Normalised, 'a' | 'b'> {
  return { a: { self: a.self, total: a.total }, b: { self: b.self, total: b.total } };
}

export function treeOfSide(union: UnionTree, { self, total }: Normalised['a']): CallTree {
  return { ...union, self, total, exact: undefined, negative: union.a.negative };
}

export function totalsByFunction(union: UnionTree, amounts: Normalised['a']): DiffAnswer['byFunction']['a'] {
  const { self, total } = functionTotals(treeOfSide(union, amounts), union.names.length);
  return { self, total };
}
