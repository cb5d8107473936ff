/**
 * Which functions changed, each alone and with all that it calls, everywhere or in one unit of work: the clearest is taken
 * out with what lies below it, and so on (a tree-based scan, in its sequential form).
 */
import type { PreparedSide, PreparedTree } from './prepared-stacks.ts';
import { betweenOf, discoveries, type Noise, noiseOf, score, type Scored, type Stratum, zOf } from './score-test.ts';
import { RUNTIME_UNIT, sumOf, type WorkUnits } from './work-units.ts';

/** What may be claimed: floors on a change, and how many of the claims may be false. */
export interface Bar {
  /** Share of the whole, in [0, 1]. */
  readonly leastShare: number;
  /** Relative change. */
  readonly leastChange: number;
  /** Samples on both sides together; fewer are not tested. */
  readonly leastSamples: number;
  /** False discovery rate. */
  readonly falseRate: number;
}

export const usualBar: Bar = { leastShare: 0.001, leastChange: 0.02, leastSamples: 20, falseRate: 0.05 };

export interface Cause {
  /** Of the prepared tree. */
  readonly func: number;
  /** Its own cost alone, or with what it calls. */
  readonly scope: 'self' | 'subtree';
  /** −1: wherever it is called. */
  readonly unit: number;
  readonly z: number;
  readonly scored: Scored;
}

export interface Scan {
  readonly causes: readonly Cause[];
  /** By node of the prepared tree: the cause that it belongs to, or −1. */
  readonly owner: Int32Array;
  readonly noise: Noise;
  /** By function of the prepared tree: its own cost against the rest, where it is large enough. */
  readonly functions: readonly (Tested | undefined)[];
  readonly moves: readonly { from: number; to: number; z: number }[];
}

export interface Tested {
  readonly z: number;
  readonly scored: Scored;
  readonly isLarge: boolean;
}

interface Item {
  readonly func: number;
  readonly scope: 'self' | 'subtree';
  readonly unit: number;
  readonly nodes: readonly number[];
}

/** So many causes at most. */
const MAX_CAUSES = 40;
/** Ranges differ by this by themselves: of slices; without them nobody knows how a side strays. */
const LEAST_BETWEEN = 0.01;
const LEAST_BETWEEN_UNSLICED = 0.025;
/** Moves that are looked for, how clear both ends must be, and how much of the larger their sum may be. */
const MAX_MOVES = 20;
const LEAST_MOVE_Z = 2.5;
const LEAST_PART_Z = 1.5;
const MAX_SUM = 0.6;
/** So many slices at least must have it. */
const LEAST_EVENTS = 3;
/** Changes this near the clearest may be the cause too; work of a unit shifts by this from range to range. */
const NEAR_CLEAREST = 0.85;
const USUAL_SHIFT = 0.15;
/** So many changes are thought away at most to see how the rest strays. */
const MAX_THOUGHT_AWAY = 8;
/** Below a frame, one that holds so much of it names it. */
const NAMES_FROM = 0.95;

export function scanTree(
  tree: PreparedTree,
  units: WorkUnits,
  a: PreparedSide,
  b: PreparedSide,
  bar: Bar,
): Scan {
  const scanner = new Scanner(tree, units, a, b, bar);
  return scanner.run();
}

class Scanner {
  readonly #tree: PreparedTree;
  readonly #units: WorkUnits;
  readonly #sides: readonly [PreparedSide, PreparedSide];
  readonly #bar: Bar;
  readonly #items: readonly Item[];
  readonly #owner: Int32Array;
  /** By node: where its own cost counts. */
  readonly #movedTo: Int32Array;
  readonly moves: { from: number; to: number; z: number }[] = [];
  readonly #totals: readonly [number, number];
  // What is not taken out: [node, slice] of self and total, [unit, slice].
  #self: readonly [Float64Array, Float64Array];
  #total: readonly [Float64Array, Float64Array];
  #unitSums: readonly [Float64Array, Float64Array];

  constructor(tree: PreparedTree, units: WorkUnits, a: PreparedSide, b: PreparedSide, bar: Bar) {
    this.#tree = tree;
    this.#units = units;
    this.#sides = [a, b];
    this.#bar = bar;
    this.#owner = new Int32Array(tree.length).fill(-1);
    this.#self = [a.self.slice(), b.self.slice()];
    this.#total = [a.total.slice(), b.total.slice()];
    this.#unitSums = [new Float64Array(0), new Float64Array(0)];
    this.#totals = [sumOf(a.total.subarray(0, a.slices)), sumOf(b.total.subarray(0, b.slices))];
    this.#movedTo = Int32Array.from({ length: tree.length }, (_, node) => node);
    this.#sumUp();
    this.#foldMoves();
    this.#items = this.#itemsOf();
  }

  /**
   * Compilers inline a callee today and not tomorrow: then cost moves between a caller and what it calls, and their sum
   * stays. Such are tested as one.
   */
  #foldMoves(): void {
    const { parent, func } = this.#tree;
    const { unit } = this.#units;
    for (let fold = 0; fold < MAX_MOVES; fold++) {
      const callers = new Map<string, number[]>();
      const callees = new Map<string, { caller: string; nodes: number[] }>();
      for (let node = 1; node < func.length; node++) {
        const up = this.#movedTo[parent[node]];
        const caller = `${func[node]} ${unit[node]}`;
        const own = callers.get(caller);
        if (own) own.push(node);
        else callers.set(caller, [node]);
        if (up <= 0 || this.#movedTo[node] !== node || func[up] === func[node] || unit[up] !== unit[node]) continue;
        const key = `${func[up]} ${unit[up]} ${func[node]}`;
        const known = callees.get(key);
        if (known) known.nodes.push(node);
        else callees.set(key, { caller: `${func[up]} ${unit[up]}`, nodes: [node] });
      }
      const groups = new Map<string, { nodes: number[]; sign: number }>();
      const known = new Map<string, number>();
      for (const { caller, nodes } of callees.values()) {
        const callee = this.#alone(nodes);
        if (Math.abs(callee) < LEAST_PART_Z) continue;
        if (!known.has(caller)) known.set(caller, this.#alone(callers.get(caller)!));
        const own = known.get(caller)!;
        if (own * callee >= 0 || Math.abs(own) < LEAST_MOVE_Z) continue;
        const group = groups.get(caller);
        if (group) group.nodes.push(...nodes);
        else groups.set(caller, { nodes: [...nodes], sign: Math.sign(callee) });
      }
      let best: readonly number[] | undefined;
      let clearest = 0;
      for (const [caller, { nodes }] of groups) {
        const callee = this.#alone(nodes);
        const own = callers.get(caller)!;
        const clear = Math.min(Math.abs(known.get(caller)!), Math.abs(callee));
        if (clear < LEAST_MOVE_Z || clear <= clearest) continue;
        // Beside the rest alone: what the other one does to a share is no change.
        const [ofCaller, ofCallee] = [this.#alone(own, nodes), this.#alone(nodes, own)];
        if (ofCaller * ofCallee >= 0 || Math.min(Math.abs(ofCaller), Math.abs(ofCallee)) < LEAST_PART_Z) continue;
        const both = this.#alone([...nodes, ...own]);
        if (Math.abs(both) > MAX_SUM * Math.max(Math.abs(ofCaller), Math.abs(ofCallee))) continue;
        [best, clearest] = [nodes, clear];
      }
      if (best === undefined) return;
      this.moves.push({ from: best[0], to: this.#movedTo[parent[best[0]]], z: clearest });
      for (const node of best) this.#movedTo[node] = this.#movedTo[parent[node]];
      this.#sumUp();
    }
  }

  /** z of the own cost of some nodes, ranges taken as alike. */
  #alone(nodes: readonly number[], without: readonly number[] = []): number {
    const [a, b] = this.#sides;
    const strata = this.#strata({ nodes, scope: 'self', unit: -1 });
    for (const node of without) {
      const stratum = strata.find(({ unit }) => unit === this.#units.unit[node]);
      if (stratum === undefined) continue;
      for (let i = 0; i < a.slices; i++)
        stratum.mA[i] = lessOf(stratum.mA[i], this.#self[0][node * a.slices + i]);
      for (let i = 0; i < b.slices; i++)
        stratum.mB[i] = lessOf(stratum.mB[i], this.#self[1][node * b.slices + i]);
    }
    const scored = score(strata, a.samplesPerUnit, b.samplesPerUnit);
    if (!scored || !this.#hasSamples(strata)) return 0;
    return zOf(scored, noiseOf([], { a: a.samplesPerUnit, b: b.samplesPerUnit }, 0));
  }

  run(): Scan {
    const between = this.#betweenRanges();
    const causes: Item[] = [];
    while (causes.length < MAX_CAUSES) {
      const { tested, noise } = this.#testAll();
      const next = this.#clearest(tested, { ...noise, between });
      if (next === undefined) break;
      const item = this.#deepest(next);
      this.#take(item, causes.push(item) - 1);
    }
    return this.#settled(causes, between);
  }

  /**
   * How far the ranges differ by themselves: as many changes are thought away as make the rest fit so much better that
   * chance would not.
   */
  #betweenRanges(): number {
    let best = { between: 0, cost: Infinity };
    for (let taken = 0; taken <= MAX_THOUGHT_AWAY; taken++) {
      const { tested, noise } = this.#testAll();
      const alone = [...tested].filter(([{ scope, unit }]) => scope === 'self' && unit < 0).map(([, scored]) => scored);
      const { between, misfit } = betweenOf(alone, noise);
      const cost = misfit + taken * 2 * Math.log(Math.max(10, tested.size));
      if (cost < best.cost) best = { between, cost };
      const next = this.#clearest(tested, noise);
      if (next === undefined) break;
      this.#take(next, taken);
    }
    this.#owner.fill(-1);
    this.#sumUp();
    return Math.max(this.#leastBetween, best.between);
  }

  get #leastBetween(): number {
    const [a, b] = this.#sides;
    return a.slices > 1 && b.slices > 1 ? LEAST_BETWEEN : LEAST_BETWEEN_UNSLICED;
  }

  #testAll(): { tested: Map<Item, Scored>; noise: Noise } {
    const tested = new Map<Item, Scored>();
    for (const item of this.#items) {
      const strata = this.#strata(item);
      const scored = score(strata, this.#sides[0].samplesPerUnit, this.#sides[1].samplesPerUnit);
      if (scored && this.#hasSamples(strata) && this.#isSpread(strata)) tested.set(item, scored);
    }
    return { tested, noise: this.#noise(tested) };
  }

  #noise(tested: ReadonlyMap<Item, Scored>): Noise {
    const [a, b] = this.#sides;
    const alone = [...tested].filter(([{ scope, unit }]) => scope === 'self' && unit < 0).map(([, scored]) => scored);
    return noiseOf(
      alone,
      { a: a.samplesPerUnit, b: b.samplesPerUnit },
      this.#leastBetween,
    );
  }

  #clearest(tested: ReadonlyMap<Item, Scored>, noise: Noise): Item | undefined {
    const items = [...tested.keys()];
    const z = items.map((item) => zOf(tested.get(item)!, noise));
    const isFound = discoveries(z, this.#bar.falseRate);
    const found = items.flatMap((item, i) =>
      isFound[i] === 1 && this.#isLarge(tested.get(item)!) ? [{ item, z: Math.abs(z[i]) }] : [],
    );
    if (found.length === 0) return undefined;
    const clearest = found.reduce((most, one) => Math.max(most, one.z), 0);
    let best: Item | undefined;
    let most = -Infinity;
    for (const one of found) {
      if (one.z < NEAR_CLEAREST * clearest) continue;
      const worth = one.z ** 2 - this.#oddity(one.item);
      if (worth > most + 1e-9) [best, most] = [one.item, worth];
    }
    return best;
  }

  /**
   * Of two parts of a unit one rose beside the other, or the other fell: the likelier is the one without which the unit
   * grew as all else did.
   */
  #oddity(item: Pick<Item, 'nodes' | 'scope' | 'unit'>): number {
    const [wholeA, wholeB] = [0, 1].map((side) => sumOf(this.#unitSums[side]));
    let odd = 0;
    for (const { xA, mA, xB, mB } of this.#strata(item)) {
      const [a, b] = [sumOf(mA), sumOf(mB)];
      const [ownA, ownB] = [sumOf(xA), sumOf(xB)];
      if (!(a > 0) || !(b > 0)) continue;
      const others = (wholeB - b - ownB) / (wholeA - a - ownA);
      if (!(others > 0) || !Number.isFinite(others)) continue;
      const counts = 1 / (a * this.#sides[0].samplesPerUnit) + 1 / (b * this.#sides[1].samplesPerUnit);
      const change = Math.log(b / a / others) ** 2 / (counts + USUAL_SHIFT ** 2);
      const before = Math.log((b + ownB) / (a + ownA) / others) ** 2 / (counts + USUAL_SHIFT ** 2);
      odd += change - before;
    }
    return odd;
  }

  #isLarge({ strata, size, difference }: Scored): boolean {
    let [xA, xB, without] = [0, 0, 0];
    for (const one of strata) {
      xA += one.xA;
      xB += one.xB;
      without += (one.xA * (one.nB - one.xB)) / (one.nA - one.xA);
    }
    const points = Math.abs(xB - without) / ((this.#totals[0] + this.#totals[1]) / 2);
    return points >= this.#bar.leastShare && Math.abs(difference) >= this.#bar.leastChange * size;
  }

  #hasSamples(strata: readonly Stratum[]): boolean {
    let samples = 0;
    let share = 0;
    for (const { xA, xB } of strata) {
      const [ofA, ofB] = [sumOf(xA), sumOf(xB)];
      samples += ofA * this.#sides[0].samplesPerUnit + ofB * this.#sides[1].samplesPerUnit;
      share += ofA / this.#totals[0] + ofB / this.#totals[1];
    }
    return samples >= this.#bar.leastSamples && share >= this.#bar.leastShare;
  }

  /** What happened in a slice or two is one event, whatever its samples: nothing says how often such comes by itself. */
  #isSpread(strata: readonly Stratum[]): boolean {
    return ([0, 1] as const).every((side) => {
      const { slices } = this.#sides[side];
      if (slices < LEAST_EVENTS * 2) return true;
      const [parts, whole] = [new Float64Array(slices), new Float64Array(slices)];
      for (const { xA, mA, xB, mB } of strata) {
        const [x, m] = side === 0 ? [xA, mA] : [xB, mB];
        for (let i = 0; i < slices; i++) {
          parts[i] += x[i];
          whole[i] += x[i] + m[i];
        }
      }
      return eventsIn(whole) >= LEAST_EVENTS && (sumOf(parts) === 0 || eventsIn(parts) >= LEAST_EVENTS);
    });
  }

  /** A function's parts in each unit, beside the rest there; what the runtime does beside all that it does not. */
  #strata({ nodes, scope, unit: only }: Pick<Item, 'nodes' | 'scope' | 'unit'>): (Stratum & { unit: number })[] {
    const { unit } = this.#units;
    const columns = scope === 'self' ? this.#self : this.#total;
    const parts = new Map<number, [Float64Array, Float64Array]>();
    for (const node of nodes) {
      const of = unit[node];
      if (only >= 0 && of !== only) continue;
      let part = parts.get(of);
      if (part === undefined)
        parts.set(of, (part = [new Float64Array(this.#sides[0].slices), new Float64Array(this.#sides[1].slices)]));
      for (const side of [0, 1] as const) {
        const { slices } = this.#sides[side];
        const column = columns[side];
        for (let i = 0; i < slices; i++) part[side][i] += column[node * slices + i];
      }
    }
    return [...parts].map(([of, [xA, xB]]) => ({ unit: of, xA, mA: this.#rest(0, of, xA), xB, mB: this.#rest(1, of, xB) }));
  }

  #rest(side: 0 | 1, unit: number, part: Float64Array): Float64Array {
    const { slices } = this.#sides[side];
    const sums = this.#unitSums[side];
    if (unit !== RUNTIME_UNIT) return part.map((one, i) => lessOf(sums[unit * slices + i], one));
    const rest = new Float64Array(slices);
    for (let u = 0; u < this.#units.count; u++)
      if (u !== RUNTIME_UNIT) for (let i = 0; i < slices; i++) rest[i] += sums[u * slices + i];
    return rest;
  }

  #take({ nodes, scope, unit }: Item, index: number): void {
    const { subtreeEnd } = this.#tree;
    for (const node of nodes) {
      if (unit >= 0 && this.#units.unit[node] !== unit) continue;
      for (let at = node, end = scope === 'self' ? node + 1 : subtreeEnd[node]; at < end; at++)
        if (this.#owner[at] < 0) this.#owner[at] = index;
    }
    this.#sumUp();
  }

  /** What no cause owns; of a cause that is looked at again, `shown`, also what it owns. */
  #sumUp(shown = -1): void {
    const { length, parent } = this.#tree;
    const { unit, count } = this.#units;
    const owner = this.#owner;
    const sides = this.#sides;
    this.#self = sides.map(({ self, slices }) => {
      const left = new Float64Array(self.length);
      for (let node = 0; node < length; node++) {
        const to = this.#movedTo[node];
        if (owner[to] >= 0 && owner[to] !== shown) continue;
        for (let i = 0; i < slices; i++) left[to * slices + i] += self[node * slices + i];
      }
      return left;
    }) as unknown as [Float64Array, Float64Array];
    this.#total = this.#self.map((self, side) => {
      const { slices } = sides[side];
      const total = self.slice();
      for (let node = length - 1; node > 0; node--) {
        const up = parent[node] * slices;
        for (let i = 0; i < slices; i++) total[up + i] += total[node * slices + i];
      }
      return total;
    }) as unknown as [Float64Array, Float64Array];
    this.#unitSums = this.#self.map((self, side) => {
      const { slices } = sides[side];
      const sums = new Float64Array(count * slices);
      for (let node = 0; node < length; node++)
        for (let i = 0; i < slices; i++) sums[unit[node] * slices + i] += self[node * slices + i];
      return sums;
    }) as unknown as [Float64Array, Float64Array];
  }

  /** The deepest frame that holds nearly all of a subtree names it. */
  #deepest(item: Item): Item {
    if (item.scope === 'self') return item;
    const { func, subtreeEnd } = this.#tree;
    let { nodes } = item;
    for (;;) {
      const kids = new Map<number, number[]>();
      for (const node of nodes) {
        if (item.unit >= 0 && this.#units.unit[node] !== item.unit) continue;
        for (let kid = node + 1; kid < subtreeEnd[node]; kid = subtreeEnd[kid]) {
          const of = kids.get(func[kid]);
          if (of === undefined) kids.set(func[kid], [kid]);
          else of.push(kid);
        }
      }
      const whole = this.#amount(nodes, item.unit);
      const next = [...kids.values()].find((some) => {
        const part = this.#amount(some, item.unit);
        return part[0] >= NAMES_FROM * whole[0] && part[1] >= NAMES_FROM * whole[1];
      });
      if (next === undefined) return { ...item, func: func[nodes[0]], nodes };
      nodes = next;
    }
  }

  #amount(nodes: readonly number[], unit: number): [number, number] {
    const sums: [number, number] = [0, 0];
    for (const node of nodes) {
      if (unit >= 0 && this.#units.unit[node] !== unit) continue;
      for (const side of [0, 1] as const) {
        const { slices } = this.#sides[side];
        for (let i = 0; i < slices; i++) sums[side] += this.#total[side][node * slices + i];
      }
    }
    return sums;
  }

  /** An early one may have been taken for a later one's doing: with all others out, each must still stand. */
  #settled(taken: readonly Item[], between: number): Scan {
    let left = taken.map((item, index) => ({ item, index }));
    for (;;) {
      this.#sumUp();
      const { tested, noise: within } = this.#testAll();
      const noise = { ...within, between };
      const judged = left.map(({ item, index }) => {
        this.#sumUp(index);
        const scored = score(
          this.#strata({ nodes: this.#owned(index), scope: 'self', unit: -1 }),
          this.#sides[0].samplesPerUnit,
          this.#sides[1].samplesPerUnit,
        );
        return { item, index, scored, z: scored ? zOf(scored, noise) : 0 };
      });
      const rest = [...tested.values()].map((scored) => zOf(scored, noise));
      const isFound = discoveries([...judged.map(({ z }) => z), ...rest], this.#bar.falseRate);
      const fallen = judged.filter(({ scored }, i) => isFound[i] === 0 || !scored || !this.#isLarge(scored));
      if (fallen.length === 0) {
        const functions: (Tested | undefined)[] = Array.from({ length: this.#tree.names.length });
        for (const [{ func, scope, unit }, scored] of tested)
          if (scope === 'self' && unit < 0)
            functions[func] = { z: zOf(scored, noise), scored, isLarge: this.#isLarge(scored) };
        const order = judged.toSorted((x, y) => Math.abs(y.z) - Math.abs(x.z));
        const numbers = new Map(order.map(({ index }, i) => [index, i]));
        return {
          causes: order.map(({ item: { func, scope, unit }, z, scored }) => ({ func, scope, unit, z, scored: scored! })),
          owner: this.#owner.map((index) => numbers.get(index) ?? -1),
          noise,
          functions,
          moves: this.moves,
        };
      }
      const weakest = fallen.reduce((x, y) => (Math.abs(y.z) < Math.abs(x.z) ? y : x));
      left = left.filter(({ index }) => index !== weakest.index);
      for (let node = 0; node < this.#owner.length; node++)
        if (this.#owner[node] === weakest.index) this.#owner[node] = -1;
    }
  }

  #owned(index: number): number[] {
    const nodes: number[] = [];
    for (let node = 0; node < this.#owner.length; node++) if (this.#owner[node] === index) nodes.push(node);
    return nodes;
  }

  #itemsOf(): Item[] {
    const { length, func, names, parent } = this.#tree;
    const { unit } = this.#units;
    const share = (node: number, columns: readonly [Float64Array, Float64Array]): number => {
      let sum = 0;
      for (const side of [0, 1] as const) {
        const { slices } = this.#sides[side];
        for (let i = 0; i < slices; i++) sum += columns[side][node * slices + i] / this.#totals[side];
      }
      return sum;
    };
    const alone = Array.from({ length: names.length }, (): number[] => []);
    const topmost = Array.from({ length: names.length }, (): number[] => []);
    const ofAlone = new Float64Array(names.length);
    const ofTopmost = new Float64Array(names.length);
    for (let node = 1; node < length; node++) {
      const f = func[node];
      const own = share(node, this.#self);
      if (own > 0) {
        alone[f].push(node);
        ofAlone[f] += own;
      }
      let above = parent[node];
      while (above > 0 && func[above] !== f) above = parent[above];
      if (above > 0) continue;
      topmost[f].push(node);
      ofTopmost[f] += share(node, this.#total);
    }
    const items: Item[] = [];
    const byName = names.map((_, f) => f).sort((f, g) => (names[f] < names[g] ? -1 : 1));
    for (const f of byName) {
      const least = this.#bar.leastShare;
      if (ofTopmost[f] < least) continue;
      const isWholeSelf = ofAlone[f] > 0.98 * ofTopmost[f];
      for (const [scope, nodes] of [
        ['self', ofAlone[f] >= least ? alone[f] : []],
        ['subtree', isWholeSelf ? [] : topmost[f]],
      ] as const) {
        if (nodes.length === 0) continue;
        items.push({ func: f, scope, unit: -1, nodes });
        const units = new Set(nodes.map((node) => unit[node]));
        if (units.size > 1) for (const one of units) items.push({ func: f, scope, unit: one, nodes });
      }
    }
    return items;
  }
}

/** Kish's number of equal slices. */
function eventsIn(column: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (const one of column) {
    sum += one;
    squares += one * one;
  }
  return squares > 0 ? sum ** 2 / squares : 0;
}

/** Differences of large sums leave crumbs. */
function lessOf(whole: number, part: number): number {
  const left = whole - part;
  return left > whole * 1e-9 ? left : 0;
}
