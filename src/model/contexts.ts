/** Where work comes from: the parts of a union tree (in practice routes, handlers, thread pools) whose sizes may shift. */
import type { NodeIndex } from './call-tree.ts';
import type { UnionTree } from './diff.ts';

/** A node is opened while its mean share is over this, */
const OPENED_FROM = 0.2;
/** and its self is under this part of it. */
const MOST_SELF = 0.5;
/** Callees below this share stay with what is left of the opened node. */
const LEAST_SHARE = 0.01;
/** A context has at least so many functions, */
const LEAST_FUNCTIONS = 5;
/**
 * and none that is more than this part of it: else its size says nothing beyond the function's own. (The design says half;
 * but the rest of a context is what its functions are held against, and a tenth of a route tells its load better than all
 * other routes do. The noise of a small rest is counted: `significance.ts`.)
 */
const MOST_OF_ONE = 0.9;
/** Where one function is most of what is left of an opened node under this share, the node is closed again. */
const CLOSED_UNDER = 0.6;

/** Every node belongs to one context: to that of the nearest root of one above it. */
export interface Contexts {
  readonly count: number;
  /** By node of the union. */
  readonly context: Int32Array;
  /** By context: its topmost node. A remainder's is the opened node that it is left of. */
  readonly node: Int32Array; // NodeIndex
  /** By context: 1 where it is what is left of an opened node. */
  readonly isRemainder: Uint8Array;
}

/** Same contexts whatever the order of siblings or sides, but for their numbers. Linear, but for opened nodes' overlap. */
export function findContexts(union: UnionTree): Contexts {
  const { length, parent, subtreeEnd, func } = union;
  const share = meanShare(union, 'total');
  const self = meanShare(union, 'self');
  // Opened nodes, callers first, and the candidates below them; a slot each. `home` is the slot a node belongs to.
  const slotOf = new Int32Array(length).fill(-1);
  const roots: NodeIndex[] = [];
  const isRemainder: number[] = [];
  const above: number[] = []; // slot of the opened node around
  const open = (node: NodeIndex, remainder: boolean, around: number): number => {
    slotOf[node] = roots.length;
    isRemainder.push(remainder ? 1 : 0);
    above.push(around);
    return roots.push(node) - 1;
  };
  const isOpened = (node: NodeIndex): boolean =>
    share[node] > OPENED_FROM && self[node] < MOST_SELF * share[node] && subtreeEnd[node] > node + 1;
  const pending: NodeIndex[] = [0];
  open(0, true, -1);
  while (pending.length > 0) {
    const node = pending.pop()!;
    const slot = slotOf[node];
    for (let kid = node + 1; kid < subtreeEnd[node]; kid = subtreeEnd[kid]) {
      if (share[kid] < LEAST_SHARE) continue;
      const opened = isOpened(kid);
      open(kid, opened, slot);
      if (opened) pending.push(kid);
    }
  }
  const home = new Int32Array(length);
  for (let node = 1; node < length; node++) home[node] = slotOf[node] >= 0 ? slotOf[node] : home[parent[node]];

  const into = fold(
    home,
    self,
    func,
    above,
    roots.map((node) => share[node]),
  );
  const numbers = new Int32Array(roots.length).fill(-1);
  const kept: number[] = [];
  for (let node = 0; node < length; node++) {
    if (self[node] === 0) continue;
    const slot = into[home[node]];
    if (numbers[slot] < 0) numbers[slot] = kept.push(slot) - 1;
  }
  if (kept.length === 0) numbers[0] = kept.push(0) - 1;
  // Nodes without a self lie anywhere; the first context will do where their own was not kept.
  const context = home.map((slot) => Math.max(0, numbers[into[slot]]));
  return {
    count: kept.length,
    context,
    node: Int32Array.from(kept, (slot) => roots[slot]),
    isRemainder: Uint8Array.from(kept, (slot) => isRemainder[slot]),
  };
}

/** By slot: which slot it ends up in. Callees have larger slots than what is around them, so that folding goes upward once. */
function fold(
  home: Int32Array,
  self: Float64Array,
  func: Int32Array,
  above: readonly number[],
  shares: readonly number[],
): Int32Array {
  const slots = above.length;
  const sizes = Array.from({ length: slots }, () => new Map<number, number>());
  for (let node = 0; node < home.length; node++) {
    if (self[node] === 0) continue;
    const ofSlot = sizes[home[node]];
    ofSlot.set(func[node], (ofSlot.get(func[node]) ?? 0) + self[node]);
  }
  const into = Int32Array.from({ length: slots }, (_, slot) => slot);
  const move = (slot: number, to: number): void => {
    into[slot] = to;
    for (const [f, size] of sizes[slot]) sizes[to].set(f, (sizes[to].get(f) ?? 0) + size);
    sizes[slot] = new Map();
  };
  for (let slot = slots - 1; slot > 0; slot--) {
    const isOneFunctions = isDominated(sizes[slot]);
    if (sizes[slot].size >= LEAST_FUNCTIONS && !isOneFunctions) continue;
    const below = above.flatMap((around, one) => (around === slot && into[one] === one ? [one] : []));
    if (isOneFunctions && below.length > 0 && shares[slot] < CLOSED_UNDER) {
      for (const one of below) move(one, slot);
      if (sizes[slot].size >= LEAST_FUNCTIONS && !isDominated(sizes[slot])) continue;
    }
    move(slot, above[slot]);
  }
  for (let slot = 1; slot < slots; slot++) into[slot] = into[into[slot]];
  return into;
}

function isDominated(sizes: ReadonlyMap<number, number>): boolean {
  let whole = 0;
  let largest = 0;
  for (const size of sizes.values()) {
    whole += size;
    largest = Math.max(largest, size);
  }
  return largest > MOST_OF_ONE * whole;
}

/** Negative amounts count as nothing: a share of them says nothing of work. */
function meanShare({ a, b, length }: UnionTree, of: 'self' | 'total'): Float64Array {
  const share = new Float64Array(length);
  for (const side of [a, b]) {
    const whole = side.total[0];
    if (!(whole > 0)) continue;
    for (let node = 0; node < length; node++) share[node] += Math.max(0, side[of][node]) / whole / 2;
  }
  return share;
}
