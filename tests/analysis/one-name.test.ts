/** One name in several files: files and lines are those of the frame. All numbers are by hand (`one-name.ts`). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiffRequest, OpenedProfile, TreeAnswer, TreeRequest } from '#analysis/analysis.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import { pathOf } from '#model/call-path.ts';
import type { DiffWidth } from '#model/diff.ts';
import type { Transform } from '#model/transforms/registry.ts';
import { overload, type PlacedFrame, placedPprof, python } from '../support/one-name.ts';

const { signal } = new AbortController();
const analysis = new InProcessAnalysis(() => Promise.resolve());

async function opened(bytes: Uint8Array): Promise<OpenedProfile> {
  // The bytes are taken over.
  return analysis.open({ bytes: bytes.slice(), name: 'a.pb', form: { kind: 'file' } }, signal, () => undefined);
}

function request({ handle }: OpenedProfile, ...transforms: Transform[]): TreeRequest {
  return { handle, sampleType: 0, order: 'name', transforms };
}

/** Nodes as `path self/total`, the root aside. */
async function treeRows(profile: OpenedProfile, ...transforms: Transform[]): Promise<string[]> {
  const { tree, renamed } = await analysis.tree(request(profile, ...transforms), signal);
  const { names } = (renamed ?? profile).functions;
  return Array.from({ length: tree.length - 1 }, (_, i) => {
    return `${pathOf(tree, names, i + 1).join(' ')} ${tree.self[i + 1]}/${tree.total[i + 1]}`;
  });
}

/** Definitions of a name as `file self/total`. */
function definitionRows({ definitions }: TreeAnswer, name: string): string[] {
  const { names, files, self, total } = definitions!;
  return names.flatMap((one, i) => (one === name ? [`${files[i]} ${self[i]}/${total[i]}`] : []));
}

/** `file:line self/total` */
async function lineRows(profile: OpenedProfile, ...transforms: Transform[]): Promise<string[]> {
  const { lines } = await analysis.lines(request(profile, ...transforms), signal);
  return lines.files.flatMap((file, i) => {
    const rows = [`${file} ${lines.fileSelf[i]}/${lines.fileTotal[i]}`];
    for (let at = lines.start[i]; at < lines.start[i + 1]; at++)
      rows.push(`${file}:${lines.line[at]} ${lines.self[at]}/${lines.total[at]}`);
    return rows;
  });
}

const focus = (match: string): Transform => ({ kind: 'focus', match });
const overloadLines = [
  'b.cc 12/12',
  'b.cc:20 5/5',
  'b.cc:21 7/7',
  'a.cc 3/10',
  'a.cc:10 3/3',
  'a.cc:11 0/7',
  'm.cc 0/15',
  'm.cc:1 0/3',
  'm.cc:2 0/5',
  'm.cc:3 0/7',
];

describe('overloads of C++', () => {
  it('are one function in the tree, and two definitions', async () => {
    const profile = await opened(overload);
    expect(profile.functions.names).toEqual(['func', 'main']);
    expect(profile.functions.files).toEqual(['', 'm.cc']);
    expect(await treeRows(profile)).toEqual(['main 0/15', 'main func 8/15', 'main func func 7/7']);
    const answer = await analysis.tree(request(profile), signal);
    expect([...answer.byFunction.self]).toEqual([15, 0]);
    expect([...answer.byFunction.total]).toEqual([15, 15]);
    expect(definitionRows(answer, 'func')).toEqual(['a.cc 3/10', 'b.cc 12/12']);
    const { ofNode, files, line } = answer.definitions!;
    // The first func is mostly that of a.cc, the second is of b.cc alone.
    expect(Array.from(ofNode.subarray(1), (one) => (one < 0 ? `~${files[~one]}` : files[one]))).toEqual([
      'm.cc',
      '~a.cc',
      'b.cc',
    ]);
    expect(answer.definitions!.names.map((name, i) => `${name} ${line[i]}`)).toEqual(['func 9', 'main 1', 'func 19']);
  });

  it('Source has the lines of both files', async () => {
    expect(await lineRows(await opened(overload))).toEqual(overloadLines);
  });

  it.each<[search: string, nodes: number, value: number, found: string[]]>([
    ['file:a.cc', 1, 10, ['main func']],
    ['file:b.cc', 2, 12, ['main func', 'main func func']],
    ['func -file:a.cc', 2, 12, ['main func', 'main func func']],
    ['file:a.cc | file:b.cc', 2, 15, ['main func', 'main func func']],
    ['file:m.cc', 1, 15, ['main']],
    ['file:a.cc file:b.cc', 0, 0, []],
    ['func', 2, 15, ['main func', 'main func func']],
    ['line:10', 1, 3, ['main func']],
    ['line:11', 1, 7, ['main func']],
    ['line:21', 1, 7, ['main func func']],
    ['file:b.cc line:20', 1, 5, ['main func']],
    ['file:b.cc line:10', 0, 0, []],
    // No frame is on the first line of a function: all of the function.
    ['line:9', 1, 10, ['main func']],
    ['line:19', 2, 12, ['main func', 'main func func']],
    ['line:2', 1, 5, ['main']],
  ])('a search for %s finds %i nodes and %i', async (text, nodes, value, found) => {
    const profile = await opened(overload);
    const { tree } = await analysis.tree(request(profile), signal);
    const answer = await analysis.search(request(profile), text, signal);
    expect([answer.nodes, answer.value]).toEqual([nodes, value]);
    const isHit = (node: number): boolean =>
      answer.hitNodes ? answer.hitNodes[node] === 1 : node > 0 && answer.hit[tree.func[node]] === 1;
    const paths = Array.from(tree.func.keys())
      .filter(isHit)
      .map((node) => pathOf(tree, profile.functions.names, node).join(' '));
    expect(paths).toEqual(found);
  });

  it.each<[transform: Transform, rows: string[]]>([
    [focus('file:a.cc'), ['main 0/10', 'main func 3/10', 'main func func 7/7']],
    [focus('file:b.cc'), ['main 0/12', 'main func 5/12', 'main func func 7/7']],
    [focus('line:10'), ['main 0/3', 'main func 3/3']],
    [focus('file:a.cc line:11'), ['main 0/7', 'main func 0/7', 'main func func 7/7']],
    [{ kind: 'ignore', match: 'file:a.cc' }, ['main 0/5', 'main func 5/5']],
    [{ kind: 'hide', match: 'file:a.cc' }, ['main 3/15', 'main func 12/12']],
    [{ kind: 'show-from', match: 'file:b.cc' }, ['func 12/12']],
    [
      { kind: 'rename', match: 'file:b.cc', name: 'other' },
      ['main 0/15', 'main func 3/10', 'main func other 7/7', 'main other 5/5'],
    ],
    [{ kind: 'group-by', by: 'file' }, ['m.cc 0/15', 'm.cc a.cc 3/10', 'm.cc a.cc b.cc 7/7', 'm.cc b.cc 5/5']],
    // By name, as without files.
    [{ kind: 'merge-recursion' }, ['main 0/15', 'main func 15/15']],
    [{ kind: 'focus-path', path: ['main', 'func', 'func'] }, ['main 0/7', 'main func 0/7', 'main func func 7/7']],
    [{ kind: 'invert' }, ['func 0/15', 'func func 0/7', 'func func main 7/7', 'func main 8/8']],
  ])('%o', async (transform, rows) => {
    expect(await treeRows(await opened(overload), transform)).toEqual(rows);
  });

  it('definitions, self and lines are those of what transforms leave', async () => {
    const profile = await opened(overload);
    const focused = await analysis.tree(request(profile, focus('file:a.cc')), signal);
    expect(definitionRows(focused, 'func')).toEqual(['a.cc 3/10', 'b.cc 7/7']);
    const inverted = await analysis.tree(request(profile, { kind: 'invert' }), signal);
    expect(definitionRows(inverted, 'func')).toEqual(['a.cc 3/10', 'b.cc 12/12']);
    const byLine = await analysis.tree(request(profile, focus('line:20 | line:21')), signal);
    expect(definitionRows(byLine, 'func')).toEqual(['a.cc 0/7', 'b.cc 12/12']);
    expect(await lineRows(profile, focus('file:a.cc'))).toEqual([
      'b.cc 7/7',
      'b.cc:21 7/7',
      'a.cc 3/10',
      'a.cc:10 3/3',
      'a.cc:11 0/7',
      'm.cc 0/10',
      'm.cc:1 0/3',
      'm.cc:3 0/7',
    ]);
    expect(await lineRows(profile, focus('line:20'))).toEqual(['b.cc 5/5', 'b.cc:20 5/5', 'm.cc 0/5', 'm.cc:2 0/5']);
  });

  it('comes back from a pprof export with its lines', async () => {
    const profile = await opened(overload);
    const { bytes } = await analysis.exportTree(request(profile), 'pprof', { name: 'a' }, signal);
    const again = await opened(bytes);
    expect(await treeRows(again)).toEqual(await treeRows(profile));
    expect(await lineRows(again)).toEqual(overloadLines);
    const answer = await analysis.tree(request(again), signal);
    expect(definitionRows(answer, 'func').sort()).toEqual(['a.cc 3/10', 'b.cc 12/12']);
    expect([...answer.definitions!.line].sort((a, b) => a - b)).toEqual([1, 9, 19]);
  });

  it('exports of one file alone hold no frame of the other', async () => {
    const profile = await opened(overload);
    const { bytes } = await analysis.exportTree(request(profile, focus('line:10')), 'pprof', { name: 'a' }, signal);
    expect(await lineRows(await opened(bytes))).toEqual(['a.cc 3/3', 'a.cc:10 3/3', 'm.cc 0/3', 'm.cc:1 0/3']);
  });

  it('a speedscope export has a frame for each file', async () => {
    const { bytes } = await analysis.exportTree(request(await opened(overload)), 'speedscope', { name: 'a' }, signal);
    const { shared, profiles } = JSON.parse(new TextDecoder().decode(bytes)) as {
      shared: { frames: { name: string; file: string; line: number }[] };
      profiles: { samples: number[][]; weights: number[] }[];
    };
    const [{ samples, weights }] = profiles;
    const stacks = samples.map((stack, i) => {
      const frames = stack.map((frame) => Object.values(shared.frames[frame]).join(' '));
      return `${frames.join(', ')}: ${weights[i]}`;
    });
    expect(stacks.sort()).toEqual([
      'main m.cc 1, func a.cc 9, func b.cc 19: 7',
      'main m.cc 1, func a.cc 9: 3',
      'main m.cc 1, func b.cc 19: 5',
    ]);
  });

  it('is the same when it was packed for a snapshot', async () => {
    const profile = await opened(overload);
    const again = await opened((await analysis.pack(profile.handle)).bytes);
    expect(again.functions).toEqual(profile.functions);
    expect(await lineRows(again)).toEqual(overloadLines);
    expect(await treeRows(again, focus('file:a.cc'))).toEqual(await treeRows(profile, focus('file:a.cc')));
  });
});

describe('Python', () => {
  it('__init__ of three files is one function with three definitions', async () => {
    const profile = await opened(python);
    const answer = await analysis.tree(request(profile), signal);
    expect(definitionRows(answer, '__init__')).toEqual([
      'shop/cart.py 2/6',
      'shop/item.py 12/12',
      'shop/price.py 16/16',
    ]);
    const func = profile.functions.names.indexOf('__init__');
    expect([answer.byFunction.self[func], answer.byFunction.total[func]]).toEqual([30, 30]);
  });

  it('files group, and a search for one finds its own nodes', async () => {
    const profile = await opened(python);
    expect(await treeRows(profile, { kind: 'group-by', by: 'file' })).toEqual([
      'run.py 0/30',
      'run.py shop/cart.py 2/6',
      'run.py shop/cart.py shop/item.py 4/4',
      'run.py shop/make.py 0/24',
      'run.py shop/make.py shop/item.py 8/8',
      'run.py shop/make.py shop/price.py 16/16',
    ]);
    const item = await analysis.search(request(profile), 'file:item.py', signal);
    expect([item.nodes, item.value]).toEqual([2, 12]);
    const price = await analysis.search(request(profile), 'file:price.py', signal);
    expect([price.nodes, price.value]).toEqual([1, 16]);
    expect(await treeRows(profile, { kind: 'ignore', match: 'file:item.py' })).toEqual([
      '<module> 0/18',
      '<module> __init__ 2/2',
      '<module> build 0/16',
      '<module> build __init__ 16/16',
    ]);
  });
});

describe('one name in two binaries', () => {
  const alloc = (binary: string) => ({ name: 'alloc', file: '', line: 0, binary });
  const main = { name: 'main', file: 'm.c', line: 1, binary: '/bin/app' };
  const libraries = placedPprof([
    [[main, alloc('/lib/libc.so')], 3],
    [[main, alloc('/lib/libjemalloc.so')], 4],
  ]);

  it('is grouped by the binary of each frame', async () => {
    expect(await treeRows(await opened(libraries), { kind: 'group-by', by: 'binary' })).toEqual([
      '/bin/app 0/7',
      '/bin/app /lib/libc.so 3/3',
      '/bin/app /lib/libjemalloc.so 4/4',
    ]);
  });
});

describe('any profile', () => {
  const letter = (...letters: string[]) => fc.constantFrom(...letters);
  const frame = fc.record({
    name: letter('a', 'b', 'c'),
    file: letter('x', 'y', 'z'),
    line: fc.integer({ min: 1, max: 3 }),
  });
  const stacks = fc.array(fc.tuple(fc.array(frame, { minLength: 1, maxLength: 6 }), fc.integer({ min: -3, max: 9 })), {
    minLength: 1,
    maxLength: 12,
  });
  const byName = fc.constantFrom<Transform>(
    { kind: 'invert' },
    { kind: 'merge-recursion' },
    { kind: 'hide', match: '="a"' },
    focus('="b"'),
    { kind: 'ignore', match: '="c"' },
    { kind: 'show-from', match: '="b"' },
    { kind: 'rename', match: '="a"', name: 'b' },
    { kind: 'focus-path', path: ['a', 'b'] },
  );

  it('has the tree that it has without files, whatever transforms that ask for names do', async () => {
    await fc.assert(
      fc.asyncProperty(stacks, fc.array(byName, { maxLength: 3 }), async (samples, transforms) => {
        const unplaced = samples.map(
          ([stack, value]) => [stack.map(({ name }) => ({ name, file: '', line: 0 })), value] as const,
        );
        const [placed, named] = [await opened(placedPprof(samples)), await opened(placedPprof(unplaced))];
        expect(await treeRows(placed, ...transforms)).toEqual(await treeRows(named, ...transforms));
        analysis.close(placed.handle);
        analysis.close(named.handle);
      }),
      { numRuns: 60 },
    );
  });

  it('has for each file and line what a count over its stacks gives', async () => {
    await fc.assert(
      fc.asyncProperty(stacks, letter('x', 'y', 'z'), fc.integer({ min: 1, max: 3 }), async (samples, file, line) => {
        const profile = await opened(placedPprof(samples));
        const sum = (isCounted: (stack: readonly PlacedFrame[]) => boolean): number =>
          samples.reduce((all, [stack, value]) => (isCounted(stack) ? all + value : all), 0);
        const found = async (text: string): Promise<number> =>
          (await analysis.search(request(profile), text, signal)).value;
        expect(await found(`file:${file}`)).toBe(sum((stack) => stack.some((one) => one.file === file)));
        expect(await found(`line:${line}`)).toBe(sum((stack) => stack.some((one) => one.line === line)));
        expect(await found(`="a" file:${file} line:${line}`)).toBe(
          sum((stack) => stack.some((one) => one.name === 'a' && one.file === file && one.line === line)),
        );
        analysis.close(profile.handle);
      }),
      { numRuns: 60 },
    );
  });
});

describe('comparisons', () => {
  const side = (profile: OpenedProfile) => ({
    handle: profile.handle,
    sampleType: 0,
    facts: { seconds: 60, isSnapshot: false },
  });

  const asked = (a: OpenedProfile, b: OpenedProfile, width: DiffWidth, ...transforms: Transform[]): DiffRequest => ({
    a: side(a),
    b: side(b),
    normalisation: 'absolute',
    width,
    order: 'name',
    transforms,
    evidence: undefined,
  });

  it.each<[width: DiffWidth, text: string, nodes: number, value: number]>([
    ['a', 'file:a.cc', 1, 10],
    ['b', 'file:a.cc', 1, 100],
    ['a', 'file:b.cc', 2, 12],
    ['b', 'file:b.cc', 2, 100],
    ['a', 'line:10', 1, 3],
    ['b', 'line:10', 1, 60],
    ['b', 'line:11', 1, 40],
    ['a', 'func', 2, 15],
  ])('on %s a search for %s finds %i nodes and %i', async (width, text, nodes, value) => {
    const a = await opened(overload);
    const frame = (file: string, line: number) => ({ name: 'func', file, line, start: file === 'a.cc' ? 9 : 19 });
    const b = await opened(
      placedPprof([
        [[{ name: 'main', file: 'm.cc', line: 1 }, frame('a.cc', 10)], 60],
        [[{ name: 'main', file: 'm.cc', line: 1 }, frame('b.cc', 20)], 60],
        [[{ name: 'main', file: 'm.cc', line: 1 }, frame('a.cc', 11), frame('b.cc', 21)], 40],
      ]),
    );
    const found = await analysis.searchDiff(asked(a, b, width), text, signal);
    expect([found.nodes, found.value]).toEqual([nodes, value]);
  });

  it('a name whose file differs by side is found in its own', async () => {
    const [a, b] = await Promise.all(
      ['a.cc', 'b.cc'].map((file) => opened(placedPprof([[[{ name: 'func', file, line: 1 }], 5]]))),
    );
    const values = await Promise.all(
      (['a', 'b'] as const).map(async (width) => {
        const found = await Promise.all(
          ['file:a.cc', 'file:b.cc'].map((text) => analysis.searchDiff(asked(a, b, width), text, signal)),
        );
        return found.map(({ value }) => value);
      }),
    );
    expect(values).toEqual([
      [5, 0],
      [0, 5],
    ]);
  });

  it('a name that occurs in several files is reported with all of them', async () => {
    const many = Array.from({ length: 7 }, (_, i) => ({ name: 'init', file: `${i}.py`, line: 1 }));
    const [a, b] = await Promise.all([
      opened(overload),
      opened(
        placedPprof([
          ...many.map((frame): [PlacedFrame[], number] => [[frame], 1]),
          [[{ name: 'func', file: 'b.cc', line: 2 }], 1],
        ]),
      ),
    ]);
    const filesOf = async (...sides: [OpenedProfile, OpenedProfile]): Promise<Record<string, string>> => {
      const { functions } = await analysis.diff(asked(...sides, 'a'), signal);
      return Object.fromEntries(functions.names.map((name, i) => [name, functions.files[i]]));
    };
    const init = '0.py, 1.py, 2.py, 3.py, 4.py and 2 more';
    expect(await filesOf(a, b)).toEqual({ main: 'm.cc', func: 'a.cc, b.cc', init });
    expect(await filesOf(b, a)).toEqual({ main: 'm.cc', func: 'b.cc', init });
  });

  it('transforms ask the frames of each side', async () => {
    const a = await opened(overload);
    const focused = asked(a, a, 'mean', focus('file:a.cc'));
    const { tree, functions, a: ofA } = await analysis.diff(focused, signal);
    expect(functions.names).toEqual(['func', 'main']);
    expect([...tree.total]).toEqual([10, 10, 10, 7]);
    expect([...ofA.self]).toEqual([0, 0, 3, 7]);
  });
});
