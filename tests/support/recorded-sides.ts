/** Two recordings of a program of four routes and a library that all of them call, and what changed. */
import { poisson, seeded } from '#base/seeded.ts';
import { whatChanged, type WhatChanged } from '#model/changes.ts';
import { unionTree } from '#model/diff.ts';
import { compareSides, type Evidence } from '#model/evidence.ts';
import { type Normalisation, normalise } from '#model/normalise.ts';
import { sideOfUnion, slicesOfTrees, unsliced } from '#model/slices.ts';
import type { NamedTree, UnionTree } from '#model/union.ts';
import { drawn, joined } from './named-trees.ts';
import { HTTP } from './shop.ts';

export const SLICES = 12;
export const MS = 1_000_000;

export interface Recording {
  /** By route: times its usual load. */
  readonly load?: Readonly<Record<string, number>>;
  /** By function: times its usual cost. */
  readonly cost?: Readonly<Record<string, number>>;
  readonly seconds?: number;
  /** ns of a sample. */
  readonly period?: number;
  readonly seed?: string;
  /** What stands above the routes. */
  readonly above?: string;
  /** How many functions of the kernel each route calls. */
  readonly runtime?: number;
}

export function supported(changes: WhatChanged['changes']): string[] {
  return changes.filter((one) => one.supported).map(({ kind, name }) => `${kind} ${name}`);
}

/** Four routes of eight functions of their own each, and a library of three that all of them call. */
function record({
  load = {},
  cost = {},
  seconds = 900,
  period = 10 * MS,
  seed = 'a',
  above = HTTP,
  runtime = 0,
}: Recording): NamedTree[] {
  const random = seeded(seed);
  return Array.from({ length: SLICES }, (_slice, slice) => {
    const lines: string[] = [];
    for (const [r, route] of ['checkout', 'search', 'cart', 'login'].entries()) {
      const busy = (load[route] ?? load.all ?? 1) * (1 + 0.1 * Math.sin(slice * (r + 2))) * (r === 0 ? 1.5 : 1);
      for (let f = 0; f < 8; f++) {
        const own = `${route}.${f}`;
        const kernel = f === 0 ? Array.from({ length: runtime }, (_, i) => `${own};syscall.call${i}`) : [];
        const leaves = [own, ...(f % 2 === 0 ? [`${own};encode`, `${own};encode;copy`, `${own};log`] : []), ...kernel];
        for (const leaf of leaves) {
          const name = leaf.split(';').at(-1)!;
          const mean = ((seconds * 1e9) / period / SLICES / 100) * busy * (cost[name] ?? 1) * (1 + (f % 3));
          const count = poisson(mean, random);
          if (count > 0) lines.push(`${above};${route};${leaf} ${count * period}`);
        }
      }
    }
    return drawn(lines.join('\n'));
  });
}

export function recorded(ofA: Recording, ofB: Recording, sliced = true) {
  const a = record(ofA);
  const b = record({ seed: 'b', ...ofB });
  const union = unionTree(joined(a), joined(b));
  const perUnit = (period = 10 * MS): number => 1 / period;
  const evidence = sliced
    ? compareSides(
        union,
        slicesOfTrees(sideOfUnion(union, 'a'), a, perUnit(ofA.period)),
        slicesOfTrees(sideOfUnion(union, 'b'), b, perUnit(ofB.period)),
      )
    : compareSides(union, unsliced(union.a, perUnit(ofA.period)), unsliced(union.b, perUnit(ofB.period)));
  return { union, a, b, evidence };
}

interface Setting {
  readonly sliced?: boolean;
  readonly kind?: Normalisation;
  readonly sameSeed?: boolean;
  readonly swapped?: boolean;
}

export function compared(
  a: Recording,
  b: Recording,
  { sliced = true, kind = 'share', sameSeed, swapped }: Setting = {},
) {
  const { union, evidence } = recorded(
    swapped ? { seed: 'b', ...a } : a,
    sameSeed || swapped ? { ...b, seed: 'a' } : b,
    sliced,
  );
  return changesOf(union, evidence, kind, [a.seconds ?? 900, b.seconds ?? 900]);
}

/** A hundred samples a unit: changes enough are supported. */
export function unslicedChanges(textA: string, textB: string, kind: Normalisation): WhatChanged {
  const union = unionTree(drawn(textA), drawn(textB));
  return changesOf(union, compareSides(union, unsliced(union.a, 100), unsliced(union.b, 100)), kind, [60, 60]);
}

export function changesOf(
  union: UnionTree,
  evidence: Evidence,
  kind: Normalisation,
  seconds: readonly (number | undefined)[],
): WhatChanged {
  const requests = kind === 'per-request' ? ({ kind: 'counted', rate: 2, count: 120, routes: [] } as const) : undefined;
  const [a, b] = seconds.map((one) => ({ seconds: one, isSnapshot: false, requests }));
  const work = { unit: evidence.units.unit, growth: evidence.growth };
  return whatChanged(union, normalise(kind, union, a, b, work), evidence);
}
