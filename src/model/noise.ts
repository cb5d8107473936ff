/**
 * Estimates the noise of a comparison from all that was tested: what varies within the sides, what lasts from slice to slice,
 * and how far two ranges differ by themselves.
 */
import { type Dispersion, type Noise, type Scored, type SideNoise, variancesOf } from './score-test.ts';

/** @param tests of nearly independent functions, without changed ones */
export function noiseOf(
  tests: readonly Scored[],
  a: Pick<SideNoise, 'samplesPerUnit'>,
  b: Pick<SideNoise, 'samplesPerUnit'>,
  between: number,
): Noise {
  const side = (which: 'a' | 'b', { samplesPerUnit }: Pick<SideNoise, 'samplesPerUnit'>): SideNoise => {
    const dispersions = tests.map((test) => test[which]);
    const slices = dispersions[0]?.slices ?? 1;
    const correlation = slices < 2 || dispersions.length === 0 ? 0 : lastingOf(dispersions, slices);
    return {
      samplesPerUnit,
      excess: Math.max(1, median(dispersions.map(({ ratio }) => ratio)) ?? 1),
      correlation,
    };
  };
  return { a: side('a', a), b: side('b', b), between };
}

/** The random difference between ranges, and its misfit: −2 log likelihood relative to chance alone. */
export interface Between {
  readonly between: number;
  readonly misfit: number;
}

/**
 * The correlation of what varies beyond chance from one slice to the next: counting noise, which does not last, weakens the
 * one that is seen. Pooled over all tests, since one alone does not show it, and beside one that shows none: where hardly
 * anything varies beyond chance, nothing is known of how it lasts.
 */
function lastingOf(dispersions: readonly Dispersion[], slices: number): number {
  let seen = 0;
  let weight = 1;
  for (const { lagged: own, ratio } of dispersions) {
    const beyond = Math.max(0, 1 - 1 / ratio); // the part of the variance that counts do not explain
    seen += own * beyond;
    weight += beyond * beyond;
  }
  const lagged = seen / weight;
  return Number.isFinite(lagged) ? Math.min(0.9, Math.max(0, lagged + (1 + 3 * lagged) / slices)) : 0;
}

const MIN_TESTS = 6;
/** Part of the functions that may have changed, and how much further they stray. */
const CHANGED_PART = 0.1;
const CHANGED_TIMES = 5;
const BETWEEN_STEPS = [0.01, 0.02, 0.03, 0.045, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.32, 0.4, 0.5, 0.65];

/**
 * The most likely value, robust against a few changes.
 * @param usual standard deviation of what it usually is, which a few tests are weighed against; undefined: unknown, so that it
 *   takes several tests
 */
export function betweenOf(tests: readonly Scored[], noise: Noise, usual?: number): Between {
  const telling = tests.filter(({ size }) => size > 0);
  const known = telling.map((test) => {
    const { a, b } = variancesOf(test, noise);
    return { stray: test.difference / test.size, variance: (a + b) / test.size ** 2 };
  });
  let best = 0;
  let likeliest = -Infinity;
  for (const between of BETWEEN_STEPS) {
    let sum = usual === undefined ? 0 : -((between / usual) ** 2) / 2;
    for (const { stray, variance } of known) {
      const all = variance + between * between;
      const square = (stray * stray) / all;
      sum +=
        Math.log(
          (1 - CHANGED_PART) * Math.exp(-square / 2) +
            (CHANGED_PART / CHANGED_TIMES) * Math.exp(-square / 2 / CHANGED_TIMES ** 2),
        ) -
        Math.log(all / variance) / 2;
    }
    if (sum > likeliest + 1e-9) [best, likeliest] = [between, sum];
  }
  return { between: usual === undefined && telling.length < MIN_TESTS ? 0 : best, misfit: -2 * likeliest };
}

function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((x, y) => x - y);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
