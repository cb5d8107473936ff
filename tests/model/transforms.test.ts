import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import type { CallTree } from '#model/call-tree.ts';
import { pathOf } from '#model/call-path.ts';
import type { Profile } from '#model/profile.ts';
import type { FunctionFacts } from '#model/transforms/function-tables.ts';
import { applyTransforms, mistakeIn, type Transform, transformTitle } from '#model/transforms/registry.ts';
import { drawing, profileFromText, treeAsText, treeOf } from '../support/profile-from-text.ts';
import { anyStacks } from '../support/any-stacks.ts';

function transformed(
  profile: Profile,
  ...transforms: Transform[]
): { tree: CallTree; matched: readonly number[]; facts: FunctionFacts } {
  const facts = {
    functions: profile.functions,
    // `json.lex` is of the package `json`.
    packages: profile.functions.names.map((name) => (name.includes('.') ? name.slice(0, name.indexOf('.')) : '')),
    frames: profile.frames,
    isSystem: new Uint8Array(profile.functions.names.length),
  };
  return finish(applyTransforms(treeOf(profile), transforms, facts, 'size'));
}

function shown(text: string, ...transforms: Transform[]): string {
  const { tree, facts } = transformed(profileFromText(text), ...transforms);
  return treeAsText(tree, facts.functions.names);
}

const stacks = `
  main;parse;lex 4
  main;parse 1
  main;serve;json;lex 2
  gc 3`;

describe('one transform', () => {
  it('focus keeps the stacks through a match, callers and all', () => {
    expect(shown(stacks, { kind: 'focus', match: 'json' })).toBe(drawing`
      * 2 0
        main 2 0
          serve 2 0
            json 2 0
              lex 2 2`);
  });

  it('focus on a path keeps that one place', () => {
    expect(shown(stacks, { kind: 'focus-path', path: ['main', 'parse'] })).toBe(drawing`
      * 5 0
        main 5 0
          parse 5 1
            lex 4 4`);
  });

  it('a path that is not there leaves the tree alone and says so', () => {
    const { tree, matched } = transformed(profileFromText(stacks), { kind: 'focus-path', path: ['main', 'gone'] });
    expect([tree.total[0], matched]).toEqual([10, [0]]);
  });

  it('hide gives the cost to the caller', () => {
    expect(shown(stacks, { kind: 'hide', match: '="lex"' })).toBe(drawing`
      * 10 0
        main 7 0
          parse 5 5
          serve 2 0
            json 2 2
        gc 3 3`);
  });

  it('ignore drops the stacks', () => {
    expect(shown(stacks, { kind: 'ignore', match: 'lex | gc' })).toBe(drawing`
      * 1 0
        main 1 0
          parse 1 1`);
  });

  it('prune drops a match with all it calls, whose cost goes to the caller', () => {
    expect(shown(stacks, { kind: 'prune', match: 'parse | json' })).toBe(drawing`
      * 10 0
        main 7 5
          serve 2 2
        gc 3 3`);
  });

  it('prune leaves the frames before the first one that does not match', () => {
    expect(shown('start;main;stop;main 2\nstart 1', { kind: 'prune', match: 'start | stop' })).toBe(drawing`
      * 3 0
        start 3 1
          main 2 2`);
  });

  it('show from cuts the callers off, and stacks without a match', () => {
    expect(shown(stacks, { kind: 'show-from', match: 'parse | json' })).toBe(drawing`
      * 7 0
        parse 5 1
          lex 4 4
        json 2 0
          lex 2 2`);
  });

  it('merge recursion goes on at the first call', () => {
    expect(shown('a;b;a;c 2\na;b 1', { kind: 'merge-recursion' })).toBe(drawing`
      * 3 0
        a 3 0
          c 2 2
          b 1 1`);
  });

  it('invert starts at the leaves', () => {
    expect(shown(stacks, { kind: 'invert' })).toBe(drawing`
      * 10 0
        lex 6 0
          parse 4 0
            main 4 4
          json 2 0
            serve 2 0
              main 2 2
        gc 3 3
        parse 1 0
          main 1 1`);
  });
});

it('a transform without a match counts zero', () => {
  const { matched } = transformed(
    profileFromText(stacks),
    { kind: 'hide', match: 'nowhere' },
    { kind: 'hide', match: 'lex' },
  );
  expect(matched).toEqual([0, 2]);
});

it('chips speak in the words of the field', () => {
  expect(transformTitle({ kind: 'hide', match: '/runtime\\./' })).toBe('hide /runtime\\./');
  expect(transformTitle({ kind: 'focus', match: '="main.run"' })).toBe('focus main.run');
  expect(transformTitle({ kind: 'rename', match: '/x/', name: '' })).toBe('rename /x/ to nothing');
});

it('sums beyond 2^53 stay whole through every transform', () => {
  const text = 'a;b 9007199254740993\na;c 9007199254740995\na 1';
  for (const transform of [
    { kind: 'invert' },
    { kind: 'merge-recursion' },
    { kind: 'hide', match: 'c' },
    { kind: 'focus', match: 'a' },
  ] as const) {
    const { tree } = transformed(profileFromText(text), transform);
    expect(tree.exact?.total[0]).toBe(18_014_398_509_481_989n);
  }
});

it('totals stay, or only shrink where stacks are dropped, and Σ self is the total', () => {
  const any = fc.constantFrom<Transform>(
    { kind: 'invert' },
    { kind: 'merge-recursion' },
    { kind: 'hide', match: 'a' },
    { kind: 'focus', match: 'b' },
    { kind: 'ignore', match: 'c' },
    { kind: 'show-from', match: 'a' },
    { kind: 'group-by', by: 'package' },
    { kind: 'rename', match: 'a | b', name: 'c' },
    { kind: 'rename', match: '/[ad]/', name: '$0$0' },
  );
  fc.assert(
    fc.property(anyStacks, fc.array(any, { maxLength: 4 }), (text, transforms) => {
      const profile = profileFromText(text);
      const before = treeOf(profile).total[0];
      const { tree } = transformed(profile, ...transforms);
      const drops = new Set<Transform['kind']>(['focus', 'ignore', 'show-from']);
      const keepsAll = !transforms.some(({ kind }) => drops.has(kind));
      if (keepsAll) expect(tree.total[0]).toBe(before);
      else expect(tree.total[0]).toBeLessThanOrEqual(before);
      expect(tree.self.reduce((sum, value) => sum + value, 0)).toBe(tree.total[0]);
    }),
    { seed: 7, numRuns: 300 },
  );
});

it('a stack of 100 000 frames goes through every transform', () => {
  const deep = Array.from({ length: 100_000 }, (_, i) => `f${i % 977}`).join(';');
  const profile = profileFromText(`${deep} 5`);
  for (const kind of ['invert', 'merge-recursion'] as const)
    expect(transformed(profile, { kind }).tree.total[0]).toBe(5);
  expect(transformed(profile, { kind: 'hide', match: '="f3"' }).tree.maxDepth).toBeLessThan(100_000);
});

describe('functions under other names', () => {
  const packed = `
    main;json.Marshal;json.encode 3
    main;json.Marshal;io.Write 2
    main;io.Write;json.encode 1`;

  it('group by package: a frame becomes its package, and calls within one are one', () => {
    expect(shown(packed, { kind: 'group-by', by: 'package' })).toBe(drawing`
      * 6 0
        main 6 0
          json 5 3
            io 2 2
          io 1 0
            json 1 1`);
  });

  it('rename gives what matches one name', () => {
    expect(shown(packed, { kind: 'rename', match: 'json', name: 'JSON' })).toBe(drawing`
      * 6 0
        main 6 0
          JSON 5 0
            JSON 3 3
            io.Write 2 2
          io.Write 1 0
            JSON 1 1`);
  });

  it('the next transform knows the new names', () => {
    const { matched, tree } = transformed(
      profileFromText(packed),
      { kind: 'group-by', by: 'package' },
      { kind: 'hide', match: '="json"' },
      { kind: 'focus', match: 'json.' },
    );
    expect(matched).toEqual([5, 2, 0]);
    expect(tree.total[0]).toBe(0);
  });

  it('group by merges frames of one group that call each other, and keeps frames without a group', () => {
    const places = `
      run (app.py:1);fetch (web.py:9);send (web.py:12);read (app.py:5) 4
      run (app.py:1);idle 2`;
    const profile = profileFromText(places);
    const { tree, facts, matched } = transformed(profile, { kind: 'group-by', by: 'file' });
    expect(treeAsText(tree, facts.functions.names)).toBe(drawing`
      * 6 0
        app.py 6 0
          web.py 4 0
            app.py 4 4
          idle 2 2`);
    expect(matched).toEqual([4]);
    expect(facts.functions.files[facts.functions.names.indexOf('web.py')]).toBe('web.py');
  });

  it('group by package knows the package, and no file of its many', () => {
    const { facts } = transformed(
      profileFromText('main.run;net/http.(*conn).serve 1'),
      { kind: 'group-by', by: 'package' },
      { kind: 'focus', match: 'pkg:net/http' },
    );
    const group = facts.functions.names.indexOf('net/http');
    expect([facts.packages[group], facts.functions.files[group]]).toEqual(['net/http', '']);
  });

  it.each([
    ['of a pattern alone what it matches', '/^acme\\/|\\.func\\d+/', '', 'main;run;shop.Buy'],
    ['with what it replaces put back', '/[A-Z]\\w*/', '<$0>', 'main;run;acme/shop.<Buy>.func1.func2'],
    ['the longest that matches', '/\\.f.*?/', '+', 'main;run;acme/shop.Buy+'],
    ['of any other search the whole name', 'shop', 'store', 'main;run;store'],
    ['with the old name put back', '="run"', 'go $0', 'main;go run;acme/shop.Buy.func1.func2'],
    ['but never all of it', '/.*/', '', 'main;run;acme/shop.Buy.func1.func2'],
  ])('rename replaces %s', (_, match, name, wanted) => {
    const { tree, facts } = transformed(profileFromText('main;run;acme/shop.Buy.func1.func2 1'), {
      kind: 'rename',
      match,
      name,
    });
    expect(pathOf(tree, facts.functions.names, tree.length - 1).join(';')).toBe(wanted);
  });

  it('functions of one new name are one, also with one that had it before', () => {
    const { tree, facts } = transformed(profileFromText('a;x.1 1\na;x.2 2\na;x 4'), {
      kind: 'rename',
      match: '/\\.\\d/',
      name: '',
    });
    expect(treeAsText(tree, facts.functions.names)).toBe(drawing`
      * 7 0
        a 7 0
          x 7 7`);
  });

  it('a harmful pattern ends', () => {
    const name = `${'a'.repeat(5000)}!`;
    const { facts } = transformed(profileFromText(`${name} 1`), { kind: 'rename', match: '/(a+)+b|a{9}/', name: 'b' });
    expect(facts.functions.names.at(-1)).toHaveLength(4000);
  });

  it('no value is lost, whatever is grouped or renamed', () => {
    fc.assert(
      fc.property(anyStacks, fc.constantFrom('package', 'file', 'binary'), (text, by) => {
        const profile = profileFromText(text);
        const plain = treeOf(profile).total[0];
        expect(transformed(profile, { kind: 'group-by', by }).tree.total[0]).toBe(plain);
        expect(transformed(profile, { kind: 'rename', match: '/./', name: 'x' }).tree.total[0]).toBe(plain);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});

it('a pattern of a link that cannot be parsed has a mistake; others have none', () => {
  expect(mistakeIn({ kind: 'hide', match: '/(/' })).toEqual(expect.stringMatching(/./));
  expect(mistakeIn({ kind: 'hide', match: '/json/' })).toBeUndefined();
  expect(mistakeIn({ kind: 'invert' })).toBeUndefined();
});
