import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whatChanged } from '#model/changes.ts';
import { findContexts } from '#model/contexts.ts';
import { diffTree, type NamedTree, type UnionTree, unionTree } from '#model/diff.ts';
import { findEvidence } from '#model/evidence.ts';
import { type Normalisation, normalise, normalisations, whyNotNormalised } from '#model/normalise.ts';
import { unsliced } from '#model/slices.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

const facts = { seconds: 60, isSnapshot: false };

function named(text: string): NamedTree {
  const profile = profileFromText(text);
  return { tree: treeOf(profile), names: profile.functions.names };
}

/** Totals of every path, in text: `main;serve` to [a, b]. */
function pathsOf(union: UnionTree): Map<string, readonly [number, number]> {
  const paths: string[] = [''];
  const found = new Map<string, readonly [number, number]>();
  for (let node = 1; node < union.length; node++) {
    const above = paths[union.parent[node]];
    paths[node] = `${above}${above === '' ? '' : ';'}${union.names[union.func[node]]}`;
    found.set(paths[node], [union.a.total[node], union.b.total[node]]);
  }
  return found;
}

function naive(a: string, b: string): Map<string, readonly [number, number]> {
  const found = new Map<string, [number, number]>();
  for (const [side, text] of [a, b].entries()) {
    for (const line of text.split('\n')) {
      const [stack = '', value] = line.split(' ');
      const frames = stack.split(';');
      for (let depth = 1; depth <= frames.length; depth++) {
        const path = frames.slice(0, depth).join(';');
        const sums = found.get(path) ?? [0, 0];
        sums[side] += Number(value);
        found.set(path, sums);
      }
    }
  }
  return found;
}

function compared(a: string, b: string, kind: Normalisation): ReturnType<typeof whatChanged> {
  const union = unionTree(named(a), named(b));
  const contexts = findContexts(union);
  const evidence = findEvidence(union, contexts, unsliced(union.a, 1), unsliced(union.b, 1));
  const work = { context: contexts.context, growth: evidence.growth };
  return whatChanged(union, contexts, normalise(kind, union, facts, facts, work), evidence);
}

describe('the union of two trees', () => {
  it('has every path of either side, with what both have there', () => {
    fc.assert(
      fc.property(anyStacks, anyStacks, (a, b) => {
        const sorted = (map: Map<string, readonly [number, number]>): unknown =>
          [...map].sort(([x], [y]) => (x < y ? -1 : 1));
        expect(sorted(pathsOf(unionTree(named(a), named(b))))).toEqual(sorted(naive(a, b)));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('nests in every width: callees are never wider than their caller', () => {
    fc.assert(
      fc.property(anyStacks, anyStacks, fc.constantFrom('mean', 'a', 'b'), (a, b, width) => {
        const union = unionTree(named(a), named(b));
        const { tree } = diffTree(union, normalise('share', union, facts, facts, undefined), width, 'size');
        const below = new Float64Array(tree.length);
        for (let node = 1; node < tree.length; node++) below[tree.parent[node]] += tree.total[node];
        for (let node = 0; node < tree.length; node++) expect(below[node]).toBeLessThanOrEqual(tree.total[node] + 1e-9);
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  it('swapped, every change has the other sign', () => {
    fc.assert(
      fc.property(anyStacks, anyStacks, (a, b) => {
        const changes = (first: string, second: string): [string, number][] => {
          const union = unionTree(named(first), named(second));
          const { changeOfTotal } = diffTree(union, normalise('share', union, facts, facts, undefined), 'mean', 'name');
          return [...pathsOf(union).keys()].map((path, i): [string, number] => [path, changeOfTotal[i + 1]]);
        };
        const there = new Map(changes(a, b));
        for (const [path, change] of changes(b, a)) expect(there.get(path)).toBeCloseTo(-change, 9);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});

describe('what changed', () => {
  const before = 'main;serve;json.Marshal 4000\nmain;serve;parse 3000\nmain;log;write 3000\n';

  it('of a profile against itself: nothing', () => {
    for (const kind of normalisations) {
      const { changes, delta } = compared(before, before, kind);
      expect(changes.filter(({ supported }) => supported)).toEqual([]);
      expect(delta).toBe(0);
    }
  });

  it('a function that costs half more is the first cause, as code', () => {
    const { changes } = compared(before, before.replace('Marshal 4000', 'Marshal 6000'), 'share');
    expect(changes[0]).toMatchObject({ name: 'json.Marshal', kind: 'code', supported: true });
    expect(changes[0]?.codePct).toBeCloseTo(50, 0);
  });

  it('code and work together are the change', () => {
    fc.assert(
      fc.property(anyStacks, anyStacks, fc.constantFrom('per-second', 'absolute'), (a, b, kind) => {
        const { changes, delta } = compared(a, b, kind);
        const parts = changes.reduce((sum, { part }) => sum + part, 0);
        expect(parts).toBeCloseTo(delta, 6);
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  it('what a side lacks is said, not guessed', () => {
    const union = unionTree(named(before), named(before));
    const timeless = { seconds: undefined, isSnapshot: false };
    expect(whyNotNormalised('per-second', union, facts, timeless)).toContain('Side B');
    expect(whyNotNormalised('per-second', union, { ...facts, isSnapshot: true }, facts)).toContain('no rate');
    expect(whyNotNormalised('share', union, facts, facts)).toBeUndefined();
  });
});
