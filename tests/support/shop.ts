/** A program of three routes as a runtime records it, and what changed between two of its kind. */
import { poisson, seeded } from '#base/seeded.ts';
import type { Change } from '#model/change.ts';
import { whatChanged } from '#model/changes.ts';
import { unionTree } from '#model/diff.ts';
import { compareSides } from '#model/evidence.ts';
import { normalise } from '#model/normalise.ts';
import { sideOfUnion, slicesOfTrees } from '#model/slices.ts';
import type { NamedTree } from '#model/union.ts';
import { drawn, joined } from './named-trees.ts';

export const SLICES = 20;
export const HTTP = 'net/http.(*conn).serve;net/http.serverHandler.ServeHTTP;net/http.HandlerFunc.ServeHTTP';
export const cores = { kind: 'share', sampleType: { type: 'cpu', unit: 'nanoseconds' } } as const;

/** Samples by stack in a slice, on the mean. */
export type Program = Readonly<Record<string, number>>;
type Recorded = Program | ((slice: number) => Program);

export const shop: Program = {
  [`${HTTP};shop.search;shop.rank;sort.Slice`]: 40,
  [`${HTTP};shop.search;shop.rank`]: 20,
  [`${HTTP};shop.search;shop.parse;regexp.match`]: 50,
  [`${HTTP};shop.search`]: 30,
  [`${HTTP};shop.report;shop.load`]: 40,
  [`${HTTP};shop.report;shop.encode;json.Marshal`]: 60,
  [`${HTTP};shop.report`]: 30,
  [`${HTTP};shop.cart;shop.price`]: 50,
  [`${HTTP};shop.cart;shop.encode;json.Marshal`]: 40,
  [`${HTTP};shop.cart`]: 20,
};

export function claims(a: Recorded, b: Recorded): string[] {
  return changes(a, b)
    .filter(({ supported }) => supported)
    .map(({ kind, name }) => `${kind} ${name}`);
}

export function changes(a: Recorded, b: Recorded): readonly Change[] {
  return compared(a, b, 'share').found.changes;
}

export function compared(a: Recorded, b: Recorded, kind: Parameters<typeof normalise>[0], routes?: string) {
  const [ofA, ofB] = [recorded(a, 'a'), recorded(b, 'b')];
  const union = unionTree(joined(ofA), joined(ofB));
  const evidence = compareSides(
    union,
    slicesOfTrees(sideOfUnion(union, 'a'), ofA, 1),
    slicesOfTrees(sideOfUnion(union, 'b'), ofB, 1),
    routes,
  );
  const facts = { seconds: 600, isSnapshot: false };
  const work = { unit: evidence.units.unit, growth: evidence.growth };
  return { union, evidence, found: whatChanged(union, normalise(kind, union, facts, facts, work), evidence) };
}

/** Handlers vary by a tenth, independently. */
export function recorded(program: Recorded, seed: string): NamedTree[] {
  const random = seeded(seed);
  return Array.from({ length: SLICES }, (_, slice) => {
    const busy = new Map<string, number>();
    const means = typeof program === 'function' ? program(slice) : program;
    const lines = Object.entries(means).flatMap(([stack, mean]) => {
      const handler = /shop\.(?:search|report|cart)/.exec(stack)?.[0] ?? '';
      if (!busy.has(handler)) busy.set(handler, 0.9 + 0.2 * random());
      const count = poisson(mean * busy.get(handler)!, random);
      return count > 0 ? [`${stack} ${count}`] : [];
    });
    return drawn(lines.join('\n'));
  });
}

export function scaled(program: Program, through: string, factor: number): Program {
  return Object.fromEntries(
    Object.entries(program).map(([stack, mean]) => [stack, stack.split(';').includes(through) ? mean * factor : mean]),
  );
}

export function renamed(program: Program, from: string, to: string): Program {
  return Object.fromEntries(Object.entries(program).map(([stack, mean]) => [stack.replace(from, to), mean]));
}
