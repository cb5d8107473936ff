/** The union of two trees, its widths and its colours. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOf } from '#model/call-path.ts';
import { diffTree, isGone, isNew, negativeNodes, unionTree } from '#model/diff.ts';
import { compareSides } from '#model/evidence.ts';
import { type Normalisation, normalisations, normalise, type SideFacts, whyNotNormalised } from '#model/normalise.ts';
import { unsliced } from '#model/slices.ts';
import type { NamedTree, UnionTree } from '#model/union.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { drawn } from '../support/named-trees.ts';

const minute: SideFacts = {
  seconds: 60,
  isSnapshot: false,
  requests: { kind: 'counted', rate: 2, count: 120, routes: [] },
};
const anyKind = fc.constantFrom(...normalisations);

describe('union', () => {
  it('has every path of either side, as a naive reference has them', () => {
    fc.assert(
      fc.property(anyStacks, anyStacks, (textA, textB) => {
        const union = unionTree(drawn(textA), drawn(textB));
        expect(rowsOf(union)).toEqual(naiveRows(textA, textB));
      }),
    );
  });

  it('is depth first', () => {
    fc.assert(
      fc.property(anyStacks, anyStacks, (textA, textB) => {
        const { length, parent, subtreeEnd, depth } = unionTree(drawn(textA), drawn(textB));
        expect(subtreeEnd[0]).toBe(length);
        for (let node = 1; node < length; node++) {
          expect(parent[node]).toBeLessThan(node);
          expect(subtreeEnd[node]).toBeLessThanOrEqual(subtreeEnd[parent[node]]);
          expect(depth[node]).toBe(depth[parent[node]] + 1);
        }
      }),
    );
  });

  it('keeps whole numbers beyond 2^53', () => {
    const union = unionTree(drawn('a;b 9007199254740993'), drawn('a;b 1\na;c 9007199254740993'));
    expect(union.a.exact?.total[0]).toBe(9007199254740993n);
    expect(union.b.exact?.total[0]).toBe(9007199254740994n);
  });

  it('is deep without recursion', () => {
    const deep = Array.from({ length: 50_000 }, (_, i) => `f${i % 3}`).join(';');
    expect(unionTree(drawn(`${deep} 1`), drawn(`${deep};leaf 2`)).maxDepth).toBe(50_001);
  });
});

describe('what is shown', () => {
  it.each(['mean', 'a', 'b'] as const)('a parent is at least as wide as its callees: %s', (width) => {
    fc.assert(
      fc.property(anyStacks, anyStacks, anyKind, (textA, textB, kind) => {
        const union = unionTree(drawn(textA), drawn(textB));
        const { tree } = diffTree(union, normalised(union, kind), width, 'size');
        const ofCallees = new Float64Array(tree.length);
        for (let node = 1; node < tree.length; node++) ofCallees[tree.parent[node]] += tree.total[node];
        for (let node = 0; node < tree.length; node++)
          expect(ofCallees[node]).toBeLessThanOrEqual(tree.total[node] * (1 + 1e-12));
      }),
    );
  });

  it('siblings are ordered by the chosen width', () => {
    const union = unionTree(drawn('r;x 1\nr;y 9'), drawn('r;x 8\nr;y 2'));
    const first = (width: 'a' | 'b'): readonly string[] => {
      const { node } = diffTree(union, shares(union), width, 'size');
      return pathNamed(union, node[2]);
    };
    expect([first('a'), first('b')]).toEqual([
      ['r', 'y'],
      ['r', 'x'],
    ]);
  });

  it('the same data is grey all over, however much of it there is', () => {
    fc.assert(
      fc.property(anyStacks, fc.integer({ min: 1, max: 9 }), anyKind, (text, times, kind) => {
        // Per second and in absolute amounts more is more.
        const isShare = kind === 'share' || kind === 'equal-work';
        const more = isShare ? text.replace(/\d+$/gm, (value) => String(Number(value) * times)) : text;
        const union = unionTree(drawn(text), drawn(more));
        const shown = diffTree(union, normalised(union, kind), 'mean', 'size');
        expect(shown.changeOfTotal.every((s) => s === 0)).toBe(true);
        expect(shown.changeOfSelf.every((s) => s === 0)).toBe(true);
        expect([...shown.presence, ...shown.mixed].every((mark) => mark === 0)).toBe(true);
      }),
    );
  });

  it('a swap turns signs and marks', () => {
    fc.assert(
      fc.property(anyStacks, anyStacks, anyKind, (textA, textB, kind) => {
        const there = byPath(textA, textB, kind);
        const back = byPath(textB, textA, kind);
        for (const [path, [change, presence]] of there) {
          const [mirrored, otherPresence] = back.get(path)!;
          expect(mirrored + change).toBeCloseTo(0, 12);
          expect(otherPresence).toBe(presence === 0 ? 0 : presence === isNew ? isGone : isNew);
        }
      }),
    );
    function byPath(a: string, b: string, kind: Normalisation): Map<string, readonly [number, number]> {
      const union = unionTree(drawn(a), drawn(b));
      const { changeOfTotal, presence } = diffTree(union, normalised(union, kind), 'mean', 'size');
      return new Map(
        Array.from({ length: union.length }, (_, node) => [
          pathNamed(union, node).join(';'),
          [changeOfTotal[node], presence[node]] as const,
        ]),
      );
    }
  });

  it('marks new, gone and mixed nodes', () => {
    const union = unionTree(drawn('r;old 5\nr;same 5'), drawn('r;new 5\nr;same 5'));
    const { presence, mixed, changeOfTotal } = diffTree(union, shares(union), 'mean', 'size');
    const at = (name: string): number => union.func.indexOf(union.names.indexOf(name));
    expect([presence[at('new')], changeOfTotal[at('new')]]).toEqual([isNew, 1]);
    expect([presence[at('old')], changeOfTotal[at('old')]]).toEqual([isGone, -1]);
    expect([mixed[at('r')], mixed[at('same')]]).toEqual([1, 0]);
  });

  it('negative amounts are listed and counted, and have no width', () => {
    const union = unionTree(drawn('r;x 5\nr;y -3'), drawn('r;x 5'));
    const { tree, changeOfTotal } = diffTree(
      union,
      normalise('absolute', union, minute, minute, undefined),
      'a',
      'size',
    );
    expect(tree.negative).toEqual({ nodes: 1, sum: -3 });
    expect(negativeNodes(union.a, 10).map((node) => pathNamed(union, node))).toEqual([['r', 'y']]);
    expect(tree.total[0]).toBe(5);
    expect(changeOfTotal.every((s) => s >= -1 && s <= 1)).toBe(true);
  });

  it('a path has no width of a side on which its total is not above zero', () => {
    const union = unionTree(drawn('neg;a -9\nneg;b 4\nkept 20'), drawn('neg;a 1\nneg;b 4\nkept 20'));
    const absolute = normalise('absolute', union, minute, minute, undefined);
    const widths = (width: 'a' | 'b' | 'mean'): number[] => {
      const { tree, node } = diffTree(union, absolute, width, 'size');
      const at = (name: string): number => tree.total[node.indexOf(union.func.indexOf(union.names.indexOf(name)))];
      return [tree.total[0], at('neg'), at('b')];
    };
    expect(widths('a')).toEqual([20, 0, 0]);
    expect(widths('b')).toEqual([25, 5, 4]);
    expect(widths('mean')).toEqual([22.5, 2.5, 2]);
  });
});

describe('normalisations', () => {
  const a = 'm;x 60\nm;y 30\nm;z 10';
  const b = 'm;x 120\nm;y 60\nm;z 60';

  it('equal load leaves what changed beyond it', () => {
    const union = unionTree(drawn(a), drawn(b));
    const { a: ofA, b: ofB, load } = normalise('load-adjusted', union, minute, minute, undefined);
    expect(load).toBeCloseTo(2);
    const z = union.names.indexOf('z');
    for (let node = 1; node < union.length; node++)
      expect(ofB.self[node] - ofA.self[node] > 1e-9).toBe(union.func[node] === z);
  });

  it('equal work scales both sides to their mean', () => {
    const union = unionTree(drawn('p;x 10\nq;y 30'), drawn('p;x 30\nq;y 10'));
    const p = union.names.indexOf('p');
    const unit = Int32Array.from(union.func, (f, node) =>
      node > 0 && (f === p || union.func[union.parent[node]] === p) ? 0 : 1,
    );
    const shown = normalise('equal-work', union, minute, minute, { unit, growth: Float64Array.of(3, 1 / 3) });
    for (let node = 0; node < union.length; node++) expect(shown.a.self[node]).toBeCloseTo(shown.b.self[node], 12);
  });

  it.each([
    ['share', { seconds: 60, isSnapshot: false }, '', /has no shares/],
    ['per-second', { seconds: undefined, isSnapshot: false }, a, /how long/],
    ['load-adjusted', { seconds: 0, isSnapshot: false }, a, /how long/],
    ['per-second', { seconds: 60, isSnapshot: true }, a, /no rate/],
  ] as const)('%s says what it lacks', (kind: Normalisation, facts, text, reason) => {
    const union = unionTree(text === '' ? empty : drawn(text), drawn(b));
    expect(whyNotNormalised(kind, union, facts, minute)).toMatch(reason);
    expect(() => normalise(kind, union, facts, minute, undefined)).toThrow(reason);
    expect(whyNotNormalised('absolute', union, facts, minute)).toBeUndefined();
  });
});

const empty: NamedTree = drawn('gone 1\ngone -1');

function normalised(union: UnionTree, kind: Normalisation) {
  const { units, growth } = compareSides(union, unsliced(union.a, 1), unsliced(union.b, 1));
  return normalise(kind, union, minute, minute, { unit: units.unit, growth });
}

function shares(union: UnionTree) {
  return normalise('share', union, minute, minute, undefined);
}

function pathNamed(union: UnionTree, node: number): readonly string[] {
  return pathOf({ ...union, ...union.a }, union.names, node);
}

function rowsOf(union: UnionTree): string[] {
  const rows: string[] = [];
  for (let node = 0; node < union.length; node++) {
    const { a, b } = union;
    rows.push([pathNamed(union, node).join(';'), a.total[node], a.self[node], b.total[node], b.self[node]].join(' '));
  }
  return rows.sort();
}

/** Every prefix of every stack, summed in maps. */
function naiveRows(textA: string, textB: string): string[] {
  const paths = new Map<string, [number, number, number, number]>();
  for (const [side, text] of [textA, textB].entries())
    for (const line of text.split('\n')) {
      const [stack, value] = line.split(' ');
      const frames = stack.split(';');
      for (let depth = 0; depth <= frames.length; depth++) {
        const path = frames.slice(0, depth).join(';');
        const amounts = paths.get(path) ?? [0, 0, 0, 0];
        amounts[side * 2] += Number(value);
        if (depth === frames.length) amounts[side * 2 + 1] += Number(value);
        paths.set(path, amounts);
      }
    }
  return [...paths].map(([path, amounts]) => [path, ...amounts].join(' ')).sort();
}
