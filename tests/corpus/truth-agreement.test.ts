/** Comparisons of recorded services, whatever they find: parts add up to the change, a swap mirrors, the same data is silent. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Change } from '#model/change.ts';
import { type WhatChanged, whatChanged } from '#model/changes.ts';
import { compareSides } from '#model/evidence.ts';
import { normalisations, normalise, type Normalisation } from '#model/normalise.ts';
import { pairOf, readPairs, readSegment, requestsOf, type Segment } from '../perf/truth-pairs.ts';

const SLICES = 24;
const folder = fileURLToPath(new URL('../../../shared/truth', import.meta.url));
const pairs = existsSync(join(folder, 'pairs.json')) ? readPairs(folder) : [];
const known = new Map<string, Segment>();

it('there are recordings', () => {
  expect(pairs.length).toBeGreaterThan(30);
});

describe.each(pairs.map((pair) => [`${pair.name}: ${pair.a} to ${pair.b}`, pair] as const))('%s', (_, { a, b }) => {
  it('code, work, moves and the runtime add up to the change, in every normalisation', () => {
    const found = compared(segment(a), segment(b));
    for (const kind of normalisations) {
      const { changes, delta, total } = found(kind);
      const sum = changes.reduce((all, { part }) => all + part, 0);
      const size = Math.max(Math.abs(total.a), Math.abs(total.b));
      expect([kind, Math.abs(sum - delta) <= 1e-9 * size]).toEqual([kind, true]);
    }
  });

  it('a swap mirrors what is claimed', () => {
    const [there, back] = [compared(segment(a), segment(b))('share'), compared(segment(b), segment(a))('share')];
    const told = ({ changes }: WhatChanged, sign: 1 | -1): string[] =>
      changes
        .filter(({ supported }) => supported)
        .map(({ kind, scope, name, within, delta }: Change) =>
          [kind, scope, name, within, (sign * delta + 0).toPrecision(9)].join(' '),
        )
        .sort();
    expect(told(back, -1)).toEqual(told(there, 1));
  });
});

it.each(pairs.map(({ a }) => a).filter((name, i, all) => all.indexOf(name) === i))(
  '%s with itself is silent',
  (name) => {
    const { changes, delta } = compared(segment(name), segment(name))('absolute');
    expect([changes, delta]).toEqual([[], 0]);
  },
);

function segment(name: string): Segment {
  let one = known.get(name);
  if (!one) known.set(name, (one = readSegment(folder, name, SLICES)));
  return one;
}

function compared(a: Segment, b: Segment): (kind: Normalisation) => WhatChanged {
  const { union, ...slices } = pairOf(a, b);
  const evidence = compareSides(union, slices.a, slices.b);
  const work = { unit: evidence.units.unit, growth: evidence.growth };
  const [factsA, factsB] = [a, b].map((one) => ({
    seconds: one.seconds,
    isSnapshot: false,
    requests: requestsOf(one),
  }));
  return (kind) => whatChanged(union, normalise(kind, union, factsA, factsB, work), evidence);
}
