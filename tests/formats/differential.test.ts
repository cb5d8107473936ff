import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { collapsedFormat } from '#formats/collapsed.ts';
import { writeDiffFolded } from '#formats/write-diff-folded.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import type { CallTree } from '#model/call-tree.ts';
import { checkProfile } from '#model/check-profile.ts';
import { unionTree } from '#model/diff.ts';
import type { Profile } from '#model/profile.ts';

function decode(text: string | Uint8Array): Profile {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const profile = finish(collapsedFormat.decode(bytes));
  checkProfile(profile);
  return profile;
}

/** `stack before after`, or `stack value`. */
function rows({ functions, frames, stackStart, stackFrames, sampleCount, values }: Profile): string[] {
  return Array.from({ length: sampleCount }, (_, i) => {
    const stack = Array.from(
      stackFrames.subarray(stackStart[i], stackStart[i + 1]),
      (f) => functions.names[frames.func[f]],
    );
    return [stack.join(';'), ...values.map((column) => column.values[i])].join(' ');
  });
}

describe('two numbers a line are two sides', () => {
  it.each([
    ['as difffolded.pl writes them', 'shop;cart 3 5\nshop;cart;tax 0 7\nshop;gone 4 0\n'],
    ['of numbers in a row', 'main;foo 1 2\nmain;foo;bar 2 3\nmain;gone 3 4\nmain;new 4 5\n'],
    ['of stacks of which none goes on', 'a;b 10 20\na;c 30 15\n'],
    ['of one line', 'a;b 10 20'],
    ['with fractions', 'a;b 0.5 2.25\na 1 0'],
    ['of frames with spaces in their names', 'main thread;run it 4 9\nmain thread;stop 7 0'],
  ])('%s', (_, text) => {
    const profile = decode(text);
    expect(profile.isDifferential).toBe(true);
    expect(profile.sampleTypes).toEqual([
      { type: 'before', unit: 'count' },
      { type: 'after', unit: 'count' },
    ]);
    expect(rows(profile)).toEqual(text.trim().split('\n'));
  });

  it('later lines that are not a stack with two numbers are skipped and reported', () => {
    const lines = Array.from({ length: 4000 }, (_, i) => `main;f${i};leaf ${i + 7} 3`);
    const profile = decode([...lines, 'main;odd 4', 'x 1 2'].join('\n'));
    expect(profile.sampleCount).toBe(4001);
    expect(profile.notes).toContain('1 line is not a stack with a number: skipped.');
  });

  it('an exported comparison comes back as it was', () => {
    const side = (text: string): { tree: CallTree; names: readonly string[] } => {
      const profile = decode(text);
      return { tree: treeOf(profile), names: profile.functions.names };
    };
    const treeOf = (profile: Profile): CallTree => finish(buildCallTree(profile, 0, 'size'));
    const union = unionTree(side('shop;log 20\nshop;cart 3'), side('shop;log 20\nshop;cart 5\nshop;cart;tax 7'));
    expect(rows(decode(writeDiffFolded(union).bytes)).sort()).toEqual([
      'shop;cart 3 5',
      'shop;cart;tax 0 7',
      'shop;log 20 20',
    ]);
  });
});

describe('names that end in numbers are names', () => {
  it.each([
    ['of workers', 'worker 0 5\nworker 1 15\nworker 2 25\nworker 3 35\nworker 4 45'],
    ['of threads above other frames', 'thread 12;run 3 5\nthread 13;run 4 7'],
    ['of three threads, one frame each', 'reader 0 5\nwriter 1 15\nsweeper 2 25'],
    ['with leading zeros', 'disk 007 5\ncpu 012 9'],
    ['in some lines alone', 'main;worker 3 12\nmain;idle 7'],
    ['of codes', 'get;error 404 12\nget;error 500 3\npost;error 404 1'],
  ])('%s', (_, text) => {
    const profile = decode(text);
    expect(profile.isDifferential).toBeUndefined();
    expect(rows(profile)).toEqual(text.split('\n'));
  });
});

it('an upload is never a comparison', () => {
  const bytes = new TextEncoder().encode('a;b 10 20\na 1 0');
  expect(rows(finish(collapsedFormat.decode(bytes)))).toEqual(['a;b 10 20', 'a 1 0']);
});
