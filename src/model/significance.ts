/** Is a ratio on one side another than on the other? Variances from slices or from counts, and many tests at once. */

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

/** Without slices nobody knows how a side strays by itself: so much of a change counts as nothing. */
const UNSLICED_ALLOWANCE = 0.03;
const Z95 = 1.96;

/** Something (x) beside the rest that it is held against (m), by slice. */
export interface SideCounts {
  readonly x: Float64Array;
  readonly m: Float64Array;
  /** Sum of weight² · amount over what m is made of: its own counting noise, which matters where x is most of a context. */
  readonly spread: number;
  readonly samplesPerUnit: number;
}

export interface Comparison {
  /** x over m on each side, both near 1 by the choice of m. */
  readonly ratioA: number;
  readonly ratioB: number;
  /** Signed, positive where B has more; as of a normal distribution. 0 where nothing can be said. */
  readonly z: number;
  /** Interval (95 %) of ratioB / ratioA − 1; NaN where a side has none. */
  readonly low: number;
  readonly high: number;
}

const nothing: Comparison = { ratioA: 0, ratioB: 0, z: 0, low: Number.NaN, high: Number.NaN };

/** A swap of the sides turns the sign of z and nothing else. One slice on either side: variances are those of counts. */
export function compareRatios(a: SideCounts, b: SideCounts): Comparison {
  const isSliced = a.x.length > 1 && b.x.length > 1;
  const ofA = ratioOf(a, isSliced);
  const ofB = ratioOf(b, isSliced);
  if (!ofA || !ofB) return nothing;
  const difference = ofB.ratio - ofA.ratio;
  const variance = ofA.variance + ofB.variance;
  const allowance = isSliced ? 0 : UNSLICED_ALLOWANCE;
  const beyond = Math.max(0, Math.abs(difference) - (allowance * (ofA.ratio + ofB.ratio)) / 2);
  // Welch: the two variances are estimates, each from as many slices as its side has.
  const freedom = variance ** 2 / (ofA.variance ** 2 / ofA.freedom + ofB.variance ** 2 / ofB.freedom);
  const z = Math.sign(difference) * asNormal(beyond / Math.sqrt(variance), freedom);
  const spread = Z95 * Math.sqrt(ofA.variance / ofA.ratio ** 2 + ofB.variance / ofB.ratio ** 2) + Math.log1p(allowance);
  const change = ofB.ratio / ofA.ratio;
  const isBoth = ofA.ratio > 0 && ofB.ratio > 0;
  return {
    ratioA: ofA.ratio,
    ratioB: ofB.ratio,
    z,
    low: isBoth ? change * Math.exp(-spread) - 1 : Number.NaN,
    high: isBoth ? change * Math.exp(spread) - 1 : Number.NaN,
  };
}

/** Benjamini and Hochberg: which of many z are more than chance, so that `falseRate` of the chosen are false. */
export function discoveries(z: ArrayLike<number>, falseRate: number): Uint8Array {
  const tails = Float64Array.from(z, (one) => twoSided(Math.abs(one)));
  const sorted = tails.toSorted();
  let limit = -1;
  for (let rank = sorted.length; rank > 0; rank--) {
    if (sorted[rank - 1] > (falseRate * rank) / sorted.length) continue;
    limit = sorted[rank - 1];
    break;
  }
  return Uint8Array.from(tails, (tail) => (tail <= limit ? 1 : 0));
}

interface Ratio {
  readonly ratio: number;
  readonly variance: number;
  readonly freedom: number;
}

function ratioOf({ x, m, spread, samplesPerUnit }: SideCounts, isSliced: boolean): Ratio | undefined {
  const slices = x.length;
  let sumX = 0;
  let sumM = 0;
  for (let i = 0; i < slices; i++) {
    sumX += x[i];
    sumM += m[i];
  }
  if (!(sumM > 0)) return undefined;
  const ratio = sumX / sumM;
  const samples = sumM * samplesPerUnit;
  const ofRest = (ratio * ratio * spread) / (sumM * sumM * samplesPerUnit);
  const ofCounts = Math.max(ratio / samples, 1 / samples ** 2) + ofRest;
  if (!isSliced) return { ratio, variance: ofCounts, freedom: Number.POSITIVE_INFINITY };
  let square = 0;
  let lagged = 0;
  let before = 0;
  for (let i = 0; i < slices; i++) {
    const strays = x[i] - ratio * m[i];
    square += strays * strays;
    lagged += strays * before;
    before = strays;
  }
  const independent = ((slices / (slices - 1)) * square) / sumM ** 2;
  const ofSlices = independent * lasting(square > 0 ? lagged / square : 0, slices);
  if (ofSlices <= ofCounts) return { ratio, variance: ofCounts, freedom: Number.POSITIVE_INFINITY };
  // The part that counting explains is known; only what exceeds it is an estimate.
  const freedom = (slices - 1) * (ofSlices / (ofSlices - ofCounts)) ** 2;
  return { ratio, variance: ofSlices, freedom };
}

/**
 * What strays for longer than a slice is seen less often than there are slices: for an autoregressive course with
 * correlation r from one slice to the next, the variance of a mean is (1 + r) / (1 − r) times that of independent slices.
 * Only what exceeds the scatter of r itself counts.
 */
function lasting(correlation: number, slices: number): number {
  const r = Math.min(0.9, correlation + (1 + 3 * correlation) / slices - 1 / Math.sqrt(slices));
  return r > 0 ? (1 + r) / (1 - r) : 1;
}

/** A t of so many degrees of freedom as the z that is as unlikely (Wallace's approximation, good to a percent). */
function asNormal(t: number, freedom: number): number {
  if (!(freedom < 1e6)) return t;
  return ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log1p((t * t) / freedom));
}

/** Probability that a normal value lies as far out on either side (rational approximation, relative error 1.2e-7). */
function twoSided(z: number): number {
  const u = z / Math.SQRT2;
  const t = 1 / (1 + u / 2);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  let sum = 0;
  for (let i = terms.length - 1; i >= 0; i--) sum = sum * t + terms[i];
  return t * Math.exp(sum - u * u);
}
