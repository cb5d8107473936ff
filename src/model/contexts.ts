/** Where work comes from: the parts of a union tree (in practice routes, handlers, thread pools) whose sizes may shift. */
import type { NodeIndex } from './call-tree.ts';
import type { UnionTree } from './union.ts';

/** A node is opened while its mean share is over this, */
const OPENED_FROM = 0.2;
/** and its self is under this part of it. */
const MOST_SELF = 0.5;
/** Callees below this share stay with what is left of the opened node. */
const LEAST_SHARE = 0.01;
/**
 * A context has at least so many functions, and none that is more than this part of it: else its size says nothing beyond
 * the function's own. The design says five and half. But what a function is held against is the rest of its context, and a
 * tenth of a route, or one other function of a thread, tells the load there better than a mix of all other routes does;
 * the noise of a small rest is counted (`significance.ts`). With five and half the bench (tests/perf/diff.js) misses a
 * fifth of the culprits over 30 % and accuses five times as many innocents.
 */
const LEAST_FUNCTIONS = 2;
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
  /** Opened nodes, callers first, the root at 0; which of them each lies in; which of them each context lies in. */
  readonly opened: Int32Array; // NodeIndex
  readonly openedIn: Int32Array; // by opened, −1 at the root
  readonly home: Int32Array; // by context
}

/** Contexts whose work went the same way, as one: a busy route may be large enough to be opened. */
export interface WorkGroups {
  readonly count: number;
  readonly group: Int32Array; // by context
  /** By group, as of contexts. */
  readonly node: Int32Array;
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
  const openedSlots = roots.flatMap((_, slot) => (isRemainder[slot] === 1 ? [slot] : []));
  const openedAt = new Map(openedSlots.map((slot, i) => [slot, i]));
  return {
    count: kept.length,
    context,
    node: Int32Array.from(kept, (slot) => roots[slot]),
    isRemainder: Uint8Array.from(kept, (slot) => isRemainder[slot]),
    opened: Int32Array.from(openedSlots, (slot) => roots[slot]),
    openedIn: Int32Array.from(openedSlots, (slot) => openedAt.get(above[slot]) ?? -1),
    home: Int32Array.from(kept, (slot) => openedAt.get(isRemainder[slot] === 1 ? slot : above[slot])!),
  };
}

/** Growths this near each other, or so many standard errors, are alike. */
const ALIKE = 0.1;
const ALIKE_ERRORS = 3;

/**
 * Closes opened nodes again, the topmost first, where all contexts within grew alike; never the root.
 * @param sizesA samples by context; @param sizesB likewise
 */
export function groupWork(
  { count, node, isRemainder, opened, openedIn, home }: Contexts,
  sizesA: Float64Array,
  sizesB: Float64Array,
): WorkGroups {
  const closedInto = new Int32Array(opened.length).fill(-1);
  for (let o = 1; o < opened.length; o++) {
    if (openedIn[o] > 0 && closedInto[openedIn[o]] >= 0) {
      closedInto[o] = closedInto[openedIn[o]];
      continue;
    }
    const members: number[] = [];
    for (let c = 0; c < count; c++) if (isWithin(openedIn, home[c], o)) members.push(c);
    if (members.length > 0 && areAlike(members, sizesA, sizesB)) closedInto[o] = o;
  }
  const group = new Int32Array(count);
  const groups: { node: NodeIndex; isRemainder: number }[] = [];
  const groupOf = new Map<number, number>();
  for (let c = 0; c < count; c++) {
    const closed = closedInto[home[c]];
    const known = closed < 0 ? undefined : groupOf.get(closed);
    if (known !== undefined) group[c] = known;
    else {
      group[c] =
        groups.push(
          closed < 0 ? { node: node[c], isRemainder: isRemainder[c] } : { node: opened[closed], isRemainder: 0 },
        ) - 1;
      if (closed >= 0) groupOf.set(closed, group[c]);
    }
  }
  return {
    count: groups.length,
    group,
    node: Int32Array.from(groups, (one) => one.node),
    isRemainder: Uint8Array.from(groups, (one) => one.isRemainder),
  };
}

function isWithin(openedIn: Int32Array, opened: number, outer: number): boolean {
  let at = opened;
  while (at > outer) at = openedIn[at];
  return at === outer;
}

function areAlike(members: readonly number[], sizesA: Float64Array, sizesB: Float64Array): boolean {
  const a = members.reduce((sum, c) => sum + sizesA[c], 0);
  const b = members.reduce((sum, c) => sum + sizesB[c], 0);
  if (a === 0 || b === 0) return true;
  return members.every((c) => {
    const strays = Math.abs(Math.log((sizesB[c] + 0.5) / (sizesA[c] + 0.5)) - Math.log(b / a));
    return strays <= Math.max(ALIKE, ALIKE_ERRORS * Math.sqrt(1 / (sizesA[c] + 0.5) + 1 / (sizesB[c] + 0.5)));
  });
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
  // Slots right inside each: slot 0 is inside none and ends a list.
  const firstBelow = new Int32Array(slots);
  const nextBelow = new Int32Array(slots);
  for (let slot = slots - 1; slot > 0; slot--) {
    nextBelow[slot] = firstBelow[above[slot]];
    firstBelow[above[slot]] = slot;
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
    if (isOneFunctions && firstBelow[slot] > 0 && shares[slot] < CLOSED_UNDER) {
      let any = false;
      for (let one = firstBelow[slot]; one > 0; one = nextBelow[one]) {
        if (into[one] !== one) continue;
        any = true;
        move(one, slot);
      }
      if (any && sizes[slot].size >= LEAST_FUNCTIONS && !isDominated(sizes[slot])) continue;
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
