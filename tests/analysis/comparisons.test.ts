import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { DiffRequest, DiffSide, OpenedProfile, SideNoise } from '#analysis/analysis.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import type { Transform } from '#model/transforms/registry.ts';
import { SelectSlicesResponseSchema } from '#wire/gen/flametide/v1/query_pb.ts';

const { signal } = new AbortController();
const none: SideNoise = { kind: 'none' };
const facts = { seconds: 60, isSnapshot: false };

const analysis = new InProcessAnalysis(() => Promise.resolve());

async function opened(stacks: Readonly<Record<string, number>>): Promise<DiffSide & { profile: OpenedProfile }> {
  const text = Object.entries(stacks).map(([stack, value]) => `${stack} ${value}`);
  const bytes = new TextEncoder().encode(`${text.join('\n')}\n`);
  const profile = await analysis.open({ bytes, name: 'a.txt', form: { kind: 'file' } }, signal, () => undefined);
  return { handle: profile.handle, sampleType: 0, facts, profile };
}

function ask(a: DiffSide, b: DiffSide, patch: Partial<DiffRequest> = {}): DiffRequest {
  return {
    a: { handle: a.handle, sampleType: 0, facts: a.facts },
    b: { handle: b.handle, sampleType: 0, facts: b.facts },
    normalisation: 'absolute',
    width: 'mean',
    order: 'name',
    transforms: [],
    evidence: undefined,
    ...patch,
  };
}

/** Nodes as `path a b`, in self. */
async function selves(request: DiffRequest): Promise<string[]> {
  const { tree, node, a, b, functions } = await analysis.diff(request, signal);
  const paths: string[] = [];
  return Array.from(node, (at, shown) => {
    const name = shown === 0 ? '' : functions.names[tree.func[shown]];
    paths[shown] = shown === 0 ? '' : `${paths[tree.parent[shown]]}/${name}`;
    return `${paths[shown]} ${a.self[at]} ${b.self[at]}`;
  }).filter((row) => !row.endsWith(' 0 0'));
}

/** Each slice as stacks; all of one root function. */
function sliced(slices: readonly Readonly<Record<string, number>>[]): SideNoise {
  const stacks = [...new Set(slices.flatMap((slice) => Object.keys(slice)))].sort();
  const rows = stacks.map((stack) =>
    slices.flatMap((slice, at) => (slice[stack] ? [{ at, value: BigInt(slice[stack]) }] : [])),
  );
  const bytes = toBinary(
    SelectSlicesResponseSchema,
    create(SelectSlicesResponseSchema, {
      names: ['main', ...stacks],
      name: [0, 0, ...stacks.map((_, i) => i + 1)],
      parentDistance: [0, 1, ...stacks.map((_, i) => i + 1)],
      entries: [0, 0, ...rows.map((row) => row.length)],
      slice: rows.flat().map(({ at }) => at),
      value: rows.flat().map(({ value }) => value),
      count: rows.flat().map(({ value }) => value),
      profiles: slices.map(() => 1),
    }),
  );
  return { kind: 'slices', bytes };
}

describe('a comparison', () => {
  it('has every path of both sides, in what the normalisation makes of them', async () => {
    const a = await opened({ 'main;work': 30, 'main;gone': 10 });
    const b = await opened({ 'main;work': 60, 'main;new;deep': 20 });
    expect(await selves(ask(a, b))).toEqual(['/main/gone 10 0', '/main/new/deep 0 20', '/main/work 30 60']);
    expect(await selves(ask(a, b, { normalisation: 'share' }))).toEqual([
      '/main/gone 0.25 0',
      '/main/new/deep 0 0.25',
      '/main/work 0.75 0.75',
    ]);
    expect(await selves(ask(a, b, { normalisation: 'per-second' }))).toContain('/main/work 0.5 1');
  });

  it('falls back to what can be, and says why', async () => {
    const a = { ...(await opened({ main: 1 })), facts: { seconds: undefined, isSnapshot: false } };
    const answer = await analysis.diff(ask(a, a, { normalisation: 'per-second' }), signal);
    expect(answer).toMatchObject({ kind: 'share', refused: expect.stringContaining('Side A') });
    expect(answer.reasons).toMatchObject({ 'load-adjusted': expect.any(String), absolute: undefined });
  });

  it('applies transforms to both sides alike, also to their slices', async () => {
    const a = await opened({ 'main;slow': 1000, 'main;rest': 3000 });
    const b = await opened({ 'main;slow': 2000, 'main;rest': 3000 });
    const slices = (slow: number): SideNoise =>
      sliced(Array.from({ length: 10 }, () => ({ slow: slow / 10, rest: 300 })));
    for (const transforms of [
      [],
      [{ kind: 'hide', match: 'main' }],
      [{ kind: 'focus', match: 'main' }],
    ] satisfies Transform[][]) {
      const request = ask(a, b, { transforms, normalisation: 'share' });
      const {
        isSliced,
        slices: counts,
        found,
      } = await analysis.evidence(request, { a: slices(1000), b: slices(2000) }, signal);
      expect({ isSliced, counts }).toEqual({ isSliced: true, counts: { a: 10, b: 10 } });
      const named = found.changes.find(({ supported, kind }) => supported && kind === 'code');
      expect(named, JSON.stringify(transforms)).toMatchObject({ name: 'slow' });
    }
    expect(await selves(ask(a, b, { transforms: [{ kind: 'focus', match: 'slow' }] }))).toEqual([
      '/main/slow 1000 2000',
    ]);
  });

  it('finds nothing between a side and itself', async () => {
    const a = await opened({ 'main;x': 500, 'main;y': 700 });
    const answer = await analysis.diff(ask(a, a), signal);
    expect([...answer.changeOfTotal, ...answer.changeOfSelf].every((change) => change === 0)).toBe(true);
    const { found } = await analysis.evidence(ask(a, a, { normalisation: 'share' }), { a: none, b: none }, signal);
    expect(found.changes).toEqual([]);
  });

  it('searches functions of both sides', async () => {
    const a = await opened({ 'main;one': 1 });
    const b = await opened({ 'main;two': 3 });
    const { nodes, value } = await analysis.searchDiff(ask(a, b), 'one | two', signal);
    expect({ nodes, value }).toEqual({ nodes: 2, value: 2 });
  });

  it('refuses slices that are damaged', async () => {
    const a = await opened({ main: 1 });
    const damaged: SideNoise = { kind: 'slices', bytes: Uint8Array.of(34, 1, 5) };
    await expect(analysis.evidence(ask(a, a), { a: damaged, b: none }, signal)).rejects.toThrow(/slices/);
  });
});
