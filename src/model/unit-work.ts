/** Tests which units of work got more or less work: each against all others, without code changes. */
import type { Remaining } from './remaining.ts';
import { betweenOf, noiseOf } from './noise.ts';
import { type Noise, type Scored, type Stratum, zOf } from './score-test.ts';
import { discoveries } from './chance.ts';
import { lessOf } from './tracked-strata.ts';
import type { Bar } from './bar.ts';
import { RUNTIME_UNIT, sumOf } from './work-units.ts';

export interface UnitTest {
  readonly scored: Scored;
  readonly z: number;
  readonly isSupported: boolean;
  readonly isLarge: boolean;
  /**
   * True if the unit without its largest function changed in the same direction: then there were more calls, not one
   * dearer function.
   */
  readonly isShared: boolean;
}

/** Load varies naturally, from slice to slice and between ranges: at least so much, and usually no more than this. */
const MIN_CORRELATION = 0.5;
const MIN_BETWEEN = 0.12;
const USUAL_BETWEEN = 0.2;
/** Improvement of a fit, in −2 log likelihood: that of 3.5 standard deviations. */
const FAR_BETTER = 12;
/** Changes this close to the clearest may be the cause instead. */
const NEAR_CLEAREST = 0.6;
/** One-sided 5 %. */
const Z90 = 1.645;
/** A frame that holds so much of a unit is its trunk. */
const TRUNK = 0.95;

/** If one route grew, all others have a smaller share: found changes are left out of the rest. */
export function testUnits(left: Remaining, bar: Bar): { tests: ReadonlyMap<number, UnitTest>; noise: Noise } {
  const [a, b] = left.sides;
  const { count, func } = left.units;
  const units = Array.from({ length: count }, (_, unit) => unit)
    .filter((unit) => unit !== RUNTIME_UNIT && [0, 1].some((side) => sumOf(left.unitSums(side as 0 | 1, unit)) > 0))
    .sort((u, v) => (nameOf(u) < nameOf(v) ? -1 : 1));
  const found = new Set<number>();
  const tests = new Map<number, UnitTest>();
  let between = Infinity;
  let noise = noiseOf([], a, b, MIN_BETWEEN);
  for (;;) {
    const scores = new Map<number, Scored>();
    for (const unit of units) {
      if (found.has(unit)) continue;
      const scored = left.score([stratumOf(left, unit, found)]);
      if (scored && samplesOf(scored, a.samplesPerUnit, b.samplesPerUnit) >= bar.leastSamples) scores.set(unit, scored);
    }
    // What was found may have hidden that the others agree.
    between = Math.min(between, betweenLoads(left, [...scores.keys()], found));
    noise = { ...usualNoise(noiseOf([...scores.values()], a, b, 0)), between };
    const rows = [...scores];
    const z = rows.map(([, scored]) => zOf(scored, noise));
    const isFound = discoveries([...[...found].map((unit) => tests.get(unit)!.z), ...z], bar.falseRate).slice(
      found.size,
    );
    const near: number[] = [];
    let clearest = 0;
    for (const [i, [unit, scored]] of rows.entries()) {
      const isLarge = isLargeIn(scored, bar);
      tests.set(unit, { scored, z: z[i], isSupported: false, isLarge, isShared: false });
      if (isFound[i] === 0 || !isLarge) continue;
      near.push(unit);
      clearest = Math.max(clearest, Math.abs(z[i]));
    }
    const best = likeliest(
      near.filter((unit) => Math.abs(tests.get(unit)!.z) >= NEAR_CLEAREST * clearest),
      (unit) =>
        unrest(
          left,
          rows.map(([one]) => one),
          new Set([...found, unit]),
          noise,
        ),
    );
    if (best === undefined) return { tests, noise };
    const test = tests.get(best)!;
    tests.set(best, { ...test, isSupported: true, isShared: isShared(left, best, found, noise, test.z) });
    found.add(best);
  }

  function nameOf(unit: number): string {
    return func[unit] < 0 ? '' : left.tree.names[func[unit]];
  }
}

/** By unit, and last idle time: share of B over share of A, without causes; 0 or Infinity if a side lacks it. */
export function growthOf(left: Remaining): Float64Array {
  const sums = ([0, 1] as const).map((side) =>
    Float64Array.from({ length: left.units.count }, (_, unit) => sumOf(left.unitSums(side, unit))),
  );
  const relative = left.totals[0] / left.totals[1];
  const [allA, allB] = [0, 1].map((side) => sumOf(sums[side]) - sums[side][RUNTIME_UNIT]);
  const ofAll = (allB / allA) * relative;
  const before = ([0, 1] as const).map((side) => {
    const whole = new Float64Array(left.units.count);
    const { self } = left.sides[side];
    for (let node = 0; node < left.tree.length; node++) whole[left.units.unit[node]] += self[node];
    return whole;
  });
  return Float64Array.from({ length: left.units.count + 1 }, (_, unit) => {
    // Idle time is no work.
    if (unit === left.units.count) return 1;
    const growth = (sums[1][unit] / sums[0][unit]) * relative;
    if (unit !== RUNTIME_UNIT && growth > 0 && Number.isFinite(growth)) return growth;
    const [a, b] = [before[0][unit], before[1][unit]];
    // Present on both sides, but all of it changed as code, or it is the runtime: its work is taken to follow the
    // average.
    return a > 0 === b > 0 ? ofAll || 1 : b / a;
  });
}

/** Either one unit grew or the others shrank: the likelier change is the one without which the others agree. */
function likeliest(units: readonly number[], unrestWithout: (unit: number) => number): number | undefined {
  let best: number | undefined;
  let least = Infinity;
  for (const unit of units) {
    const without = unrestWithout(unit);
    if (without < least - 1e-9) [best, least] = [unit, without];
  }
  return best;
}

/** The spread of the changes of units, without some of them. */
function unrest(left: Remaining, units: readonly number[], without: ReadonlySet<number>, noise: Noise): number {
  let sum = 0;
  for (const unit of units) {
    if (without.has(unit)) continue;
    const scored = left.score([stratumOf(left, unit, without)]);
    if (scored) sum += zOf(scored, noise) ** 2;
  }
  return sum;
}

/** Whether the unit without its largest function and its callees changed in the same direction as the whole unit. */
function isShared(left: Remaining, unit: number, without: ReadonlySet<number>, noise: Noise, z: number): boolean {
  const stratum = stratumOf(left, unit, without);
  const largest = largestIn(left, unit);
  const [xA, xB] = ([0, 1] as const).map((side) => {
    const sums = left.unitSums(side, unit).slice();
    for (const part of largest) {
      const own = left.ownBySlice(side, part);
      for (let i = 0; i < sums.length; i++) sums[i] = lessOf(sums[i], own[i]);
    }
    return sums;
  });
  const scored = left.score([{ ...stratum, xA, xB }]);
  return scored !== undefined && zOf(scored, noise) * Math.sign(z) >= Z90;
}

/** Nodes of the largest function of a unit, with what it calls, below the frames that hold nearly all of it. */
function largestIn(left: Remaining, unit: number): number[] {
  const { tree, units, owner } = left;
  const size = new Map<number, number>();
  const end = new Map<number, number>();
  let whole = 0;
  const isIn = (node: number): boolean => units.unit[node] === unit && owner[node] < 0;
  for (let node = 1; node < tree.length; node++) {
    if (!isIn(node)) continue;
    whole += left.shareOf(node, 'self');
    const func = tree.func[node];
    if (node < (end.get(func) ?? 0)) continue;
    end.set(func, tree.subtreeEnd[node]);
    size.set(func, (size.get(func) ?? 0) + left.shareOf(node, 'subtree'));
  }
  const [largest] = [...size].filter(([, one]) => one < TRUNK * whole).sort(([f, x], [g, y]) => y - x || f - g);
  const nodes: number[] = [];
  if (largest === undefined) return nodes;
  for (let node = 1; node < tree.length;) {
    if (tree.func[node] !== largest[0] || units.unit[node] !== unit) {
      node++;
      continue;
    }
    for (const until = tree.subtreeEnd[node]; node < until; node++) if (isIn(node)) nodes.push(node);
  }
  return nodes;
}

function stratumOf(left: Remaining, unit: number, without: ReadonlySet<number>): Stratum {
  const rest = (side: 0 | 1): Float64Array => {
    const sums = new Float64Array(left.sides[side].slices);
    for (let other = 0; other < left.units.count; other++) {
      if (other === unit || other === RUNTIME_UNIT || without.has(other)) continue;
      const part = left.unitSums(side, other);
      for (let i = 0; i < sums.length; i++) sums[i] += part[i];
    }
    return sums;
  };
  return { xA: left.unitSums(0, unit), mA: rest(0), xB: left.unitSums(1, unit), mB: rest(1) };
}

/**
 * How far the loads of units differ by themselves. Beside few units one change makes all others differ: without the clearest
 * one, if that fits far better.
 */
function betweenLoads(left: Remaining, units: readonly number[], found: ReadonlySet<number>): number {
  const [a, b] = left.sides;
  const fit = (without: ReadonlySet<number>): { between: number; misfit: number; clearest: number } | undefined => {
    const scores = new Map<number, Scored>();
    for (const unit of units) {
      const scored = without.has(unit) ? undefined : left.score([stratumOf(left, unit, without)]);
      if (scored) scores.set(unit, scored);
    }
    if (scores.size < 2) return undefined;
    const noise = usualNoise(noiseOf([...scores.values()], a, b, MIN_BETWEEN));
    const clear = [...scores].map(([unit, scored]) => ({ unit, z: Math.abs(zOf(scored, noise)) }));
    const clearest = clear.reduce((most, one) => (one.z > most.z ? one : most)).unit;
    return { ...betweenOf([...scores.values()], noise, USUAL_BETWEEN), clearest };
  };
  const all = fit(found);
  if (all === undefined) return MIN_BETWEEN;
  const others = fit(new Set([...found, all.clearest]));
  const best = others !== undefined && all.misfit - others.misfit > FAR_BETTER ? others : all;
  return Math.max(MIN_BETWEEN, best.between);
}

function usualNoise({ a, b, between }: Noise): Noise {
  const correlation = (own: number): number => Math.max(MIN_CORRELATION, own);
  return {
    a: { ...a, correlation: correlation(a.correlation) },
    b: { ...b, correlation: correlation(b.correlation) },
    between,
  };
}

function samplesOf({ strata }: Scored, perUnitA: number, perUnitB: number): number {
  return strata.reduce((sum, { xA, xB }) => sum + xA * perUnitA + xB * perUnitB, 0);
}

function isLargeIn({ strata, difference, size }: Scored, bar: Bar): boolean {
  const points = strata.reduce((sum, { xA, nA, xB, nB }) => sum + Math.abs(xB / nB - xA / nA), 0);
  return points >= bar.leastShare && Math.abs(difference) >= bar.leastChange * size;
}
