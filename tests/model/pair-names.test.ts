/** Functions of two builds, paired. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOf } from '#model/call-path.ts';
import { unionTree } from '#model/diff.ts';
import { pairNames } from '#model/pair-names.ts';
import { sideOfUnion, slicesOfTrees } from '#model/slices.ts';
import type { NamedTree } from '#model/union.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

function side(text: string): NamedTree {
  const profile = profileFromText(text);
  return { tree: treeOf(profile), names: profile.functions.names };
}

/** What each function of A is in B; undefined if B has none. */
function partners(textA: string, textB: string): Record<string, string | undefined> {
  const a = side(textA);
  const b = side(textB);
  const paired = pairNames(a, b);
  const inB = new Map([...paired.b].map((place, func) => [place, b.names[func]]));
  return Object.fromEntries(a.names.map((name, func) => [name, inB.get(paired.a[func])]));
}

describe('functions', () => {
  it('with other hashes are the same', () => {
    expect(partners('m;f::h00112233445566aa 1', 'm;f::h99887766554433bb 1')).toEqual({
      m: 'm',
      'f::h00112233445566aa': 'f::h99887766554433bb',
    });
  });

  it('of one side that differ in hashes alone are one', () => {
    const union = unionTree(
      side('m;S$$Lambda.0x0000000053046800.run;x 3\nm;S$$Lambda.0x0000000053046900.run;x 4'),
      side('m;S$$Lambda.0x000000004b046800.run;x 9'),
    );
    expect(union.length).toBe(4);
    expect([...union.a.total]).toEqual([7, 7, 7, 7]);
    expect([...union.b.total]).toEqual([9, 9, 9, 9]);
  });

  it('stay themselves where both sides have the same names', () => {
    expect(partners('m;f.func1;x 1\nm;f.func2;y 1', 'm;f.func1;y 1\nm;f.func2;x 1')).toMatchObject({
      'f.func1': 'f.func1',
      'f.func2': 'f.func2',
    });
  });

  it('are found by what they call where a closure came before them', () => {
    expect(
      partners(
        's;r.func1;search 5\ns;r.func2;cart 5\ns;r.func3;login 5',
        's;r.func1;health 1\ns;r.func2;search 5\ns;r.func3;cart 5\ns;r.func4;login 5',
      ),
    ).toMatchObject({ 'r.func1': 'r.func2', 'r.func2': 'r.func3', 'r.func3': 'r.func4' });
  });

  it('are found by who calls them', () => {
    expect(partners('m;f;s.func1 5\nm;g;s.func2 5', 'm;e;s.func1 5\nm;f;s.func2 5\nm;g;s.func3 5')).toMatchObject({
      's.func1': 's.func2',
      's.func2': 's.func3',
    });
  });

  it('in a script move with the lines around them', () => {
    expect(
      partners(
        'm;./a.mjs:f:10;./a.mjs:(anonymous:L#12:C#5):12 1\nm;./a.mjs:f:10;./a.mjs:(anonymous:L#14:C#5):14 1',
        'm;./a.mjs:f:13;./a.mjs:(anonymous:L#17:C#5):17 1\nm;./a.mjs:f:13;./a.mjs:(anonymous:L#21:C#5):21 1\nm;./a.mjs:f:13;./a.mjs:(anonymous:L#15:C#5):15 1',
      ),
    ).toMatchObject({
      './a.mjs:f:10': './a.mjs:f:13',
      './a.mjs:(anonymous:L#12:C#5):12': './a.mjs:(anonymous:L#15:C#5):15',
      './a.mjs:(anonymous:L#14:C#5):14': './a.mjs:(anonymous:L#17:C#5):17',
    });
  });

  it('of a script are different if the lines around them stayed', () => {
    const around = 'm;./a.mjs:f:10 1\nm;./a.mjs:g:900 1';
    expect(partners(`${around}\nm;./a.mjs:get:30 1`, `${around}\nm;./a.mjs:get:500 1`)).toMatchObject({
      './a.mjs:get:30': undefined,
    });
    expect(partners(`m;./a.mjs:f:10 1\nm;./a.mjs:get:30 1`, `m;./a.mjs:f:10 1\nm;./a.mjs:get:500 1`)).toMatchObject({
      './a.mjs:get:30': './a.mjs:get:500',
    });
  });

  it('with the same callers are paired in order', () => {
    expect(partners('m;f (a.py:9) 1\nm;f (a.py:10) 2', 'm;f (a.py:12) 1\nm;f (a.py:13) 2')).toMatchObject({
      'f (a.py:9)': 'f (a.py:12)',
      'f (a.py:10)': 'f (a.py:13)',
    });
  });

  it('are not paired if they are ambiguous', () => {
    expect(partners('m;f.func1 1\nm;f.func2 2\nm;f.func3 2', 'm;f.func4 1\nm;f.func5 2')).toMatchObject({
      'f.func1': undefined,
      'f.func2': undefined,
      'f.func3': undefined,
    });
    expect(partners('m;f.func1;x 1\nm;f.func2;y 2', 'm;f.func2;z 1')).toMatchObject({ 'f.func2': undefined });
  });
});

it('shows the names of B, and knows those of A', () => {
  const paired = pairNames(side('m;f.func1 1\nm;gone 1'), side('m;f.func2 1\nm;new 1'));
  expect(paired.names).toEqual(['m', 'f.func2', 'gone', 'new']);
  expect([...paired.namesInA]).toEqual([[1, 'f.func1']]);
});

it('a build with other hashes changes nothing', () => {
  const union = unionTree(
    side('app;shop::cart::total::h00112233445566aa 400\napp;<shop::Sku as shop::Show>::show::haabbccddeeff0011 100'),
    side('app;shop::cart::total::h99887766554433bb 400\napp;<shop::Sku as shop::Show>::show::h0f0e0d0c0b0a0908 100'),
  );
  expect(union.b.total).toEqual(union.a.total);
});

it('slices are found under the names of their side, and under other hashes', () => {
  const a = side('m;f::h00112233445566aa 5\nm;g.func1;x 1\nm;g.func2;y 1');
  const b = side('m;f::h99887766554433bb 5\nm;g.func1;new 1\nm;g.func2;x 1\nm;g.func3;y 1');
  const union = unionTree(a, b);
  const later = side('m;f::h7777777777777777 2\nm;g.func3;y 3');
  const { node, value } = slicesOfTrees(sideOfUnion(union, 'b'), [b, later], undefined);
  const found = [...node].map((at, i) => [pathOf(union, union.names, at).join(';'), value[i]]);
  expect(found).toEqual([
    ['m;f::h99887766554433bb', 5],
    ['m;g.func1;new', 1],
    ['m;g.func2;x', 1],
    ['m;g.func3;y', 1],
    ['m;g.func3;y', 3],
    ['m;f::h99887766554433bb', 2],
  ]);
  const ofA = slicesOfTrees(sideOfUnion(union, 'a'), [a], undefined).node;
  expect([...ofA].map((at) => pathOf(union, union.names, at).join(';'))).toEqual([
    'm;f::h99887766554433bb',
    'm;g.func2;x',
    'm;g.func3;y',
  ]);
});

it('pairs each function once, and all of one name with themselves', () => {
  fc.assert(
    fc.property(anyStacks, anyStacks, (textA, textB) => {
      const a = side(textA);
      const b = side(textB);
      const paired = pairNames(a, b);
      expect(new Set(paired.b).size).toBe(b.names.length);
      for (const [func, name] of b.names.entries()) {
        expect(paired.names[paired.b[func]]).toBe(name);
        if (a.names.includes(name)) expect(paired.a[a.names.indexOf(name)]).toBe(paired.b[func]);
      }
    }),
  );
});
