import { beforeEach, describe, expect, it } from 'vitest';
import type { OpenedProfile, TreeRequest } from '#analysis/analysis.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import type { Transform } from '#model/transforms/registry.ts';

const { signal } = new AbortController();
const analysis = new InProcessAnalysis(() => Promise.resolve());
let opened: OpenedProfile;

/** `main` 10 of its own, below it `parse` 60 and the rest of its callees 30. */
const named = (name: string): number[] => [name.length, ...Buffer.from(name)];
const tree = [0, 0, 1, ...named('main'), 10, 2, ...named('parse'), 60, 0, ...named('other'), 30, 0];

beforeEach(async () => {
  const form = { kind: 'merged-tree', profileType: 'a:cpu:nanoseconds:cpu:nanoseconds', maxNodes: 2 } as const;
  opened = await analysis.open(
    { bytes: new Uint8Array([0x12, tree.length, ...tree]), name: 'a', form },
    signal,
    () => undefined,
  );
});

function ask(...transforms: Transform[]): TreeRequest {
  return { handle: opened.handle, sampleType: 0, order: 'size', transforms };
}

/** Functions with a cost, as `name self total`. */
async function functions(...transforms: Transform[]): Promise<string[]> {
  const { byFunction, renamed } = await analysis.tree(ask(...transforms), signal);
  const { names } = (renamed ?? opened).functions;
  return names
    .map((name, func) => `${name} ${byFunction.self[func]} ${byFunction.total[func]}`)
    .filter((row) => !row.endsWith(' 0 0'));
}

describe('the part that a source cut away', () => {
  it('counts in the total, and is not a function', async () => {
    const { tree: merged, cut } = await analysis.tree(ask(), signal);
    expect(merged.total[0]).toBe(100);
    expect(cut).toBe(30);
    expect(await functions()).toEqual(['main 10 100', 'parse 60 60']);
  });

  it('is the same in an inverted tree and after a rename', async () => {
    expect(await functions({ kind: 'invert' })).toEqual(['main 10 100', 'parse 60 60']);
    // A function with the same name in the profile is not the placeholder.
    const renamed = await functions({ kind: 'rename', match: 'parse', name: 'other' });
    expect(renamed).toEqual(['main 10 100', 'other 60 60']);
  });

  it('is computed for the shown tree', async () => {
    const { cut } = await analysis.tree(ask({ kind: 'focus', match: 'parse' }), signal);
    expect(cut).toBe(0);
  });

  it('is not matched by searches and transforms', async () => {
    expect(await analysis.search(ask(), 'other', signal)).toMatchObject({ nodes: 0, value: 0 });
    expect(await analysis.search(ask(), '-parse', signal)).toMatchObject({ nodes: 1, value: 100 });
    const { matched, tree: kept } = await analysis.tree(ask({ kind: 'ignore', match: 'other' }), signal);
    expect(matched).toEqual([0]);
    expect(kept.total[0]).toBe(100);
  });
});
