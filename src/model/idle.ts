/** Waiting for work is not a cost: idle frames are shown but excluded from the evidence. */
import { rolesOf } from './frame-roles.ts';
import { sumUp, type SideColumns, type SideKey, type UnionTree } from './union.ts';

/** The share of idle frames in each side's total, 0 to 1. */
export function idleShares(union: UnionTree): Readonly<Record<SideKey, number>> {
  const busy = withoutIdle(union);
  const share = (side: SideKey): number =>
    union[side].total[0] === 0 ? 0 : Math.max(0, 1 - busy[side].total[0] / union[side].total[0]);
  return { a: share('a'), b: share('b') };
}

/** The same union and nodes, with zero amounts in idle frames. */
export function withoutIdle(union: UnionTree): UnionTree {
  const isIdleFunction = Uint8Array.from(rolesOf(union.names), (role) => (role === 'idle' ? 1 : 0));
  if (!isIdleFunction.includes(1)) return union;
  const { func, parent, length } = union;
  const isIdle = new Uint8Array(length);
  for (let node = 1; node < length; node++) isIdle[node] = isIdle[parent[node]] | isIdleFunction[func[node]];
  if (!isIdle.includes(1)) return union;
  const busy = (side: SideColumns): SideColumns => {
    const self = side.self.map((value, node) => (isIdle[node] === 1 ? 0 : value));
    return {
      self,
      total: sumUp(self, parent),
      exact: side.exact && busyExact(side.exact, isIdle, parent),
      negative: side.negative,
    };
  };
  return { ...union, a: busy(union.a), b: busy(union.b) };
}

function busyExact(
  { self: recorded }: NonNullable<SideColumns['exact']>,
  isIdle: Uint8Array,
  parent: Int32Array,
): NonNullable<SideColumns['exact']> {
  const self = recorded.map((value, node) => (isIdle[node] === 1 ? 0n : value));
  const total = self.slice();
  for (let node = total.length - 1; node > 0; node--) total[parent[node]] += total[node];
  return { self, total };
}
