/** A union read from the leaves up: the same stacks, each from its leaf to its root. */
import { addCallers } from './callers-path.ts';
import { TreeBuilder } from './tree-builder.ts';
import { sumUp, type SideColumns, type UnionTree } from './union.ts';

interface Amounts {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

export interface TurnedUnion {
  readonly union: UnionTree;
  /** By node of the upright union: the node at which its stack ends in the turned one; the root where it has no stack. */
  readonly place: Int32Array;
}

/** @throws RangeError where it grows too large */
export function turnUnion(union: UnionTree): TurnedUnion {
  const builder = new TreeBuilder(false);
  const built = new Int32Array(union.length);
  for (let node = 1; node < union.length; node++)
    if (hasStack(union.a, node) || hasStack(union.b, node)) built[node] = addCallers(builder, union, node, 0);
  const { was, ...shape } = builder.shape();
  const now = new Int32Array(shape.length);
  for (let at = 0; at < shape.length; at++) now[was[at]] = at;
  const place = built.map((at) => now[at]);
  const turn = (side: SideColumns): SideColumns => {
    const { self, total } = turnAmounts(side, { place, parent: shape.parent });
    let nodes = 0;
    let sum = 0;
    for (const value of self) {
      if (value >= 0) continue;
      nodes++;
      sum += value;
    }
    return {
      self,
      total,
      exact: side.exact && turnExact(side.exact.self, place, shape.parent),
      negative: { nodes, sum },
    };
  };
  return { union: { ...union, ...shape, a: turn(union.a), b: turn(union.b) }, place };
}

/** Amounts of the upright union at the nodes of the turned one. */
export function turnAmounts(
  { self }: Pick<Amounts, 'self'>,
  { place, parent }: { readonly place: Int32Array; readonly parent: Int32Array },
): Amounts {
  const turned = new Float64Array(parent.length);
  for (let node = 0; node < self.length; node++) turned[place[node]] += self[node];
  return { self: turned, total: sumUp(turned, parent) };
}

function turnExact(self: readonly bigint[], place: Int32Array, parent: Int32Array): NonNullable<SideColumns['exact']> {
  const turned = Array<bigint>(parent.length).fill(0n);
  for (const [node, value] of self.entries()) turned[place[node]] += value;
  const total = turned.slice();
  for (let node = total.length - 1; node > 0; node--) total[parent[node]] += total[node];
  return { self: turned, total };
}

function hasStack({ self, exact }: SideColumns, node: number): boolean {
  return exact ? exact.self[node] !== 0n : self[node] !== 0;
}
