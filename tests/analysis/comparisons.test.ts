import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { DiffRequest, DiffSide, OpenedProfile, SideNoise } from '#analysis/analysis.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import { pathOf } from '#model/call-path.ts';
import type { CallTree } from '#model/call-tree.ts';
import type { Transform } from '#model/transforms/registry.ts';
import { SelectSlicesResponseSchema } from '#wire/gen/flametide/v1/query_pb.ts';

const { signal } = new AbortController();
const itself: SideNoise = { kind: 'itself' };
const facts = { seconds: 60, isSnapshot: false };

const analysis = new InProcessAnalysis(() => Promise.resolve());

async function opened(stacks: Readonly<Record<string, number>>): Promise<DiffSide & { profile: OpenedProfile }> {
  const text = Object.entries(stacks).map(([stack, value]) => `${stack} ${value}`);
  const bytes = new TextEncoder().encode(`${text.join('\n')}\n`);
  return openedSide({ bytes, name: 'a.txt', form: { kind: 'file' } });
}

async function openedSide(encoded: EncodedProfile): Promise<DiffSide & { profile: OpenedProfile }> {
  const profile = await analysis.open(encoded, signal, () => undefined);
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

function pathIn(tree: CallTree, names: readonly string[], node: number): string {
  return pathOf(tree, names, node).join('/');
}

/** Each slice as stacks; all of one root function. */
async function openedFromSlices(slices: readonly Readonly<Record<string, number>>[]): Promise<DiffSide> {
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
  return openedSide({ bytes, name: 'a', form: { kind: 'slices', profileType: 'a:cpu:count:cpu:count' } });
}

/** A speedscope file, the samples of each function at even distances. */
async function openedFromTimes(counts: Readonly<Record<string, number>>): Promise<DiffSide> {
  const names = Object.keys(counts);
  const mixed = names
    .flatMap((name, i) =>
      Array.from({ length: counts[name] }, (_, k) => ({ at: (k + 0.5) / counts[name], func: i + 1 })),
    )
    .sort((x, y) => x.at - y.at)
    .map(({ func }) => [0, func]);
  const file = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: ['main', ...names].map((name) => ({ name })) },
    profiles: [
      {
        type: 'sampled',
        name: 'p',
        unit: 'milliseconds',
        startValue: 0,
        endValue: mixed.length,
        samples: mixed,
        weights: mixed.map(() => 1),
      },
    ],
  };
  const bytes = new TextEncoder().encode(JSON.stringify(file));
  return openedSide({ bytes, name: 'a.speedscope.json', form: { kind: 'file' } });
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
    const [a, b] = await Promise.all(
      [1000, 2000].map((slow) => openedFromSlices(Array.from({ length: 10 }, () => ({ slow: slow / 10, rest: 300 })))),
    );
    for (const transforms of [
      [],
      [{ kind: 'hide', match: 'main' }],
      [{ kind: 'focus', match: 'main' }],
    ] satisfies Transform[][]) {
      const request = ask(a, b, { transforms, normalisation: 'share' });
      const { isSliced, slices: counts, found } = await analysis.evidence(request, { a: itself, b: itself }, signal);
      expect({ isSliced, counts }).toEqual({ isSliced: true, counts: { a: 10, b: 10 } });
      const named = found.changes.find(({ supported, kind }) => supported && kind === 'code');
      expect(named, JSON.stringify(transforms)).toMatchObject({ name: 'slow' });
    }
    expect(await selves(ask(a, b, { transforms: [{ kind: 'focus', match: 'slow' }] }))).toEqual([
      '/main/slow 1000 2000',
    ]);
  });

  it('cuts two files with times into slices, and says that each is one run', async () => {
    const a = await openedFromTimes({ slow: 1000, rest: 3000 });
    const b = await openedFromTimes({ slow: 2000, rest: 3000 });
    const untimed = await opened({ 'main;slow': 2000, 'main;rest': 3000 });
    for (const transforms of [[], [{ kind: 'hide', match: 'main' }], [{ kind: 'invert' }]] satisfies Transform[][]) {
      const request = ask(a, b, { transforms, normalisation: 'share' });
      const { isOneRun, slices, found } = await analysis.evidence(request, { a: itself, b: itself }, signal);
      expect({ isOneRun, slices }).toEqual({ isOneRun: true, slices: { a: 24, b: 24 } });
      const named = found.changes.find(({ supported, kind }) => supported && kind === 'code');
      expect(named, JSON.stringify(transforms)).toMatchObject({ name: 'slow' });
    }
    const mixed = await analysis.evidence(ask(a, untimed), { a: itself, b: itself }, signal);
    expect(mixed).toMatchObject({ isOneRun: false, slices: { a: 1, b: 1 } });
  });

  it('finds nothing between a side and itself', async () => {
    const a = await opened({ 'main;x': 500, 'main;y': 700 });
    const answer = await analysis.diff(ask(a, a), signal);
    expect([...answer.changeOfTotal, ...answer.changeOfSelf].every((change) => change === 0)).toBe(true);
    const { found } = await analysis.evidence(ask(a, a, { normalisation: 'share' }), { a: itself, b: itself }, signal);
    expect(found.changes).toEqual([]);
  });

  it('searches functions of both sides', async () => {
    const a = await opened({ 'main;one': 1 });
    const b = await opened({ 'main;two': 3 });
    const { nodes, value } = await analysis.searchDiff(ask(a, b), 'one | two', signal);
    expect({ nodes, value }).toEqual({ nodes: 2, value: 2 });
  });

  it('has one function of both sides between its callers and callees, as each side alone has', async () => {
    const a = await opened({ 'main;f;x': 30, 'main;f;f;y': 20, 'other;f': 10, rest: 40 });
    const b = await opened({ 'main;f;x': 60, 'other;f;z': 20, 'fresh;f': 5, 'fresh;only': 15 });
    const request = ask(a, b, { normalisation: 'share' });
    const { names } = (await analysis.diff(request, signal)).functions;
    for (const [func, name] of names.entries()) {
      const halves = await analysis.sandwichDiff(request, func, signal);
      for (const [side, { profile }] of [['a', a] as const, ['b', b] as const]) {
        const alone = await analysis.sandwich(
          { handle: profile.handle, sampleType: 0, order: 'name', transforms: [] },
          profile.functions.names.indexOf(name),
          signal,
        );
        for (const half of ['callers', 'callees'] as const) {
          const tree = alone[half];
          const own = Array.from(tree.total, (total, at) => `${pathIn(tree, profile.functions.names, at)} ${total}`);
          const { node, [side]: amounts, tree: shown } = halves[half];
          const both = Array.from(node, (at, i) => `${pathIn(shown, names, i)} ${Math.round(amounts.total[at] * 100)}`);
          expect(both.filter((row) => !row.endsWith(' 0')).sort(), `${half} of ${name}`).toEqual(
            own.filter((row) => !row.endsWith(' 0')).sort(),
          );
        }
      }
    }
  });

  it('puts the same into a sandwich as into the table where contexts are scaled apart', async () => {
    const work = (x: number, y: number): Record<string, number> =>
      Object.fromEntries(
        ['x', 'y'].flatMap((route, i) =>
          Array.from({ length: 6 }, (_, k) => [`main;${route};f;${route}${k}`, (i === 0 ? x : y) + k]),
        ),
      );
    const [a, b] = [await opened(work(100, 100)), await opened(work(300, 100))];
    const request = ask(a, b, { normalisation: 'equal-work' });
    const { byFunction, functions } = await analysis.diff(request, signal);
    const f = functions.names.indexOf('f');
    const { callers, callees } = await analysis.sandwichDiff(request, f, signal);
    for (const side of ['a', 'b'] as const) {
      expect(callers[side].total[0]).toBeCloseTo(byFunction[side].total[f], 12);
      expect(callees[side].total[0]).toBeCloseTo(byFunction[side].total[f], 12);
    }
    // Separate routes, with one of them getting this many times as much work.
    expect(callers.changeOfTotal.every((change) => Math.abs(change) < 0.01)).toBe(true);
  });
});
