/** Groups in the legend of a profile. */
import { expect, it } from 'vitest';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import { legendOf } from '#app/views/colours.ts';

const { signal } = new AbortController();

async function legend(stacks: string) {
  const analysis = new InProcessAnalysis(() => Promise.resolve());
  const encoded = { bytes: new TextEncoder().encode(stacks), name: 'delta.txt', form: { kind: 'file' } } as const;
  const view = { sampleType: 0, order: 'size', transforms: [] } as const;
  const profile = await analysis.open(encoded, signal, () => undefined);
  const tree = await analysis.tree({ handle: profile.handle, ...view }, signal);
  return { groups: legendOf(profile, 'package', tree, 9), whole: tree.tree.total[0] };
}

it('negative selves count in their groups, so that these add up to the whole', async () => {
  const { groups, whole } = await legend(
    'json.grow 1500\njson.shrink -500\nhttp.main 200\nhttp.deep -900\nsql.b 400\nsql.a -400\nxml.c -200\n',
  );
  expect(whole).toBe(100);
  expect(groups.map(({ title, self }) => [title, self])).toEqual([
    ['json', 1000],
    ['http', -700],
    ['xml', -200],
  ]);
  expect(groups.reduce((sum, { self }) => sum + self, 0)).toBe(whole);
});
