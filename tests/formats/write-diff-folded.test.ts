import { expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { writeDiffFolded } from '#formats/write-diff-folded.ts';
import { decodeCollapsed } from '#formats/collapsed.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { unionTree } from '#model/diff.ts';
import type { NamedTree } from '#model/union.ts';

function side(stacks: string): NamedTree {
  const profile = finish(decodeCollapsed(new TextEncoder().encode(stacks)));
  return { tree: finish(buildCallTree(profile, 0, 'name')), names: profile.functions.names };
}

function folded(a: string, b: string): readonly string[] {
  return new TextDecoder()
    .decode(writeDiffFolded(unionTree(side(a), side(b))).bytes)
    .split('\n')
    .sort();
}

it('writes a stack with both amounts, and 0 if a side lacks it', () => {
  expect(folded('main;a 3\nmain;b 4\n', 'main;a 5\nmain 2\nother 1\n')).toEqual([
    '',
    'main 0 2',
    'main;a 3 5',
    'main;b 4 0',
    'other 0 1',
  ]);
});

it('writes whole numbers that doubles do not hold', () => {
  expect(folded('main 9007199254740993\n', 'main 9007199254740995\n')).toEqual([
    '',
    'main 9007199254740993 9007199254740995',
  ]);
});
