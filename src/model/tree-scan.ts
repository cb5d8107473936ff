/**
 * Which functions changed, each alone and with all that it calls, everywhere or in one unit of work: the clearest is taken
 * out with what lies below it, and so on (a tree-based scan, in its sequential form).
 */
import type { Bar } from './bar.ts';
import { foldMoves, type Move } from './moved-cost.ts';
import type { PreparedSide, PreparedTree } from './prepared-stacks.ts';
import { Remaining } from './remaining.ts';
import { itemsToTest, type Item } from './scan-items.ts';
import { betweenOf, noiseOf } from './noise.ts';
import { type Noise, type Scored, type Stratum, strengthOf, sumsOf, zOf } from './score-test.ts';
import { chosenQuantile, discoveries } from './chance.ts';
import type { TrackedStrata, UnitStratum } from './tracked-strata.ts';
import { sumOf, type WorkUnits } from './work-units.ts';

interface Cause {
  /** Function of the union. */
  readonly func: number;
  /** Its own cost alone, or with what it calls. */
  readonly scope: 'self' | 'subtree';
  /** −1: wherever it is called. */
  readonly unit: number;
  readonly z: number;
  readonly scored: Scored;
  /** z at which its interval ends: it was chosen for being large. */
  readonly endsAt: number;
}

/** An item that was taken out, and the number by which its nodes are owned. */
interface Taken {
  readonly item: Item;
  readonly cause: number;
}

export interface Scan {
  /** Clearest first. */
  readonly causes: readonly Cause[];
  readonly moves: readonly Move[];
  readonly noise: Noise;
  /** By function: its own cost against the rest, where it is large enough. */
  readonly functions: ReadonlyMap<number, Tested>;
  /** What the causes leave; its owners are the causes. */
  readonly left: Remaining;
}

interface Tested {
  readonly z: number;
  readonly scored: Scored;
  readonly isLarge: boolean;
}

/** Maximum number of causes, and of changes that are left out for estimating the noise. */
const MAX_CAUSES = 40;
const MAX_THOUGHT_AWAY = 6;
/** A change need not be certain to be left out. */
const THOUGHT_RATE = 0.5;
/** Assumed random difference between ranges; larger without slices. */
const MIN_BETWEEN = 0.01;
const MIN_BETWEEN_UNSLICED = 0.015;
/** From this on the difference of ranges is taken as this many times as large. */
const SURE_BETWEEN = 0.04;
const UNSURE = 1.3;
/** Ranges seldom differ by more than this. */
const USUAL_BETWEEN = 0.1;
/** Below a frame, one that holds so much of it names it. */
const NAMES_FROM = 0.95;
/** Changes this close to the clearest may be the cause instead; and the shift of a unit's work between ranges. */
const NEAR_CLEAREST = 0.85;
const USUAL_SHIFT = 0.15;
/** From this factor on a change is no matter of what it is held against. */
const EXTREME = 8;
/** Minimum number of slices in which it occurs. */
const MIN_EVENTS = 3;
/** A side with less than this share of the other's amount does not show in which slices it ran. */
const MUCH_LESS = 0.25;

export function scanTree(tree: PreparedTree, units: WorkUnits, a: PreparedSide, b: PreparedSide, bar: Bar): Scan {
  return new Scanner(new Remaining(tree, units, a, b), bar).run();
}

class Scanner {
  readonly #left: Remaining;
  readonly #bar: Bar;
  readonly #moves: readonly Move[];
  readonly #items: readonly Item[];
  readonly #number: ReadonlyMap<Item, number>;
  readonly #tracked: TrackedStrata;
  /** By item: its test, rebuilt where its strata have changed. */
  readonly #scores: (Scored | undefined)[] = [];
  readonly #leastBetween: number;
  /** Room for sums by slice: of a part, and of it with its surroundings. */
  readonly #spread: readonly (readonly [Float64Array, Float64Array])[];

  constructor(left: Remaining, bar: Bar) {
    this.#left = left;
    this.#bar = bar;
    this.#spread = left.sides.map(({ slices }) => [new Float64Array(slices), new Float64Array(slices)]);
    const isSliced = left.sides.every(({ slices }) => slices > 1);
    this.#leastBetween = isSliced ? MIN_BETWEEN : MIN_BETWEEN_UNSLICED;
    this.#moves = foldMoves(left, bar.leastSamples, bar.leastShare);
    this.#items = itemsToTest(left, bar.leastShare);
    this.#tracked = left.track(this.#items);
    this.#number = new Map(this.#items.map((item, i) => [item, i]));
  }

  run(): Scan {
    const between = this.#betweenRanges();
    const causes: Item[] = [];
    while (causes.length < MAX_CAUSES) {
      const { tested, noise } = this.#testAll();
      const next = this.#likeliest(tested, { ...noise, between });
      if (next === undefined) break;
      const item = this.#deepest(next);
      this.#left.take(item, causes.push(item) - 1);
    }
    return this.#settled(causes, between);
  }

  /**
   * Estimates the random difference between ranges. Leaves out changes as long as that improves the fit more than
   * chance would.
   */
  #betweenRanges(): number {
    let best = { between: 0, cost: Infinity };
    for (let taken = 0; taken <= MAX_THOUGHT_AWAY; taken++) {
      const { tested, noise } = this.#testAll();
      const { between, misfit } = betweenOf(ownCosts(tested), noise);
      const cost =
        misfit + (between / USUAL_BETWEEN) ** 2 + taken * 2 * Math.log(Math.max(10, ownCosts(tested).length));
      if (cost < best.cost) best = { between, cost };
      const next = this.#likeliest(tested, noise, THOUGHT_RATE);
      if (next === undefined) break;
      this.#left.take(next, taken);
    }
    this.#left.giveBackAll();
    // The most likely value may be too small, which would cause false claims, so it is raised.
    return Math.max(this.#leastBetween, best.between > SURE_BETWEEN ? best.between * UNSURE : best.between);
  }

  #testAll(): { tested: Map<Item, Scored>; noise: Noise } {
    const tested = new Map<Item, Scored>();
    const round = this.#tracked.refresh();
    for (const [i, item] of this.#items.entries()) {
      if (this.#tracked.isNew(i, round)) this.#scores[i] = this.#test(this.#tracked.strata[i]);
      const scored = this.#scores[i];
      if (scored) tested.set(item, scored);
    }
    const [a, b] = this.#left.sides;
    return { tested, noise: noiseOf(ownCosts(tested), a, b, this.#leastBetween) };
  }

  #test(strata: readonly UnitStratum[]): Scored | undefined {
    return this.#hasSamples(strata) && this.#isSpread(strata) ? this.#left.score(strata) : undefined;
  }

  /** Among the clearest changes, the one without which the rest of the program changed least. */
  #likeliest(tested: ReadonlyMap<Item, Scored>, noise: Noise, falseRate = this.#bar.falseRate): Item | undefined {
    const items = [...tested.keys()];
    const z = items.map((item) => zOf(tested.get(item)!, noise));
    const weights = items.map((item) => weightOf(tested.get(item)!));
    const isFound = discoveries(z, falseRate, weights);
    const found = items.flatMap((item, i) =>
      isFound[i] === 1 && this.#isLarge(tested.get(item)!)
        ? [{ item, z: Math.abs(strengthOf(tested.get(item)!, noise)) }]
        : [],
    );
    // Functions that nearly appeared or vanished come first: they differ from any reference, and distort it the most.
    const extreme = found.filter(({ item }) => isExtreme(tested.get(item)!));
    const near = extreme.length > 0 ? extreme : found;
    const clearest = near.reduce((most, one) => Math.max(most, one.z), 0);
    let best: Item | undefined;
    let most = -Infinity;
    for (const one of near) {
      if (one.z < NEAR_CLEAREST * clearest) continue;
      const worth = one.z ** 2 - this.#oddity(one.item);
      if (worth > most + 1e-9) [best, most] = [one.item, worth];
    }
    return best;
  }

  /**
   * If one part of a unit rose relative to the other, either may have changed: the likelier is the one without which
   * the unit
   * grew as all else did.
   */
  #oddity(item: Item): number {
    const left = this.#left;
    const [wholeA, wholeB] = left.amounts({ nodes: [0], scope: 'subtree', unit: -1 });
    const [a, b] = left.sides;
    let odd = 0;
    for (const { xA, mA, xB, mB } of this.#tracked.strata[this.#number.get(item)!]) {
      const [restA, restB, ownA, ownB] = [mA, mB, xA, xB].map(sumOf);
      const [othersA, othersB] = [wholeA - restA - ownA, wholeB - restB - ownB];
      // Without other units: as many slices, as much work.
      const others = othersA > 0 && othersB > 0 ? othersB / othersA : b.slices / a.slices;
      if (!(restA > 0 && restB > 0 && others > 0)) continue;
      const variance = 1 / (restA * a.samplesPerUnit) + 1 / (restB * b.samplesPerUnit) + USUAL_SHIFT ** 2;
      const without = Math.log(restB / restA / others) ** 2;
      const before = Math.log((restB + ownB) / (restA + ownA) / others) ** 2;
      odd += (without - before) / variance;
    }
    return odd;
  }

  #isLarge({ strata, size, difference }: Scored): boolean {
    const [totalA, totalB] = this.#left.totals;
    let points = 0;
    for (const { xA, nA, xB, nB } of strata) {
      const [restA, restB] = [nA - xA, nB - xB];
      points += ((xB / restB - xA / restA) * (restA / totalA + restB / totalB)) / 2;
    }
    return Math.abs(points) >= this.#bar.leastShare && Math.abs(difference) >= this.#bar.leastChange * size;
  }

  #hasSamples(strata: readonly Stratum[]): boolean {
    const [a, b] = this.#left.sides;
    const [totalA, totalB] = this.#left.totals;
    let samples = 0;
    let share = 0;
    for (const stratum of strata) {
      const [ofA, , ofB] = sumsOf(stratum);
      samples += ofA * a.samplesPerUnit + ofB * b.samplesPerUnit;
      share += ofA / totalA + ofB / totalB;
    }
    return samples >= this.#bar.leastSamples && share >= this.#bar.leastShare;
  }

  /** Cost in only a slice or two is one event, however many samples it has: its usual frequency is unknown. */
  #isSpread(strata: readonly Stratum[]): boolean {
    const shares = ([0, 1] as const).map((side) => {
      const [parts, whole] = this.#spread[side];
      parts.fill(0);
      whole.fill(0);
      let sum = 0;
      for (const { xA, mA, xB, mB } of strata) {
        const [x, m] = side === 0 ? [xA, mA] : [xB, mB];
        for (let i = 0; i < parts.length; i++) {
          parts[i] += x[i];
          whole[i] += x[i] + m[i];
          sum += x[i];
        }
      }
      return sum / this.#left.totals[side];
    });
    const most = Math.max(shares[0], shares[1]);
    return this.#spread.every(
      ([parts, whole], side) =>
        parts.length < 2 * MIN_EVENTS ||
        (eventsIn(whole) >= MIN_EVENTS && (shares[side] < MUCH_LESS * most || eventsIn(parts) >= MIN_EVENTS)),
    );
  }

  /** The deepest frame that holds nearly all of a subtree names it. */
  #deepest(item: Item): Item {
    if (item.scope === 'self') return item;
    const { func, subtreeEnd } = this.#left.tree;
    let { nodes } = item;
    for (;;) {
      const kids = new Map<number, number[]>();
      for (const node of nodes) {
        if (item.unit >= 0 && this.#left.units.unit[node] !== item.unit) continue;
        for (let kid = node + 1; kid < subtreeEnd[node]; kid = subtreeEnd[kid]) {
          const same = kids.get(func[kid]);
          if (same) same.push(kid);
          else kids.set(func[kid], [kid]);
        }
      }
      const whole = this.#left.amounts({ ...item, nodes });
      const next = [...kids.values()].find((some) => {
        const part = this.#left.amounts({ ...item, nodes: some });
        return part[0] >= NAMES_FROM * whole[0] && part[1] >= NAMES_FROM * whole[1];
      });
      if (next === undefined) return { ...item, func: func[nodes[0]], nodes };
      nodes = next;
    }
  }

  /** An early cause may be an effect of a later one: each must still be clear with all others taken out. */
  #settled(taken: readonly Item[], between: number): Scan {
    const left = this.#left;
    let kept = this.#withoutExplained(
      taken.map((item, cause) => ({ item, cause })),
      between,
    );
    for (;;) {
      const { judged, fallen, tested, noise, weights } = this.#judge(kept, between);
      if (fallen.length > 0) {
        const weakest = fallen.reduce((x, y) => (Math.abs(y.z) < Math.abs(x.z) ? y : x));
        kept = kept.filter(({ cause }) => cause !== weakest.cause);
        left.giveBack(weakest.cause);
        continue;
      }
      const order = judged.toSorted((x, y) => Math.abs(y.z) - Math.abs(x.z));
      const numbers = new Map(order.map(({ cause }, i) => [cause, i]));
      for (let node = 0; node < left.owner.length; node++) left.owner[node] = numbers.get(left.owner[node]) ?? -1;
      const functions = new Map<number, Tested>();
      for (const [{ func, scope, unit }, scored] of tested)
        if (scope === 'self' && unit < 0)
          functions.set(func, { z: zOf(scored, noise), scored, isLarge: this.#isLarge(scored) });
      const mean = weights.reduce((sum, one) => sum + one, 0) / weights.length;
      const causes = order.map(({ item: { func, scope, unit }, z, scored }) => ({
        func,
        scope,
        unit,
        z,
        scored: scored!,
        endsAt: chosenQuantile((order.length * weightOf(scored!)) / mean, weights.length),
      }));
      return { causes, moves: this.#moves, noise, functions, left };
    }
  }

  /**
   * A function with its callees, or one in one unit, may have changed only because of a function that changed elsewhere
   * too: then that function is the cause in both places.
   */
  #withoutExplained(taken: readonly Taken[], between: number): readonly Taken[] {
    const left = this.#left;
    let kept = taken;
    for (const whole of taken) {
      const owned = new Set(left.owned(whole.cause));
      const inside = kept.filter(
        ({ item: { nodes, unit }, cause }) =>
          cause > whole.cause && nodes.some((node) => owned.has(node) && (unit < 0 || left.units.unit[node] === unit)),
      );
      if (inside.length === 0) continue;
      left.giveBack(whole.cause);
      for (const { item, cause } of [...inside, whole]) left.take(item, cause);
      const { fallen } = this.#judge(kept, between);
      const hasFallen = (one: Taken): boolean => fallen.some(({ cause }) => cause === one.cause);
      for (const { cause } of [...inside, whole]) left.giveBack(cause);
      if (hasFallen(whole) && !inside.some(hasFallen)) kept = kept.filter((one) => one !== whole);
      else left.take(whole.item, whole.cause);
      for (const { item, cause } of inside) left.take(item, cause);
    }
    return kept;
  }

  /** @returns the causes beside what all of them leave; `fallen` are those that are not clear there */
  #judge(kept: readonly Taken[], between: number) {
    const left = this.#left;
    const { tested, noise: within } = this.#testAll();
    const noise = { ...within, between };
    const judged = kept.map(({ item, cause }) => {
      const scored = left.score(left.causeStrata(cause));
      return { item, cause, scored, z: scored ? zOf(scored, noise) : 0 };
    });
    const rest = [...tested.values()].map((scored) => zOf(scored, noise));
    const weights = [
      ...judged.map(({ scored }) => (scored ? weightOf(scored) : 0)),
      ...[...tested.values()].map(weightOf),
    ];
    const isFound = discoveries([...judged.map(({ z }) => z), ...rest], this.#bar.falseRate, weights);
    const fallen = judged.filter(({ scored }, i) => isFound[i] === 0 || !scored || !this.#isLarge(scored));
    return { judged, fallen, tested, noise, weights };
  }
}

/** Beside its surroundings one side has this many times as much that no change of these makes it. */
function isExtreme({ strata }: Scored): boolean {
  const [a, b] = strata.reduce(
    ([ofA, ofB], { xA, nA, xB, nB }) => [ofA + xA / (nA - xA), ofB + xB / (nB - xB)],
    [0, 0],
  );
  // A little less: sums in another order are the same but for rounding.
  return Math.max(a, b) >= (EXTREME - 1e-6) * Math.min(a, b);
}

/** The weight of a test among many: by its detectable size, independent of its difference. */
function weightOf({ size }: Scored): number {
  return Math.sqrt(size);
}

/** Tests that have little in common. */
function ownCosts(tested: ReadonlyMap<Item, Scored>): Scored[] {
  return [...tested].flatMap(([{ scope, unit }, scored]) => (scope === 'self' && unit < 0 ? [scored] : []));
}

/** Kish's number of equal slices. */
function eventsIn(column: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < column.length; i++) {
    sum += column[i];
    squares += column[i] * column[i];
  }
  return squares > 0 ? sum ** 2 / squares : 0;
}
