/**
 * Units of work of a program: handlers, background loops, the runtime. Load changes a unit as a whole; code changes
 * parts of it.
 */
import {
  CHOSEN,
  HANDLER,
  type PreparedSide,
  type PreparedTree,
  SERVING,
  totalBySlice,
  UNLABELLED,
  VALUE,
} from './prepared-stacks.ts';

export interface WorkUnits {
  readonly count: number;
  /** By node of the prepared tree. Unit 0 is what belongs to none, unit 1 the runtime. */
  readonly unit: Int32Array;
  /** By unit: its function; −1 of the first two. */
  readonly func: Int32Array;
  /** By unit: 1 where dispatch frames or a label show that it is one, so that its size is known to be work. */
  readonly isKnown: Uint8Array;
}

export const RUNTIME_UNIT = 1;

/** Share of the mean of both sides. */
const MIN_UNIT = 0.01;
const MIN_RESUMED = 0.002;
const OPENED_FROM = 0.1;
/** Without slices only what is larger is opened. */
const OPENED_UNSEEN = 0.45;
/** A frame is a wrapper if one callee has this share of it. */
const WRAPPED = 0.9;
/** A router does next to nothing itself. */
const MAX_ROUTER_SELF = 0.03;
/** Minimum excess variation of a node's parts, in standard deviations, beyond that of their own parts. */
const MIN_STRAY = 0.05;
const MIN_ROUTER_STRAY = 0.02;
/** An opened node does little itself. */
const MAX_SELF = 0.5;

export function findUnits(tree: PreparedTree, a: PreparedSide, b: PreparedSide): WorkUnits {
  const { length, parent, func, isRuntime, called, subtreeEnd } = tree;
  const share = meanShares(tree, a, b, 'total');
  const self = meanShares(tree, a, b, 'self');
  const isRoot = new Uint8Array(length);
  const isKnownRoot = new Uint8Array(length);
  const pending: number[] = [];
  const depthOne = Uint8Array.from(parent, (up) => (up === 0 ? 1 : 0));
  const consider = (node: number, isKnown: boolean): void => {
    // A unit with one function has no rest for comparison: it stays in the surrounding unit.
    if (share[node] < MIN_UNIT || (!isKnown && isOneFunction(node))) return;
    isRoot[node] = 1;
    isKnownRoot[node] = isKnown ? 1 : 0;
    pending.push(node);
  };
  // Code resumed by the event loop is a unit wherever it begins.
  const resumed = new Set<number>();
  for (let kid = 1; kid < length; kid = subtreeEnd[kid]) {
    if (called[kid] >= VALUE) {
      // Each value is a unit, however small; samples without the label are none of its units.
      if (called[kid] !== UNLABELLED) isRoot[kid] = 1;
      if (called[kid] === VALUE) isKnownRoot[kid] = 1;
      else pending.push(kid);
    } else if (called[kid] !== SERVING) consider(kid, isRoute(kid));
    if (isRoute(kid) && share[kid] >= MIN_RESUMED) resumed.add(func[kid]);
  }
  for (let node = 1; node < length; node++)
    if (depthOne[parent[node]] === 1 && resumed.has(func[node]) && func[node] !== func[parent[node]]) {
      isRoot[node] = 1;
      isKnownRoot[node] = 1;
    }
  while (pending.length > 0) {
    const node = pending.pop()!;
    // What the user calls a route is one.
    if (isRuntime[node] === 1 || called[node] === CHOSEN || !isOpened(node, isKnownRoot[node] === 1)) continue;
    for (let kid = node + 1; kid < subtreeEnd[node]; kid = subtreeEnd[kid]) consider(kid, false);
  }
  const units = new Map<number, number>();
  const funcs = [-1, -1];
  const known = [0, 0];
  const unit = new Int32Array(length);
  for (let node = 1; node < length; node++) {
    if (isRuntime[node] === 1) unit[node] = RUNTIME_UNIT;
    else if (isRoot[node] === 0) unit[node] = unit[parent[node]];
    else {
      let of = units.get(func[node]);
      if (of === undefined) {
        of = funcs.push(func[node]) - 1;
        known.push(0);
        units.set(func[node], of);
      }
      if (isKnownRoot[node] === 1) known[of] = 1;
      unit[node] = of;
    }
  }
  return { count: funcs.length, unit, func: Int32Array.from(funcs), isKnown: Uint8Array.from(known) };

  function isRoute(node: number): boolean {
    return called[node] === HANDLER || called[node] === CHOSEN;
  }

  function isOpened(node: number, isKnown: boolean): boolean {
    const isSliced = a.slices > 1 && b.slices > 1;
    if (share[node] < (isSliced ? OPENED_FROM : OPENED_UNSEEN)) return false;
    if (self[node] > MAX_SELF * share[node]) return false;
    const kids: number[] = [];
    for (let kid = node + 1; kid < subtreeEnd[node]; kid = subtreeEnd[kid]) if (share[kid] >= MIN_UNIT) kids.push(kid);
    if (kids.length === 0) return false;
    // A single function has no rest for comparison.
    const ofOne = kids.reduce((sum, kid) => sum + (isOneFunction(kid) ? share[kid] : 0), 0);
    if (ofOne > (isKnown ? 0.3 : 0.95) * share[node]) return false;
    if (!isSliced) return !isKnown;
    // A wrapper is looked through.
    const main = kids.find((kid) => share[kid] > WRAPPED * share[node]);
    if (main !== undefined) return isOpened(main, isKnown);
    const among = spreadAmong(tree, node, kids, a, b);
    const within =
      kids.reduce((sum, kid) => sum + share[kid] * spreadWithin(kid), 0) /
      kids.reduce((sum, kid) => sum + share[kid], 0);
    const over = among.ratio - within;
    // A handler has a self cost; a frame without one may be a router.
    if (isKnown && self[node] > MAX_ROUTER_SELF * share[node]) return false;
    const isSure = over > (isKnown ? 6 : 4) * Math.sqrt(2 / among.freedom) * within;
    return isSure && over / among.samples > (isKnown ? MIN_ROUTER_STRAY : MIN_STRAY) ** 2;
  }

  function isOneFunction(node: number): boolean {
    for (let at = node; at < subtreeEnd[node]; at++) if (self[at] > 0.9 * share[node]) return true;
    return false;
  }

  function spreadWithin(node: number): number {
    const kids: number[] = [];
    for (let kid = node + 1; kid < subtreeEnd[node]; kid = subtreeEnd[kid])
      if (share[kid] >= MIN_UNIT / 2) kids.push(kid);
    if (kids.length === 0) return 1;
    const main = kids.find((kid) => share[kid] > WRAPPED * share[node]);
    if (main !== undefined) return spreadWithin(main);
    return Math.max(1, spreadAmong(tree, node, kids, a, b).ratio);
  }
}

/**
 * How the parts of a node stray from it over the slices of each side: variance over that of counts, and samples of a part in
 * a slice. By what differs from one slice to the next: while a program warms up, each function gets cheaper at another time,
 * which is no sign of a route.
 */
function spreadAmong(
  tree: PreparedTree,
  node: number,
  kids: readonly number[],
  a: PreparedSide,
  b: PreparedSide,
): { ratio: number; freedom: number; samples: number } {
  let square = 0;
  let freedom = 0;
  let samples = 0;
  for (const side of [a, b]) {
    const { slices, samplesPerUnit } = side;
    const whole = totalBySlice(tree, side, node);
    const parts = kids.map((kid) => totalBySlice(tree, side, kid));
    const rest = whole.map((one, i) => Math.max(0, one - parts.reduce((sum, part) => sum + part[i], 0)));
    const all = sumOf(whole);
    if (!(all > 0)) continue;
    let countedParts = 0;
    for (const part of [...parts, rest]) {
      const sum = sumOf(part);
      if (sum * samplesPerUnit < slices) continue;
      countedParts++;
      let before = 0;
      for (let i = 0; i < slices; i++) {
        const expected = (sum * whole[i]) / all;
        const stray = expected > 0 ? (part[i] - expected) / Math.sqrt(expected) : 0;
        if (i > 0) square += ((stray - before) ** 2 / 2) * samplesPerUnit;
        before = stray;
      }
    }
    if (countedParts < 2) continue;
    freedom += (countedParts - 1) * (slices - 1);
    samples += (all * samplesPerUnit) / countedParts / slices / 2;
  }
  return { ratio: freedom > 0 ? square / freedom : 1, freedom: Math.max(1, freedom), samples: Math.max(1, samples) };
}

function meanShares({ length }: PreparedTree, a: PreparedSide, b: PreparedSide, of: 'self' | 'total'): Float64Array {
  const share = new Float64Array(length);
  for (const side of [a, b]) {
    const whole = side.total[0];
    if (!(whole > 0)) continue;
    const column = side[of];
    for (let node = 0; node < length; node++) share[node] += column[node] / whole / 2;
  }
  return share;
}

export function sumOf(column: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += column[i];
  return sum;
}
