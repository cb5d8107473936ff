import { describe, expect, it } from 'vitest';
import { entriesOf, type PreparedSide, type PreparedTree } from '#model/prepared-stacks.ts';
import { Remaining } from '#model/remaining.ts';
import { itemsToTest } from '#model/scan-items.ts';
import type { WorkUnits } from '#model/work-units.ts';
import { seeded, type Random } from '#base/seeded.ts';

const NODES = 120;
const FUNCTIONS = 9;
const SLICES = 4;

describe('the remaining sums while causes are taken out', () => {
  it.each([1, 2, 3, 4, 5])('has the sums that are made anew from its nodes (%i)', (seed) => {
    const random = seeded(`remaining ${seed}`);
    const tree = makeTree(random);
    const units = makeUnits(tree);
    const [a, b] = [makeSide(tree, random), makeSide(tree, random)];
    const left = new Remaining(tree, units, a.side, b.side);
    const moved = [...tree.parent.keys()].filter((node) => tree.parent[node] > 0 && units.unit[node] !== 1).slice(-2);
    left.move(moved);
    const items = itemsToTest(left, 0);
    const tracked = left.track(items);
    const check = (): void => {
      tracked.refresh();
      for (const [i, item] of items.entries())
        for (const { unit, xA, mA, xB, mB } of tracked.strata[i])
          for (const [x, m, { own }] of [
            [xA, mA, a],
            [xB, mB, b],
          ] as const) {
            const nodes = item.nodes.filter((node) => units.unit[node] === unit);
            const part = sumOver(left, own, (node) => nodes.some((top) => isIn(tree, node, top, item.scope)));
            expect([...x]).toEqual(part);
            const rest = sumOver(left, own, (node) =>
              unit === 1 ? units.unit[node] !== 1 : units.unit[node] === unit,
            );
            const beside = rest.map((one, slice) => (unit === 1 ? one : Math.max(0, one - part[slice])));
            expect([...m]).toEqual(beside);
          }
    };
    check();
    left.take(items[Math.floor(random() * items.length)], 0);
    check();
    left.take(items[Math.floor(random() * items.length)], 1);
    check();
    left.giveBack(0);
    check();
    left.giveBackAll();
    check();
    expect([...left.owner].every((owner) => owner < 0)).toBe(true);
  });
});

it('moves what was moved to a node along with it', () => {
  const random = seeded('chain');
  const tree = makeTree(random);
  const left = new Remaining(tree, makeUnits(tree), makeSide(tree, random).side, makeSide(tree, random).side);
  const leaf = tree.parent.findLastIndex((above) => above > 0 && tree.parent[above] > 0);
  const middle = tree.parent[leaf];
  left.move([leaf]);
  left.move([middle]);
  expect([left.movedTo[leaf], left.movedTo[middle]]).toEqual([tree.parent[middle], tree.parent[middle]]);
});

/** Of each slice: what nodes that nobody owns did, where it counts. */
function sumOver(left: Remaining, own: readonly Float64Array[], isPart: (node: number) => boolean): number[] {
  const sums = Array.from({ length: SLICES }, () => 0);
  for (const [node, slices] of own.entries()) {
    const at = left.movedTo[node];
    if (left.owner[at] >= 0 || !isPart(at)) continue;
    for (let slice = 0; slice < SLICES; slice++) sums[slice] += slices[slice];
  }
  return sums;
}

function isIn({ subtreeEnd, isRuntime }: PreparedTree, node: number, top: number, scope: 'self' | 'subtree'): boolean {
  if (scope === 'self') return node === top;
  return node >= top && node < subtreeEnd[top] && isRuntime[node] === isRuntime[top];
}

/** Depth first; a node of function 0 and all below it is the runtime's. */
function makeTree(random: Random): PreparedTree {
  const parent = new Int32Array(NODES).fill(-1);
  const func = new Int32Array(NODES).fill(-1);
  const isRuntime = new Uint8Array(NODES);
  const subtreeEnd = Int32Array.from({ length: NODES }, (_, node) => node + 1);
  const path = [0];
  for (let node = 1; node < NODES; node++) {
    path.length = 1 + Math.floor(random() ** 0.5 * path.length);
    parent[node] = path.at(-1)!;
    func[node] = Math.floor(random() * FUNCTIONS);
    isRuntime[node] = func[node] === 0 ? 1 : isRuntime[parent[node]];
    path.push(node);
  }
  for (let node = NODES - 1; node > 0; node--)
    subtreeEnd[parent[node]] = Math.max(subtreeEnd[parent[node]], subtreeEnd[node]);
  return {
    length: NODES,
    parent,
    func,
    subtreeEnd,
    names: Array.from({ length: FUNCTIONS + 1 }, (_, f) => `f${f}`),
    isRuntime,
    called: new Uint8Array(NODES),
    place: Int32Array.from({ length: NODES }, (_, node) => node),
    label: undefined,
  };
}

/** Unit 1 is the runtime; below function 1 a unit of its own begins. */
function makeUnits({ length, parent, func, isRuntime }: PreparedTree): WorkUnits {
  const unit = new Int32Array(length);
  for (let node = 1; node < length; node++)
    unit[node] = isRuntime[node] === 1 ? 1 : func[node] === 1 ? 2 : unit[parent[node]];
  return { count: 3, unit, func: Int32Array.of(-1, -1, 1), isKnown: new Uint8Array(3) };
}

function makeSide(
  { length, parent }: PreparedTree,
  random: Random,
): { side: PreparedSide; own: readonly Float64Array[] } {
  const own = Array.from({ length }, () => Float64Array.from({ length: SLICES }, () => Math.floor(random() * 5)));
  const at = Int32Array.from({ length: length * SLICES }, (_, e) => Math.floor(e / SLICES));
  const slice = Uint16Array.from({ length: length * SLICES }, (_, e) => e % SLICES);
  const value = Float64Array.from(at, (node, e) => own[node][e % SLICES]);
  const self = Float64Array.from(own, (slices) => slices.reduce((sum, one) => sum + one, 0));
  const total = self.slice();
  for (let node = length - 1; node > 0; node--) total[parent[node]] += total[node];
  const entries = entriesOf(length, SLICES, at, slice, value);
  const whole = new Float64Array(SLICES);
  for (const slices of own) for (let i = 0; i < SLICES; i++) whole[i] += slices[i];
  return {
    side: { slices: SLICES, samplesPerUnit: 1, entries, self, total, whole, sliceOf: Int32Array.of(0, 1, 2, 3) },
    own,
  };
}
