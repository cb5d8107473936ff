/** What a scan tests: functions alone and with what they call, everywhere and unit by unit. */
import type { Part, Remaining } from './remaining.ts';

export interface Item extends Part {
  /** Of the union. */
  readonly func: number;
}

/** Of a subtree: a function that does so much of it itself is tested once. */
const ALONE_FROM = 0.98;

/** By name, so that a swap of the sides tests in the same order. */
export function itemsToTest(left: Remaining, leastShare: number): Item[] {
  const { length, func, names, parent } = left.tree;
  const { unit } = left.units;
  const alone = new Map<number, number[]>();
  const topmost = new Map<number, number[]>();
  const add = (to: Map<number, number[]>, node: number): void => {
    const known = to.get(func[node]);
    if (known) known.push(node);
    else to.set(func[node], [node]);
  };
  for (let node = 1; node < length; node++) {
    add(alone, node);
    let above = parent[node];
    while (above > 0 && func[above] !== func[node]) above = parent[above];
    if (above <= 0) add(topmost, node);
  }
  const shareOf = (part: Part): number => {
    const [a, b] = left.amounts(part);
    return a / left.totals[0] + b / left.totals[1];
  };
  const items: Item[] = [];
  // A wrapper costs what its callee does, and a function in one unit what it does anywhere: one test for both.
  const known = new Set<string>();
  const addOnce = (item: Item): void => {
    const key = `${left.amounts(item).join(' ')} ${unitsOf(item).join(' ')}`;
    if (known.has(key)) return;
    known.add(key);
    items.push(item);
  };
  const unitsOf = ({ nodes, unit: only }: Item): number[] =>
    only >= 0 ? [only] : [...new Set(nodes.map((node) => unit[node]))].sort((x, y) => x - y);
  const functions = [...alone.keys()]
    .filter((f) => f < names.length - 1)
    .sort((f, g) => (names[f] < names[g] ? -1 : 1));
  for (const f of functions) {
    const own: Item = { func: f, scope: 'self', unit: -1, nodes: alone.get(f)! };
    const all: Item = { func: f, scope: 'subtree', unit: -1, nodes: topmost.get(f)! };
    const [ofOwn, ofAll] = [shareOf(own), shareOf(all)];
    for (const item of [ofOwn >= leastShare ? own : undefined, ofOwn > ALONE_FROM * ofAll ? undefined : all]) {
      if (item === undefined || shareOf(item) < leastShare) continue;
      addOnce(item);
      const units = new Set(item.nodes.map((node) => unit[node]));
      if (units.size > 1) for (const one of units) addOnce({ ...item, unit: one });
    }
  }
  return items;
}
