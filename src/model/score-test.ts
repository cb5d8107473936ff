/**
 * Tests whether a part has a different share of its surroundings on one side than on the other. It is a score test:
 * variances are those under "no change", so new, gone and rare parts are judged alike. It also gives the interval.
 */

import { asNormal } from './chance.ts';
import { sumOf } from './work-units.ts';

/** A part (x) beside the rest of its surroundings (m), by slice, of both sides. */
export interface Stratum {
  readonly xA: Float64Array;
  readonly mA: Float64Array;
  readonly xB: Float64Array;
  readonly mB: Float64Array;
  /** Their sums in this order, where they are known. */
  readonly sums?: ArrayLike<number>;
}

/** The variation of a side beyond counting noise, estimated from all of its functions. */
export interface SideNoise {
  /** Samples behind one unit of value. */
  readonly samplesPerUnit: number;
  /** Variance over that of counts, of a usual function. */
  readonly excess: number;
  /** Correlation of the variation from one slice to the next. */
  readonly correlation: number;
}

export interface Noise {
  readonly a: SideNoise;
  readonly b: SideNoise;
  /** Standard deviation of the log of a ratio between two unchanged ranges. */
  readonly between: number;
}

/** The sums behind a test and its interval. */
export interface Scored {
  readonly strata: readonly StratumSums[];
  /** B's excess of x over its expected part of the sum of both sides. */
  readonly difference: number;
  /** Difference that a growth by e would make: variance in values, were each a count. */
  readonly size: number;
  readonly a: Dispersion;
  readonly b: Dispersion;
  /** What ranges differ by at least, in this. */
  readonly leastBetween: number;
  /** Both sides compared slice by slice, if they vary together: by the time of day or through shared events. */
  readonly paired: Dispersion | undefined;
}

interface StratumSums {
  readonly xA: number;
  /** x and m together. */
  readonly nA: number;
  readonly xB: number;
  readonly nB: number;
}

export interface Dispersion {
  /** Variance of counts in `difference`. */
  readonly counts: number;
  /** The variance from slices, relative to that of counts. */
  readonly ratio: number;
  readonly slices: number;
  readonly lagged: number;
  /** The side has so little that its slices are not informative: the usual variation applies. */
  readonly isLittle: boolean;
}

const Z95 = 1.96;
/** Weight of the common variation of a side's functions, in slices. */
const POOLED_FREEDOM = 12;

/**
 * Undefined if it cannot be tested: a side has no surroundings.
 * @param leastBetween standard deviation of the log of a ratio between two ranges, at least; 0: that of `Noise`
 */
export function score(
  strata: readonly Stratum[],
  perUnitA: number,
  perUnitB: number,
  leastBetween = 0,
): Scored | undefined {
  const slicesA = strata[0]?.xA.length ?? 0;
  const slicesB = strata[0]?.xB.length ?? 0;
  const strayA = new Float64Array(slicesA);
  const strayB = new Float64Array(slicesB);
  const sums: StratumSums[] = [];
  let difference = 0;
  let size = 0;
  let countsA = 0;
  let countsB = 0;
  for (const stratum of strata) {
    const { xA, mA, xB, mB } = stratum;
    const [ofA, restA, ofB, restB] = sumsOf(stratum);
    // A part on only one side is work.
    if (!(restA > 0) || !(restB > 0) || !(ofA + ofB > 0)) continue;
    const [nA, nB] = [ofA + restA, ofB + restB];
    const all = nA + nB;
    const part = (ofA + ofB) / all;
    sums.push({ xA: ofA, nA, xB: ofB, nB });
    difference += ofB - part * nB;
    const variance = (part * (1 - part) * nA * nB) / all;
    size += variance;
    countsA += (variance * nB) / all / perUnitA;
    countsB += (variance * nA) / all / perUnitB;
    addStray(strayA, xA, mA, ofA / nA, nB / all);
    addStray(strayB, xB, mB, ofB / nB, nA / all);
  }
  if (sums.length === 0) return undefined;
  return {
    strata: sums,
    difference,
    size,
    leastBetween,
    a: { ...dispersionOf(strayA, countsA), isLittle: isLittle(sums, 'A') },
    b: { ...dispersionOf(strayB, countsB), isLittle: isLittle(sums, 'B') },
    paired: strayAlike(strayA, strayB)
      ? dispersionOf(
          strayB.map((one, i) => one - strayA[i]),
          countsA + countsB,
        )
      : undefined,
  };
}

/** xA, mA, xB, mB */
export function sumsOf({ xA, mA, xB, mB, sums }: Stratum): readonly [number, number, number, number] {
  return sums === undefined ? [sumOf(xA), sumOf(mA), sumOf(xB), sumOf(mB)] : [sums[0], sums[1], sums[2], sums[3]];
}

function addStray(stray: Float64Array, x: Float64Array, m: Float64Array, part: number, weight: number): void {
  for (let i = 0; i < stray.length; i++) stray[i] += weight * (x[i] - part * (x[i] + m[i]));
}

const LITTLE = 0.25;

function isLittle(strata: readonly StratumSums[], side: 'A' | 'B'): boolean {
  const sum = (of: (one: StratumSums) => number): number => strata.reduce((all, one) => all + of(one), 0);
  const [a, b] = [sum(({ xA }) => xA) / sum(({ nA }) => nA), sum(({ xB }) => xB) / sum(({ nB }) => nB)];
  return side === 'A' ? a < LITTLE * b : b < LITTLE * a;
}

/** Minimum slices, and minimum correlation, to make chance unlikely. */
const PAIRED_SLICES = 16;
const PAIRED_FROM = 0.6;

function strayAlike(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length || a.length < PAIRED_SLICES) return false;
  let [both, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i] * b[i];
    ofA += a[i] * a[i];
    ofB += b[i] * b[i];
  }
  return both > PAIRED_FROM * Math.sqrt(ofA * ofB);
}

function dispersionOf(stray: Float64Array, counts: number): Dispersion {
  const slices = stray.length;
  let square = 0;
  let lagged = 0;
  for (let i = 0; i < slices; i++) {
    square += stray[i] * stray[i];
    if (i > 0) lagged += stray[i] * stray[i - 1];
  }
  return {
    counts,
    ratio: slices > 1 ? ((slices / (slices - 1)) * square) / counts : 1,
    slices,
    lagged: square > 0 ? lagged / square : 0,
    isLittle: false,
  };
}

/** The same before it is made to be of a normal distribution: of two changes the clearer one has more. */
export function strengthOf(scored: Scored, noise: Noise): number {
  const { difference, size } = scored;
  const { a, b } = variancesOf(scored, noise);
  const variance = a + b + (betweenIn(scored, noise) * size) ** 2;
  return variance > 0 ? difference / Math.sqrt(variance) : 0;
}

/** Signed, positive where B has more; as of a normal distribution. */
export function zOf(scored: Scored, noise: Noise): number {
  const { difference, size } = scored;
  const within = variancesOf(scored, noise);
  const between = betweenIn(scored, noise);
  const variance = within.a + within.b + (between * size) ** 2;
  if (!(variance > 0)) return 0;
  const straight = asNormal(difference / Math.sqrt(variance), within.freedom * freedomGained(within, variance));
  if (between === 0 || Math.abs(difference) < LARGE * size) return straight;
  // The difference between ranges is a ratio, so it explains less of a large change than its variance suggests.
  let least = Infinity;
  for (let step = 0; step <= SHIFT_STEPS; step++) {
    const shift = (Math.sign(difference) * (4 * between * step)) / SHIFT_STEPS;
    const { beyond, countsA, countsB } = under(scored.strata, Math.exp(shift));
    const left = Math.sign(beyond) === Math.sign(difference) ? beyond : 0;
    const counted =
      (countsA * within.a) / scored.a.counts / noise.a.samplesPerUnit +
      (countsB * within.b) / scored.b.counts / noise.b.samplesPerUnit;
    const z = asNormal(left / Math.sqrt(counted), within.freedom);
    least = Math.min(least, z * z + (shift / between) ** 2);
  }
  return Math.max(Math.abs(straight), Math.sqrt(least)) * Math.sign(difference);
}

function betweenIn({ leastBetween }: Scored, { between }: Noise): number {
  return Math.max(between, leastBetween);
}

/** Changes from this size on, in logs, count as large for their test; and the shifts that are tried. */
const LARGE = 0.7;
const SHIFT_STEPS = 24;

/** The interval of B's ratio over A's, minus 1; −1 and Infinity if a side has none. @param z of its ends */
export function intervalOf(scored: Scored, noise: Noise, z = Z95): { low: number; high: number } {
  const within = variancesOf(scored, noise);
  const between = betweenIn(scored, noise);
  const all = within.a + within.b + (between * scored.size) ** 2;
  const freedom = within.freedom * freedomGained(within, all);
  const bar = z * (freedom < 1e6 ? z / Math.abs(asNormal(z, freedom)) : 1);
  const zAt = (log: number): number => {
    const { beyond, size, countsA, countsB } = under(scored.strata, Math.exp(log));
    const variance =
      (countsA * within.a) / scored.a.counts / noise.a.samplesPerUnit +
      (countsB * within.b) / scored.b.counts / noise.b.samplesPerUnit +
      (between * size) ** 2;
    return beyond / Math.sqrt(variance);
  };
  const isGone = scored.strata.every(({ xB }) => xB === 0);
  const isNew = scored.strata.every(({ xA }) => xA === 0);
  return {
    low: isGone ? -1 : Math.expm1(crossing(zAt, bar)),
    high: isNew ? Number.POSITIVE_INFINITY : Math.expm1(crossing(zAt, -bar)),
  };
}

/** The most likely ratio of B's to A's, less 1. */
export function estimateOf({ strata }: Scored): number {
  if (strata.every(({ xA }) => xA === 0)) return Number.POSITIVE_INFINITY;
  if (strata.every(({ xB }) => xB === 0)) return -1;
  return Math.expm1(crossing((log) => under(strata, Math.exp(log)).beyond, 0));
}

/** The same sums as if B's ratio were this many times A's. */
function under(
  strata: readonly StratumSums[],
  factor: number,
): { beyond: number; size: number; countsA: number; countsB: number } {
  const sums = { beyond: 0, size: 0, countsA: 0, countsB: 0 };
  for (const { xA, nA, xB, nB } of strata) {
    const part = partOfA(xA + xB, nA, nB, factor);
    const partB = (factor * part) / (1 - part + factor * part);
    const ofA = nA * part * (1 - part);
    const ofB = nB * partB * (1 - partB);
    sums.beyond += xB - nB * partB;
    if (!(ofA > 0) || !(ofB > 0)) continue;
    const size = (ofA * ofB) / (ofA + ofB);
    sums.size += size;
    sums.countsA += (size * size) / ofA;
    sums.countsB += (size * size) / ofB;
  }
  return sums;
}

/** A's part of x where both have `all` of it and B's odds are `factor` times A's. */
function partOfA(all: number, nA: number, nB: number, factor: number): number {
  const square = nA * (factor - 1);
  const linear = nA + nB * factor - all * (factor - 1);
  // square·p² + linear·p − all = 0, in the form that does not cancel.
  return (2 * all) / (linear + Math.sqrt(linear * linear + 4 * square * all));
}

/** Where a falling function of the log of a ratio passes a value. */
function crossing(of: (log: number) => number, value: number): number {
  let low = -14;
  let high = 14;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (of(middle) > value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

interface Variance {
  readonly variance: number;
  readonly freedom: number;
}

/** The variance of a side: from its slices, shrunk towards the usual one, and never below chance. */
function varianceOf(
  { counts, ratio, slices, isLittle: isUsual }: Dispersion,
  { excess, correlation }: Pick<SideNoise, 'excess' | 'correlation'>,
): Variance {
  if (slices < 2) return { variance: counts, freedom: Number.POSITIVE_INFINITY };
  const own = isUsual ? 0 : slices - 1;
  const drawn = Math.max(1, (POOLED_FREEDOM * excess + own * ratio) / (POOLED_FREEDOM + own));
  // Only variation beyond chance can correlate between slices.
  const lasting = correlation > 0 ? (1 + correlation) / (1 - correlation) : 1;
  return { variance: counts * (1 + (drawn - 1) * lasting), freedom: POOLED_FREEDOM + own };
}

interface Within {
  /** Variance of `difference`, by side. */
  readonly a: number;
  readonly b: number;
  readonly freedom: number;
}

/** Variances of the difference, without the variance between ranges. */
export function variancesOf({ a, b, paired }: Scored, noise: Noise): Within {
  if (paired) {
    // Common variation of both sides is not noise of their difference.
    const { variance, freedom } = varianceOf(paired, { excess: 1, correlation: Math.max(0, paired.lagged) });
    return { a: (variance * a.counts) / paired.counts, b: (variance * b.counts) / paired.counts, freedom };
  }
  const [ofA, ofB] = [varianceOf(a, noise.a), varianceOf(b, noise.b)];
  const parts = ofA.variance ** 2 / ofA.freedom + ofB.variance ** 2 / ofB.freedom;
  const freedom = parts > 0 ? (ofA.variance + ofB.variance) ** 2 / parts : Number.POSITIVE_INFINITY;
  return { a: ofA.variance, b: ofB.variance, freedom };
}

/** The assumed difference between ranges does not come from this pair's slices. */
function freedomGained({ a, b }: Within, all: number): number {
  return (all / (a + b)) ** 2;
}
