/** Kinds of frames in shown trees. All numbers are by hand. */
import { describe, expect, it } from 'vitest';
import type { OpenedProfile } from '#analysis/analysis.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import { finish } from '#base/steps.ts';
import { decodeJfr } from '#formats/decoders/jfr.ts';
import { writeProfilePprof } from '#formats/write-profile-pprof.ts';
import { pathOf } from '#model/call-path.ts';
import type { Transform } from '#model/transforms/registry.ts';
import { WHOLE_SHARE } from '#model/tree-kinds.ts';
import { kindsRecording } from '../support/frame-kinds.ts';
import { encodeMessage, type Field, message } from '../support/pprof-message.ts';

const { signal } = new AbortController();
const analysis = new InProcessAnalysis(() => Promise.resolve());

function opened(bytes: Uint8Array, name: string): Promise<OpenedProfile> {
  // The bytes are taken over.
  return analysis.open({ bytes: bytes.slice(), name, form: { kind: 'file' } }, signal, () => undefined);
}

/** By node its path and kinds, the largest first; then functions and selves. */
async function kindRows(profile: OpenedProfile, ...transforms: Transform[]): Promise<readonly string[]> {
  const request = { handle: profile.handle, sampleType: 0, order: 'name' as const, transforms };
  const { tree, renamed } = await analysis.tree(request, signal);
  const kinds = await analysis.frameKinds(request, signal);
  if (!kinds) return [];
  const { names: functionNames } = (renamed ?? profile).functions;
  const { names, start, kindAt, shareAt, ofNode, ofFunction, self } = kinds;
  const rows = Array.from({ length: tree.length - 1 }, (_, i) => {
    const node = i + 1;
    const own = Array.from(kindAt.subarray(start[node], start[node + 1]), (one, at) => {
      const percent = Math.round((shareAt[start[node] + at] / WHOLE_SHARE) * 100);
      return `${names[one] || '?'} ${percent}`;
    });
    return `${pathOf(tree, functionNames, node).join(' ')}: ${names[ofNode[node]]} (${own.join(', ')})`;
  });
  const functions = functionNames.map((name, func) => `${name} is ${names[ofFunction[func]]}`);
  return [...rows, ...functions, names.map((name, kind) => `${name || '?'} ${self[kind]}`).join(', ')];
}

describe('kinds of a tree', () => {
  it('are those of each path, in shares of its total, although one function has several', async () => {
    expect(await kindRows(await opened(kindsRecording, 'a.jfr'))).toEqual([
      'app.main: JIT-compiled (interpreted 25, JIT-compiled 75)',
      'app.main app.price: inlined (native 33, inlined 67)',
      'app.main is JIT-compiled',
      'app.price is inlined',
      '? 0, interpreted 0, native 1, JIT-compiled 1, inlined 2',
    ]);
  });

  it('follow transforms: a renamed function keeps its kinds, a group has none', async () => {
    const profile = await opened(kindsRecording, 'a.jfr');
    const rename: Transform = { kind: 'rename', match: '="app.price"', name: 'cost' };
    expect((await kindRows(profile, rename)).slice(0, 2)).toEqual([
      'app.main: JIT-compiled (interpreted 25, JIT-compiled 75)',
      'app.main cost: inlined (native 33, inlined 67)',
    ]);
    expect((await kindRows(profile, { kind: 'invert' })).slice(0, 2)).toEqual([
      'app.main: JIT-compiled (JIT-compiled 100)',
      'app.price: inlined (native 33, inlined 67)',
    ]);
    expect((await kindRows(profile, { kind: 'group-by', by: 'package' }))[0]).toBe('app:  (? 100)');
  });

  it('are there after a profile was packed for a snapshot', async () => {
    const { handle } = await opened(kindsRecording, 'a.jfr');
    const { bytes } = await analysis.pack(handle);
    expect((await kindRows(await opened(bytes, 'x.bin')))[1]).toBe(
      'app.main app.price: inlined (native 33, inlined 67)',
    );
  });

  it('of pprof are the lines that a location has within its outermost one', async () => {
    const line = (func: number): Field => [4, message([1, func], [2, func])];
    const bytes = encodeMessage(
      message(
        [1, message([1, 1], [2, 2])],
        [2, message([1, [1]], [2, [5]])],
        [2, message([1, [2]], [2, [3]])],
        [4, message([1, 1], line(2), line(1))],
        [4, message([1, 2], line(1))],
        [5, message([1, 1], [2, 3])],
        [5, message([1, 2], [2, 4])],
        ...['', 'samples', 'count', 'main', 'price'].map((text): Field => [6, text]),
      ),
    );
    expect(await kindRows(await opened(bytes, 'a.pb'))).toEqual([
      'main:  (? 100)',
      'main price: inlined (inlined 100)',
      'price is inlined',
      'main is ',
      '? 3, inlined 5',
    ]);
  });

  it('have one entry for each kind that a node has, however many kinds there are', async () => {
    const profile = await opened(kindsRecording, 'a.jfr');
    const request = { handle: profile.handle, sampleType: 0, order: 'name' as const, transforms: [] };
    const { names, start, kindAt, shareAt } = (await analysis.frameKinds(request, signal))!;
    expect([names.length, [...start], kindAt.length, shareAt.length]).toEqual([5, [0, 0, 2, 4], 4, 4]);
  });

  it('are there after a whole file was written as pprof', async () => {
    const { bytes } = finish(writeProfilePprof(finish(decodeJfr(kindsRecording))));
    expect((await kindRows(await opened(bytes, 'a.pb.gz'))).slice(0, 2)).toEqual([
      'app.main: JIT-compiled (interpreted 25, JIT-compiled 75)',
      'app.main app.price: inlined (native 33, inlined 67)',
    ]);
  });

  it('of pprof that are not in its table are damage', async () => {
    const bytes = encodeMessage(
      message(
        [1, message([1, 1], [2, 2])],
        [2, message([1, [1]], [2, [5]])],
        [4, message([1, 1], [4, message([1, 1])], [1000, 9])],
        [5, message([1, 1], [2, 3])],
        ...['', 'samples', 'count', 'main'].map((text): Field => [6, text]),
      ),
    );
    await expect(opened(bytes, 'a.pb')).rejects.toThrow('string 9 of location number 0 is not in the table of 4');
  });

  it('are not made up where a format has none', async () => {
    const profile = await opened(new TextEncoder().encode('main;price 5'), 'a.txt');
    expect(profile.hasKinds).toBe(false);
    expect(await kindRows(profile)).toEqual([]);
  });
});
