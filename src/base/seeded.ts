/** Pseudo-random numbers that are the same for the same seed, on every machine. */

/** Uniform in [0, 1). */
export type Random = () => number;

/** @param seed any text: equal texts give equal numbers */
export function seeded(seed: string): Random {
  let counter = hashText(seed);
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let h = counter;
    h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    return ((h ^ (h >>> 15)) >>> 0) / 4_294_967_296;
  };
}

/** A Poisson count with this mean. */
export function poisson(mean: number, random: Random): number {
  let count = 0;
  // Split into pieces, because e^-mean underflows for a large mean; sums of Poisson counts are Poisson.
  for (let left = mean; left > 0; left -= 30) {
    const limit = Math.exp(-Math.min(left, 30));
    for (let product = random(); product > limit; product *= random()) count++;
  }
  return count;
}

/** 32 bits, well mixed. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}
