import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { shortenPath } from '#model/call-path.ts';
import { functionTotals } from '#model/function-table.ts';
import type { Profile } from '#model/profile.ts';
import { type SourceLines, sourceLines } from '#model/source-lines.ts';
import { sourceLink } from '#model/source-link.ts';
import { applyTransforms, type Transform } from '#model/transforms/registry.ts';
import { stackRules } from '#model/transforms/stack-rules.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

interface Told {
  readonly lines: SourceLines;
  readonly unheeded: readonly Transform[];
}

function told(profile: Profile, ...transforms: Transform[]): Told {
  const facts = {
    functions: profile.functions,
    packages: profile.functions.names.map(() => ''),
    frames: profile.frames,
    isSystem: new Uint8Array(profile.functions.names.length),
  };
  const { matched } = finish(applyTransforms(treeOf(profile), transforms, facts, 'size'));
  const { rules, unheeded } = finish(stackRules(transforms, facts, matched));
  return { lines: finish(sourceLines(profile, 0, rules)), unheeded };
}

/** `file:line self total`, files with the most self first. */
function rowsOf({ lines }: Told): string[] {
  return lines.files.flatMap((file, i) =>
    Array.from({ length: lines.start[i + 1] - lines.start[i] }, (_, k) => {
      const row = lines.start[i] + k;
      return `${file}:${lines.line[row]} ${lines.self[row]} ${lines.total[row]}`;
    }),
  );
}

// py-spy's way to tell places.
const places = profileFromText(`
  main (app.py:1);work (app.py:5);main (app.py:1) 3
  main (app.py:1);work (app.py:6) 2
  other (lib.py:9) 4`);

it('a line costs what passes it, once a stack, and itself where it is the leaf', () => {
  const answer = told(places);
  expect(rowsOf(answer)).toEqual(['app.py:1 3 5', 'app.py:5 0 3', 'app.py:6 2 2', 'lib.py:9 4 4']);
  expect([...answer.lines.fileSelf]).toEqual([5, 4]);
  expect([...answer.lines.fileTotal]).toEqual([5, 4]);
});

describe('under transforms', () => {
  it.each<[string, Transform[], string[]]>([
    ['focus', [{ kind: 'focus', match: 'other' }], ['lib.py:9 4 4']],
    ['hide: the line that called gets it', [{ kind: 'hide', match: 'work' }], ['app.py:1 5 5', 'lib.py:9 4 4']],
    [
      'a rename',
      [
        { kind: 'rename', match: 'work', name: 'job' },
        { kind: 'ignore', match: 'job' },
      ],
      ['lib.py:9 4 4'],
    ],
    [
      'groups',
      [
        { kind: 'group-by', by: 'file' },
        { kind: 'focus', match: '="lib.py"' },
      ],
      ['lib.py:9 4 4'],
    ],
    ['no such path', [{ kind: 'focus-path', path: ['gone'] }], rowsOf(told(places))],
  ])('%s', (_, transforms, wanted) => {
    expect(rowsOf(told(places, ...transforms))).toEqual(wanted);
  });

  it('transforms that do not apply to single stacks are reported', () => {
    const names = places.functions.names.slice(0, 1);
    const { unheeded } = told(
      places,
      { kind: 'show-from', match: 'work' },
      { kind: 'merge-recursion' },
      { kind: 'invert' },
      { kind: 'hide', match: 'other' },
      { kind: 'show-from', match: 'work' },
      { kind: 'focus-path', path: names },
    );
    expect(unheeded.map(({ kind }) => kind)).toEqual(['merge-recursion', 'show-from', 'focus-path']);
  });

  it('lines agree with the tree, whatever is kept and hidden', () => {
    const names = ['a', 'b', 'c', 'd'];
    const match = fc.constantFrom(...names.map((name) => `="${name} (f.py:${names.indexOf(name) + 1})"`));
    const path = fc.array(fc.constantFrom(...names.map((name, i) => `${name} (f.py:${i + 1})`)), {
      minLength: 1,
      maxLength: 2,
    });
    const transform: fc.Arbitrary<Transform> = fc.oneof(
      fc.record({ kind: fc.constantFrom('focus', 'ignore', 'hide', 'prune', 'show-from'), match }),
      fc.record({ kind: fc.constant('focus-path' as const), path }),
    );
    fc.assert(
      fc.property(anyStacks, fc.array(transform, { maxLength: 3 }), (text, transforms) => {
        const profile = profileFromText(text.replace(/[a-d]/g, (name) => `${name} (f.py:${names.indexOf(name) + 1})`));
        const facts = {
          functions: profile.functions,
          packages: profile.functions.names.map(() => ''),
          frames: profile.frames,
          isSystem: new Uint8Array(profile.functions.names.length),
        };
        const { tree } = finish(applyTransforms(treeOf(profile), transforms, facts, 'size'));
        const { self, total } = functionTotals(tree, profile.functions.names.length);
        const { lines } = told(profile, ...transforms);
        const wanted = Array.from(total, (_, func) => [self[func], total[func]]).filter(([, sum]) => sum !== 0);
        const found = Array.from(lines.line, (_, row) => [lines.self[row], lines.total[row]]);
        expect(found.map(String).sort()).toEqual(wanted.map(String).sort());
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('a path that is too long for a link is found all the same', () => {
    const long = Array.from({ length: 100 }, (_, i) => `step${i} (deep.py:${i + 1})`);
    const profile = profileFromText(`${long.join(';')} 1\nother (lib.py:9) 4`);
    const { lines } = told(profile, { kind: 'focus-path', path: shortenPath(long.slice(0, 60)) });
    expect(lines.files).toEqual(['deep.py']);
  });
});

it('a link to code is an http address, whatever the names contain', () => {
  expect(sourceLink('https://git.test/{version}/{file}#L{line}', '/src/a b.go', 7, 'v1.2')).toBe(
    'https://git.test/v1.2/src/a%20b.go#L7',
  );
  expect(sourceLink('https://git.test/{file}', '../../x?y#z', 1, '')).toBe('https://git.test/x%3Fy%23z');
  expect(sourceLink('javascript:alert("{file}")', 'a', 1, '')).toBeUndefined();
  expect(sourceLink('{file}', 'javascript:alert(1)', 1, '')).toBeUndefined();
  expect(sourceLink('', 'a', 1, '')).toBeUndefined();
});
