import { expect, it } from 'vitest';
import { amountText, certaintyOfHalf, certaintyOfUnion } from '#app/compare/certainty.ts';
import { intervalOf, rootLabelOf, unitOf } from '#app/compare/diff-words.ts';
import { compared } from './shown-comparison.ts';

const rest = 'main;work 60000\nmain;other 8000\n';
const sides = {
  a: `${rest}main;slow 8000\nmain;route;slow 2000\nmain;wobble 400\nmain;rare 5\n`,
  b: `${rest}main;slow 16000\nmain;route;slow 4000\nmain;wobble 412\nmain;rare 9\n`,
};

it('boxes of a half go by the function in the middle, and say that they are not tested', async () => {
  const shown = await compared(sides, 'share');
  const { tree, functions } = shown.diff;
  const nodeOf = (name: string): number => tree.func.indexOf(functions.names.indexOf(name));
  const about = (middle: string, name: string): readonly [boolean | undefined, string] => {
    // Any union of both sides can serve as a half.
    const certainty = certaintyOfHalf(shown, functions.names.indexOf(middle), shown.diff);
    return [certainty.isClear(nodeOf(name)), certainty.text(nodeOf(name))];
  };
  expect(about('slow', 'wobble')).toEqual([
    true,
    'Merged from all places where it is called; not tested separately: the change of the function in the middle is more than noise.',
  ]);
  expect(about('wobble', 'slow')).toEqual([false, expect.stringMatching(/not tested separately.* may be noise\.$/)]);
  expect(about('slow', 'rare')).toEqual([false, 'Too small to test: under 0.1 % of both sides.']);
  // It has no self cost: its path is tested.
  expect(about('route', 'other')[0]).toBe(true);
  const { isClear } = certaintyOfHalf({ ...shown, evidence: undefined }, 1, shown.diff);
  expect(isClear(nodeOf('slow'))).toBeUndefined();
});

it('says what its interval is of: of self where the colours show self', async () => {
  const shown = await compared(sides, 'share');
  const { tree, functions } = shown.diff;
  const nodeOf = (name: string): number => tree.func.indexOf(functions.names.indexOf(name));
  const said = (rule: 'self' | 'total'): string => certaintyOfUnion(shown, rule).text(nodeOf('slow'));
  const ofSelf = intervalOf(shown.evidence.functions, functions.names.indexOf('slow'));
  expect(said('self')).toBe(`Everywhere, self: more than noise: relative to the rest ${ofSelf} (95 %).`);
  const ofPath = intervalOf(shown.evidence.nodes, shown.evidence.nodeRow[shown.diff.node[nodeOf('slow')]]);
  expect(said('total')).toBe(`This path, total: more than noise: relative to the rest ${ofPath} (95 %).`);
  expect(ofPath).not.toBe(ofSelf);
});

it('functions that a build renamed know what A calls them', async () => {
  const renamed = await compared(
    {
      a: 'main;work 600\nmain;shop::price::h0123456789abcdef 40\n',
      b: 'main;work 600\nmain;shop::price::hfedcba9876543210 40\n',
    },
    'share',
  );
  const func = renamed.diff.functions.names.indexOf('shop::price::hfedcba9876543210');
  expect(renamed.diff.namesInA).toEqual({ [func]: 'shop::price::h0123456789abcdef' });
  expect(renamed.diff.unlike).toBeUndefined();
  const unlike = await compared(
    { a: 'net/http.(*conn).serve;main.search;runtime.mallocgc 9\n', b: './svc.mjs:run:4;./svc.mjs:price:9 9\n' },
    'share',
  );
  expect(unlike.diff.unlike).toMatch(/^A runs Go, B runs JavaScript: /);
});

it('a side that is drawn alone has its own numbers', async () => {
  const shown = await compared({ a: 'main;work 600\nmain;old 400\n', b: 'main;work 600\n' }, 'share');
  const { tree, functions } = shown.diff;
  const textOf = (side: 'a' | 'b', name: string): string =>
    amountText(shown.diff, side, unitOf(shown))(tree.func.indexOf(functions.names.indexOf(name)));
  expect([textOf('a', 'work'), textOf('b', 'work')]).toEqual(['60.0\u00a0%', '100\u00a0%']);
  expect([textOf('a', 'old'), textOf('b', 'old')]).toEqual(['40.0\u00a0%', '']);
  expect(rootLabelOf(shown, 'b')).toMatch(/^total · B [^·]*$/);
  expect(rootLabelOf(shown)).toMatch(/^total · A [^·]* · B [^·]*$/);
});
