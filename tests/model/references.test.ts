/** Compares columns with whole stacks: each answer is recomputed in the plainest way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { findPath, pathOf, shortenPath } from '#model/call-path.ts';
import type { CallTree } from '#model/call-tree.ts';
import { functionTotals } from '#model/function-table.ts';
import type { Profile } from '#model/profile.ts';
import { sandwich } from '#model/sandwich.ts';
import { matchFunctions, parseSearch, searchShare } from '#model/search.ts';
import { applyTransforms, type Transform } from '#model/transforms/registry.ts';
import { rankNames } from '#model/tree-builder.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

type Stack = readonly [names: readonly string[], value: bigint];
const names = ['a', 'b', 'c', 'd'];
const some = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 8 });
/** Small values, and such that only whole numbers can sum up. */
const small = fc.bigInt({ min: 1n, max: 50n });
const beyond = fc.bigInt({ min: 2n ** 53n, max: 2n ** 55n });
const stacks = fc.oneof(small, beyond).chain((sample) => {
  const value = sample < 2n ** 53n ? small : beyond;
  return fc.array(fc.tuple(some, value), { minLength: 1, maxLength: 15 });
});

/** The remaining stack; `undefined` drops it. */
const plainly: Readonly<Record<string, (stack: readonly string[]) => readonly string[] | undefined>> = {
  focus: (stack) => (stack.includes('b') ? stack : undefined),
  hide: (stack) => stack.filter((name) => name !== 'b'),
  ignore: (stack) => (stack.includes('b') ? undefined : stack),
  // What stands before the first other frame stays.
  prune: (stack) => {
    const first = stack.findIndex((name) => name !== 'b');
    const end = first < 0 ? -1 : stack.indexOf('b', first);
    return end < 0 ? stack : stack.slice(0, end);
  },
  'show-from': (stack) => (stack.includes('b') ? stack.slice(stack.indexOf('b')) : undefined),
  invert: (stack) => stack.toReversed(),
  'merge-recursion': (stack) => {
    const first = new Map<string, readonly string[]>();
    let at: readonly string[] = [];
    for (const name of stack) {
      at = first.get(name) ?? [...at, name];
      first.set(name, at);
    }
    return at;
  },
};

function textOf(listed: readonly Stack[]): string {
  return listed.map(([stack, value]) => `${stack.join(';')} ${value}`).join('\n');
}

function transformed(profile: Profile, transforms: readonly Transform[]): CallTree {
  const facts = {
    functions: profile.functions,
    packages: profile.functions.names.map(() => ''),
    frames: profile.frames,
    isSystem: new Uint8Array(profile.functions.names.length),
  };
  return finish(applyTransforms(treeOf(profile, 'name'), transforms, facts, 'name')).tree;
}

function hits(profile: Profile, text: string): Uint8Array {
  const parsed = parseSearch(text);
  if (!parsed.ok) throw new Error(parsed.message);
  const facts = {
    functions: profile.functions,
    packages: profile.functions.names.map(() => ''),
    frames: profile.frames,
  };
  return finish(matchFunctions(parsed.query, facts));
}

function sumWhere(listed: readonly Stack[], holds: (stack: readonly string[]) => boolean): bigint {
  return listed.reduce((sum, [stack, value]) => (holds(stack) ? sum + value : sum), 0n);
}

describe.each(Object.entries(plainly))('%s', (kind, change) => {
  it('makes the tree of the changed stacks, to the last digit', () => {
    const transform = (kind === 'invert' || kind === 'merge-recursion' ? { kind } : { kind, match: 'b' }) as Transform;
    fc.assert(
      fc.property(stacks, (listed) => {
        const profile = profileFromText(textOf(listed));
        const changed = listed.flatMap(([stack, value]): [string, bigint][] => {
          const left = change(stack);
          return left === undefined ? [] : [[left.join(';'), value]];
        });
        const sums = new Map<string, bigint>();
        for (const [stack, value] of changed) sums.set(stack, (sums.get(stack) ?? 0n) + value);
        const tree = transformed(profile, [transform]);
        expect(selves(tree, profile)).toEqual(sums);
        const whole = changed.reduce((sum, [, value]) => sum + value, 0n);
        expect(tree.exact ? tree.exact.total[0] : BigInt(tree.total[0])).toBe(whole);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

/** Each path with a self. */
function selves(tree: CallTree, profile: Profile): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (let node = 0; node < tree.length; node++) {
    const self = tree.exact ? tree.exact.self[node] : BigInt(tree.self[node]);
    if (self !== 0n) found.set(pathOf(tree, profile.functions.names, node).join(';'), self);
  }
  return found;
}

it('functions, search and sandwich count every stack once, to the last digit', () => {
  fc.assert(
    fc.property(stacks, (listed) => {
      const profile = profileFromText(textOf(listed));
      const tree = treeOf(profile);
      const { names: known } = profile.functions;
      const found = functionTotals(tree, known.length);
      for (const [func, name] of known.entries()) {
        const self = sumWhere(listed, (stack) => stack.at(-1) === name);
        const total = sumWhere(listed, (stack) => stack.includes(name));
        expect([found.self[func], found.total[func]]).toEqual([Number(self), Number(total)]);
        if (found.exact) expect([found.exact.self[func], found.exact.total[func]]).toEqual([self, total]);
        const both = sandwich(tree, func, 'size', rankNames(known));
        expect([both.self, both.total]).toEqual([Number(self), Number(total)]);
        expect(both.callees.total[0]).toBe(both.total);
        if (tree.exact) expect([both.callers.exact?.total[0], both.callees.exact?.total[0]]).toEqual([total, total]);
      }
      const { value, exact } = searchShare(tree, hits(profile, 'a | c'));
      const through = sumWhere(listed, (stack) => stack.includes('a') || stack.includes('c'));
      expect([value, exact ?? through]).toEqual([Number(through), through]);
      expect(found.nodes.reduce((sum, count) => sum + count, 0)).toBe(tree.length - 1);
    }),
    { seed: 7, numRuns: 300 },
  );
});

it('a negative self counts everywhere', () => {
  const profile = profileFromText('a;b 5\na;c -2\nd -1');
  const tree = treeOf(profile);
  const { names: known } = profile.functions;
  const { total } = functionTotals(tree, known.length);
  expect(known.map((name, func) => `${name} ${total[func]}`).toSorted()).toEqual(['a 3', 'b 5', 'c -2', 'd -1']);
  expect(searchShare(tree, hits(profile, 'c'))).toMatchObject({ nodes: 1, value: -2 });
  expect(transformed(profile, [{ kind: 'invert' }]).total[0]).toBe(2);
});

it('long paths are found by their hash, in any order of siblings, and nothing else is', () => {
  const long = fc.array(fc.constantFrom(...names.map((name) => `${name.repeat(90)}.run`)), {
    minLength: 9,
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.array(long, { minLength: 1, maxLength: 8 }), (listed) => {
      const profile = profileFromText(listed.map((stack) => `${stack.join(';')} 1`).join('\n'));
      for (const order of ['size', 'name'] as const) {
        const tree = treeOf(profile, order);
        for (let node = 1; node < tree.length; node++) {
          const path = pathOf(tree, profile.functions.names, node);
          const short = shortenPath(path);
          expect(findPath(tree, profile.functions.names, short)).toEqual({ node, whole: true });
          expect(short.join(';').length).toBeLessThanOrEqual(Math.max(600, 30 + 3 * 121));
          expect(shortenPath(short)).toEqual(short);
        }
      }
    }),
    { seed: 7, numRuns: 50 },
  );
  const { functions } = profileFromText('main;run 1');
  const tree = treeOf(profileFromText('main;run 1'));
  for (const mark of ['~2.zzz', '~0.0', '~999999999.1', '~2', '~x.y']) {
    expect(findPath(tree, functions.names, [mark, 'run']), mark).toEqual({ node: 0, whole: false });
  }
});

it('a function whose name looks like a hash is still found', () => {
  const profile = profileFromText('~1.abc;x 1\n~Cart;y 1');
  const tree = treeOf(profile);
  for (let node = 0; node < tree.length; node++) {
    expect(findPath(tree, profile.functions.names, pathOf(tree, profile.functions.names, node))).toEqual({
      node,
      whole: true,
    });
  }
});

it('a stack of 100 000 different functions goes through every question', () => {
  const profile = profileFromText(`${Array.from({ length: 100_000 }, (_, i) => `f${i}`).join(';')} 5`);
  const { names: known } = profile.functions;
  const tree = treeOf(profile);
  const leaf = tree.length - 1;
  expect(functionTotals(tree, known.length).total[known.length - 1]).toBe(5);
  expect(searchShare(tree, hits(profile, '/f.*9.*9$/'))).toMatchObject({ value: 5 });
  expect(sandwich(tree, 50_000, 'size', rankNames(known))).toMatchObject({ total: 5, self: 0 });
  expect(findPath(tree, known, pathOf(tree, known, leaf))).toEqual({ node: leaf, whole: true });
  expect(findPath(tree, known, shortenPath(pathOf(tree, known, leaf)))).toEqual({ node: leaf, whole: true });
  const all: Transform[] = [
    { kind: 'focus', match: '="f7"' },
    { kind: 'focus-path', path: ['f0', 'f1'] },
    { kind: 'hide', match: '/7$/' },
    { kind: 'show-from', match: '="f9"' },
    { kind: 'merge-recursion' },
    { kind: 'invert' },
    { kind: 'ignore', match: 'nowhere' },
  ];
  expect(transformed(profile, all).total[0]).toBe(5);
});
