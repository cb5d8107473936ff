/** Pictures opened again give the stacks that they were drawn from. */
import { describe, expect, it } from 'vitest';
import { finishWaiting } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import {
  asyncProfiler2,
  asyncProfiler4,
  flamegraphPl,
  inferno,
  type PictureStack,
} from '../support/picture-writers.ts';
import { profileRows } from '../support/tree-rows.ts';

const STACKS: readonly PictureStack[] = [
  [['main', 'parse'], 4000],
  [['main', 'parse', "it's <b>&amp; \\n"], 1234],
  [['main', 'std::vector<int>::push_back(int const&) (clone)'], 12],
  [['main'], 5],
  [['thread (shop.py:42)', 'main', 'main'], 700],
  [['thread (shop.py:42)', 'main', 'parse'], 1],
];

const TREE = [
  'total 5952 self 0',
  '  main 5251 self 5',
  '    parse 5234 self 4000',
  "      it's <b>&amp; \\n 1234 self 1234",
  '    std::vector<int>::push_back(int const&) (clone) 12 self 12',
  '  thread (shop.py:42) 701 self 0',
  '    main 701 self 0',
  '      main 700 self 700',
  '      parse 1 self 1',
];

async function open(content: string): Promise<{ profile: Profile; id: string }> {
  const bytes = new TextEncoder().encode(content);
  const { profile, format } = await finishWaiting(decodeProfile({ bytes, name: 'picture', form: { kind: 'file' } }));
  expect(checkProfile(profile)).toEqual([]);
  return { profile, id: format.id };
}

describe('SVG', () => {
  it.each([
    ['flamegraph.pl', flamegraphPl(STACKS)],
    ['flamegraph.pl --inverted', flamegraphPl(STACKS, 'samples', true)],
    ['inferno', inferno(STACKS)],
    ['inferno --inverted', inferno(STACKS, true)],
    ['a page around it', `<!DOCTYPE html><html><body>${inferno(STACKS)}</body></html>`],
  ])('%s', async (_, content) => {
    const { profile, id } = await open(content);
    expect(id).toBe('flamegraph-svg');
    expect(profileRows(profile)).toEqual(TREE);
    expect(profile.sampleTypes).toEqual([{ type: 'samples', unit: 'count' }]);
    expect(profile.notes[0]).toMatch(/too narrow to draw count as self cost of their callers/);
  });

  it.each([
    ['up', false],
    ['down', true],
  ])('one stack alone, drawn %s', async (_, isInverted) => {
    for (const content of [
      flamegraphPl([[['a', 'b'], 3]], 'samples', isInverted),
      inferno([[['a', 'b'], 3]], isInverted),
    ])
      expect(profileRows((await open(content)).profile)).toEqual(['total 3 self 0', '  a 3 self 0', '    b 3 self 3']);
  });

  it('takes the unit from the titles', async () => {
    const { profile } = await open(flamegraphPl(STACKS, 'bytes'));
    expect(profile.sampleTypes).toEqual([{ type: 'bytes', unit: 'bytes' }]);
  });

  it('reads the places in names', async () => {
    const { functions, frames } = (await open(inferno(STACKS))).profile;
    const func = functions.names.indexOf('thread (shop.py:42)');
    expect([functions.files[func], frames.line[frames.func.indexOf(func)]]).toEqual(['shop.py', 42]);
  });

  it('frames too narrow to be drawn count for their caller', async () => {
    const content = inferno(STACKS).replace(/<g><title>parse \(1 samples.*?<\/g>/, '');
    const { profile } = await open(content);
    expect(profileRows(profile).at(-2)).toBe('    main 701 self 1');
  });

  it.each([
    '<svg xmlns="http://www.w3.org/2000/svg"><rect x="1" y="1"/></svg>',
    '<?xml version="1.0"?><plist></plist>',
  ])('refuses other XML: %s', async (content) => {
    await expect(open(content)).rejects.toThrow(/XML/);
  });

  it('refuses one without frames', async () => {
    await expect(open('<svg><g id="frames"><title>Flame Graph</title></g></svg>')).rejects.toThrow(/no frames/);
  });
});

describe('HTML of async-profiler', () => {
  it.each([
    ['2', asyncProfiler2(STACKS)],
    ['4', asyncProfiler4(STACKS)],
  ])('version %s', async (_, content) => {
    const { profile, id } = await open(content);
    expect(id).toBe('flamegraph-html');
    expect(profileRows(profile)).toEqual(TREE);
  });

  it('turns the stacks of --reverse over', async () => {
    const reversed = STACKS.map(([stack, count]): PictureStack => [stack.toReversed(), count]);
    const { profile } = await open(asyncProfiler2(reversed, true));
    expect(profileRows(profile)).toEqual(TREE);
    expect(profile.notes.join(' ')).toMatch(/--reverse/);
  });

  it('knows the frames of the kernel', async () => {
    const { profile } = await open(asyncProfiler4([[['main', 'do_syscall_64'], 2]], ['do_syscall_64']));
    const { names, mappings } = profile.functions;
    expect(names.map((name, i) => [name, mappings[i]])).toEqual([
      ['main', ''],
      ['do_syscall_64', '[kernel]'],
    ]);
  });

  it.each([
    ['a name that is not there', (page: string) => page.replace(/^n\(3/m, 'n(9999'), /name that is not in its list/],
    ['no frames', (page: string) => page.replace(/^[fun]\(.*$/gm, ''), /no frames/],
  ])('refuses %s', async (_, damage, message) => {
    await expect(open(damage(asyncProfiler4(STACKS)))).rejects.toThrow(message);
  });

  it('runs nothing', async () => {
    await open(asyncProfiler4([[["x');globalThis.ran=1;('"], 1]]));
    expect('ran' in globalThis).toBe(false);
  });
});
