/** The items of a scan: functions alone and with callees, everywhere and by unit. */
import type { Remaining } from './remaining.ts';
import type { Part } from './tracked-strata.ts';

export interface Item extends Part {
  /** Function of the union. */
  readonly func: number;
}

/** A function whose self cost is this share of its subtree is tested once. */
const ALONE_FROM = 0.98;

/** By name, so that a swap of the sides tests in the same order. */
export function itemsToTest(left: Remaining, leastShare: number): Item[] {
  const { length, func, names } = left.tree;
  const { unit } = left.units;
  const isTopmost = topmostOf(left);
  const shareOf = (part: Part): number => {
    const [a, b] = left.amounts(part);
    return a / left.totals[0] + b / left.totals[1];
  };
  // Functions that are small everywhere are left out.
  const own = new Float64Array(names.length);
  const all = new Float64Array(names.length);
  for (let node = 1; node < length; node++) {
    own[func[node]] += left.shareOf(node, 'self');
    if (isTopmost[node] === 1) all[func[node]] += left.shareOf(node, 'subtree');
  }
  const alone = new Map<number, number[]>();
  const topmost = new Map<number, number[]>();
  for (let f = 0; f < names.length - 1; f++) {
    if (own[f] >= leastShare) alone.set(f, []);
    if (all[f] >= leastShare && !(own[f] > ALONE_FROM * all[f])) topmost.set(f, []);
  }
  for (let node = 1; node < length; node++) {
    alone.get(func[node])?.push(node);
    if (isTopmost[node] === 1) topmost.get(func[node])?.push(node);
  }
  const items: Item[] = [];
  // A wrapper has the same cost as its callee, and a function in only one unit the same cost as everywhere: one test is
  // enough.
  const known = new Map<number, { readonly b: number; readonly units: string }[]>();
  const addOnce = (item: Item, units: string): void => {
    const [a, b] = left.amounts(item);
    let alike = known.get(a);
    if (!alike) known.set(a, (alike = []));
    else if (alike.some((one) => one.b === b && one.units === units)) return;
    alike.push({ b, units });
    items.push(item);
  };
  const functions = [...new Set([...alone.keys(), ...topmost.keys()])].sort((f, g) => (names[f] < names[g] ? -1 : 1));
  for (const f of functions)
    for (const [scope, nodes] of [
      ['self', alone.get(f)],
      ['subtree', topmost.get(f)],
    ] as const) {
      if (nodes === undefined) continue;
      const byUnit = new Map<number, number[]>();
      for (const node of nodes) {
        const same = byUnit.get(unit[node]);
        if (same) same.push(node);
        else byUnit.set(unit[node], [node]);
      }
      addOnce({ func: f, scope, unit: -1, nodes }, [...byUnit.keys()].sort((x, y) => x - y).join(' '));
      if (byUnit.size < 2) continue;
      for (const [one, some] of byUnit) {
        const item: Item = { func: f, scope, unit: one, nodes: some };
        if (shareOf(item) >= leastShare) addOnce(item, `${one}`);
      }
    }
  return items;
}

/** By node: 1 if no frame above it is of the same function. */
function topmostOf({ tree: { length, func, names, subtreeEnd } }: Remaining): Uint8Array {
  const isTopmost = new Uint8Array(length);
  // By function: the end of the subtree of its last topmost node. Nodes are depth first: those before the end are in it.
  const end = new Int32Array(names.length);
  for (let node = 1; node < length; node++) {
    if (node < end[func[node]]) continue;
    isTopmost[node] = 1;
    end[func[node]] = subtreeEnd[node];
  }
  return isTopmost;
}
