import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiffPicture, DiffRequest, DiffSide, SideNoise } from '#analysis/analysis.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import type { Transform } from '#model/transforms/registry.ts';
import { anyStacks } from '../support/any-stacks.ts';

const { signal } = new AbortController();
const itself: SideNoise = { kind: 'itself' };
const analysis = new InProcessAnalysis(() => Promise.resolve());

async function opened(text: string): Promise<DiffSide> {
  const bytes = new TextEncoder().encode(`${text}\n`);
  const { handle } = await analysis.open({ bytes, name: 'a.txt', form: { kind: 'file' } }, signal);
  return { handle, sampleType: 0, facts: { seconds: 60, isSnapshot: false } };
}

function ask(
  a: DiffSide,
  b: DiffSide,
  transforms: readonly Transform[],
  patch: Partial<DiffRequest> = {},
): DiffRequest {
  return { a, b, normalisation: 'absolute', width: 'mean', order: 'name', transforms, evidence: undefined, ...patch };
}

/** `name self total`, of functions that have anything. */
async function alone(side: DiffSide, transforms: readonly Transform[]): Promise<string[]> {
  const request = { handle: side.handle, sampleType: 0, order: 'size', transforms } as const;
  const { byFunction, renamed } = await analysis.tree(request, signal);
  const names = renamed?.functions.names ?? (await analysis.diff(ask(side, side, transforms), signal)).functions.names;
  return rowsOf(names, byFunction);
}

function rowsOf(names: readonly string[], { self, total }: { self: Float64Array; total: Float64Array }): string[] {
  return names.flatMap((name, func) => (total[func] === 0 ? [] : [`${name} ${self[func]} ${total[func]}`])).sort();
}

/** `path self total` on A and B, by node of a picture. */
function nodes({ tree, node, a, b }: DiffPicture, names: readonly string[]): string[] {
  const paths: string[] = [];
  return Array.from(node, (at, shown) => {
    paths[shown] = shown === 0 ? '' : `${paths[tree.parent[shown]]}/${names[tree.func[shown]]}`;
    return `${paths[shown]} ${a.self[at]} ${a.total[at]} ${b.self[at]} ${b.total[at]}`;
  });
}

const before = 'root;a;leaf 50\nroot;b;leaf 70\nroot;a 20\nroot 10';
const after = 'root;a;leaf 50\nroot;b;leaf 170\nroot;a 20\nroot 10';

describe('a comparison from the leaves up', () => {
  it('has the own cost of each function at its leaf', async () => {
    const [a, b] = [await opened(before), await opened(after)];
    const answer = await analysis.diff(ask(a, b, [{ kind: 'invert' }]), signal);
    expect(rowsOf(answer.functions.names, answer.byFunction.a)).toEqual([
      'a 20 70',
      'b 0 70',
      'leaf 120 120',
      'root 10 150',
    ]);
    expect(rowsOf(answer.functions.names, answer.byFunction.b)).toEqual([
      'a 20 70',
      'b 0 170',
      'leaf 220 220',
      'root 10 250',
    ]);
    expect(nodes(answer, answer.functions.names)).toEqual([
      ' 0 150 0 250',
      '/a 20 20 20 20',
      '/a/root 0 20 0 20',
      '/leaf 120 120 220 220',
      '/leaf/a 0 50 0 50',
      '/leaf/a/root 0 50 0 50',
      '/leaf/b 0 70 0 170',
      '/leaf/b/root 0 70 0 170',
      '/root 10 10 10 10',
    ]);
  });

  it('a function between callers and callees: callers have no own cost in it, it has its own', async () => {
    const [a, b] = [await opened(before), await opened(after)];
    const names = (await analysis.diff(ask(a, b, []), signal)).functions.names;
    const upright = await analysis.sandwichDiff(ask(a, b, []), names.indexOf('a'), signal);
    expect(nodes(upright.callers, names)).toEqual([' 20 70 20 70', '/root 0 70 0 70']);
    expect(nodes(upright.callees, names)).toEqual([' 20 70 20 70', '/leaf 50 50 50 50']);
    // In an inverted tree the parent is the callee.
    const turned = await analysis.sandwichDiff(ask(a, b, [{ kind: 'invert' }]), names.indexOf('a'), signal);
    expect(nodes(turned.callers, names)).toEqual([' 20 70 20 70', '/leaf 50 50 50 50']);
    expect(nodes(turned.callees, names)).toEqual([' 20 70 20 70', '/root 0 70 0 70']);
  });

  it('says the same of functions as from the roots down: amounts, load, causes', async () => {
    const [a, b] = [await opened(before), await opened(after)];
    for (const normalisation of ['share', 'per-second', 'load-adjusted', 'equal-work', 'absolute'] as const) {
      const upright = await analysis.diff(ask(a, b, [], { normalisation }), signal);
      const turned = await analysis.diff(ask(a, b, [{ kind: 'invert' }], { normalisation }), signal);
      expect(turned.load).toBe(upright.load);
      expect(turned.byFunction).toEqual(upright.byFunction);
      const noise = { a: itself, b: itself };
      const found = await analysis.evidence(ask(a, b, [], { normalisation }), noise, signal);
      const also = await analysis.evidence(ask(a, b, [{ kind: 'invert' }], { normalisation }), noise, signal);
      const said = (one: typeof found): unknown =>
        one.found.changes.map(({ kind, name, selfA, selfB, supported }) => [kind, name, selfA, selfB, supported]);
      expect(said(also)).toEqual(said(found));
      expect(also.functions).toEqual(found.functions);
    }
  });

  const match = fc.constantFrom('="a"', '="b"', '="c"', 'd');
  const transform: fc.Arbitrary<Transform> = fc.oneof(
    fc.constant({ kind: 'invert' } as const),
    fc.constant({ kind: 'merge-recursion' } as const),
    fc.record({ kind: fc.constantFrom('focus', 'ignore', 'hide', 'prune', 'show-from'), match }),
    fc.record({ kind: fc.constant('rename' as const), match, name: fc.constantFrom('x', 'b') }),
  );

  it('whatever the transforms, every function has what it has when its side is opened alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyStacks,
        anyStacks,
        fc.array(transform, { maxLength: 5 }),
        async (textA, textB, transforms) => {
          const [a, b] = [await opened(textA), await opened(textB)];
          const { byFunction, functions, a: ofA, b: ofB } = await analysis.diff(ask(a, b, transforms), signal);
          expect(rowsOf(functions.names, byFunction.a)).toEqual(await alone(a, transforms));
          expect(rowsOf(functions.names, byFunction.b)).toEqual(await alone(b, transforms));
          // Own costs of all nodes are the whole.
          for (const side of [ofA, ofB]) expect(side.self.reduce((sum, value) => sum + value, 0)).toBe(side.total[0]);
          analysis.close(a.handle);
          analysis.close(b.handle);
        },
      ),
      { seed: 16, numRuns: 400 },
    );
  });
});

describe('one profile from the leaves up', () => {
  it('Sandwich has the own cost of its function', async () => {
    const side = await opened(before);
    const { functions } = await analysis.diff(ask(side, side, []), signal);
    const request = { handle: side.handle, sampleType: 0, order: 'size', transforms: [{ kind: 'invert' }] } as const;
    const of = async (name: string): Promise<unknown> => {
      const { self, total } = await analysis.sandwich(request, functions.names.indexOf(name), signal);
      return [self, total];
    };
    expect(await of('leaf')).toEqual([120, 120]);
    expect(await of('root')).toEqual([10, 150]);
  });

  it('own costs stay whole beyond what a double holds', async () => {
    const side = await opened('main;leaf 9007199254740993\nmain 2');
    const request = { handle: side.handle, sampleType: 0, order: 'size', transforms: [{ kind: 'invert' }] } as const;
    const { byFunction } = await analysis.tree(request, signal);
    expect(byFunction.exact).toEqual({ self: [2n, 9007199254740993n], total: [9007199254740995n, 9007199254740993n] });
  });
});
