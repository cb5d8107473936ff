/** Tails of the normal distribution, and many tests at once. */

/**
 * Benjamini and Hochberg: which of many z are more than chance, so that at most `falseRate` of the chosen are false.
 * @param weights of the tests, made without looking at their z (Genovese, Roeder and Wasserman); all alike where left out
 */
export function discoveries(z: ArrayLike<number>, falseRate: number, weights?: readonly number[]): Uint8Array {
  const mean = weights ? weights.reduce((sum, one) => sum + one, 0) / weights.length : 1;
  const weight = (i: number): number => (weights && mean > 0 ? weights[i] / mean : 1);
  const tails = Float64Array.from(z, (one, i) => twoSided(Math.abs(one)) / Math.max(Number.MIN_VALUE, weight(i)));
  const sorted = tails.toSorted();
  let limit = -1;
  for (let rank = sorted.length; rank > 0; rank--) {
    if (sorted[rank - 1] > (falseRate * rank) / sorted.length) continue;
    limit = sorted[rank - 1];
    break;
  }
  return Uint8Array.from(tails, (tail) => (tail <= limit ? 1 : 0));
}

/** The z beyond which a normal value lies, on either side, with this probability. @param tail in (0, 1] */
function quantile(tail: number): number {
  let low = 0;
  let high = 40;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (twoSided(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The part of intervals that miss the true value. */
const MISSED = 0.05;

/**
 * The z for intervals of effects that were chosen from many, so that 95 % of them hold (Benjamini and Yekutieli).
 * @param chosen how many, times the weight of this one
 */
export function chosenQuantile(chosen: number, tests: number): number {
  return quantile(Math.min(MISSED, (MISSED * chosen) / Math.max(1, tests)));
}

/**
 * Converts a t with these degrees of freedom to the equally unlikely z (Wallace's approximation, good to a percent).
 */
export function asNormal(t: number, freedom: number): number {
  if (!(freedom < 1e6)) return t;
  return Math.sign(t) * ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log1p((t * t) / freedom));
}

/** Probability that a normal value lies this far out on either side (rational approximation, relative error 1.2e-7). */
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
