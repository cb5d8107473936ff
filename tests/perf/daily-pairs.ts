/** Two days of one program, one of whose functions takes a larger part of it by day than by night. */
import { poisson, seeded } from '#base/seeded.ts';
import { rankNames, TreeBuilder } from '#model/tree-builder.ts';
import type { NamedTree } from '#model/union.ts';
import { type MadePair, PERIOD } from './diff-pairs.ts';

export const FOLLOWS_THE_DAY = 'report.render';
const SLICES = 48;
const SAMPLES = 4000; // in a slice
const FUNCTIONS = 20;

/** @param factor what the function costs on the second day */
export function makeDays(seed: string, factor: number): MadePair {
  const random = seeded(seed);
  const names = [
    'server.run',
    'server.handle',
    FOLLOWS_THE_DAY,
    ...Array.from({ length: FUNCTIONS }, (_, i) => `lib.f${i}`),
  ];
  const weights = Array.from({ length: FUNCTIONS }, () => random() ** 2 + 0.02);
  const ranks = rankNames(names);
  const day = (isSecond: boolean): NamedTree[] =>
    Array.from({ length: SLICES }, (_, slice) => {
      const hour = Math.sin((2 * Math.PI * slice) / SLICES);
      const load = (1 + 0.4 * hour) * (0.95 + 0.1 * random());
      const builder = new TreeBuilder(false);
      const handle = builder.child(builder.child(0, 0), 1);
      const add = (func: number, weight: number): void => {
        const count = poisson(SAMPLES * load * weight * (0.98 + 0.04 * random()), random);
        if (count > 0) builder.add(builder.child(handle, func), count * PERIOD);
      };
      const sum = weights.reduce((all, one) => all + one, 0);
      add(2, 0.08 * (1 + 0.3 * hour) * (isSecond ? factor : 1));
      for (const [i, weight] of weights.entries()) add(3 + i, (0.92 * weight) / sum);
      return { tree: builder.seal('size', ranks), names };
    });
  return { a: day(false), b: day(true), culprit: undefined };
}
