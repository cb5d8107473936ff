/** Names that occur in several files, in the views. Numbers by hand, in `one-name.ts`. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import type { ShownTree } from '#app/screen/shown.ts';
import { colourKeys, definitionKeys, keysOfNodes, legendOf } from '#app/views/colours.ts';
import {
  costedDefinitions,
  definitionText,
  openedRows,
  placeOfNode,
  severalOf,
  spreadText,
} from '#app/views/definition-rows.ts';
import { largestNodeOf } from '#app/views/largest-node.ts';
import { pathOf } from '#model/call-path.ts';
import type { Transform } from '#model/transforms/registry.ts';
import { packageColourKey } from '#render/palette.ts';
import { overload, python } from '../../support/one-name.ts';

const { signal } = new AbortController();

async function shownOf(bytes: Uint8Array, ...transforms: Transform[]): Promise<ShownTree> {
  const analysis = new InProcessAnalysis(() => Promise.resolve());
  const encoded = { bytes: bytes.slice(), name: 'a.pb', form: { kind: 'file' } } as const;
  const profile = await analysis.open(encoded, signal, () => undefined);
  const request = { handle: profile.handle, sampleType: 0, order: 'name', transforms } as const;
  const answer = await analysis.tree(request, signal);
  const opened = {
    name: 'a.pb',
    size: bytes.length,
    profile,
    asked: undefined,
    coveredMs: undefined,
    queryMs: undefined,
    isWhole: true,
    snapshots: undefined,
  };
  return { opened, sampleType: 0, request, answer, tree: answer.tree };
}

beforeAll(() => {
  vi.stubGlobal('location', { search: '', pathname: '/', href: 'http://host.test/' });
});
afterAll(() => {
  vi.unstubAllGlobals();
});

async function csv(shown: ShownTree): Promise<string[]> {
  const { functionRows } = await import('#app/views/functions/functions-csv.ts');
  return functionRows(shown, shown.answer, { key: 'name', descending: false }).map((row) => row.join(','));
}

it('the CSV has a row for each file, with its own numbers', async () => {
  expect(await csv(await shownOf(overload))).toEqual([
    'Function,File,Line,Binary,Self (count),Self (%),Total (count),Total (%)',
    'func,b.cc,19,,12,80,12,80',
    'func,a.cc,9,,3,20,10,66.66666666666666',
    'main,m.cc,1,,0,0,15,100',
  ]);
  expect(await csv(await shownOf(python))).toEqual([
    'Function,File,Line,Binary,Self (count),Self (%),Total (count),Total (%)',
    '<module>,run.py,1,,0,0,30,100',
    '__init__,shop/price.py,5,,16,53.333333333333336,16,53.333333333333336',
    '__init__,shop/item.py,5,,12,40,12,40',
    '__init__,shop/cart.py,5,,2,6.666666666666667,6,20',
    'build,shop/make.py,28,,0,0,24,80',
  ]);
});

it('the CSV of one file alone has the name once', async () => {
  const shown = await shownOf(overload, { kind: 'focus', match: 'line:20' });
  expect((await csv(shown)).slice(1)).toEqual(['func,b.cc,19,,5,100,5,100', 'main,m.cc,1,,0,0,5,100']);
});

it('colour by file asks the frame, and the legend has the self of each file', async () => {
  const { tree, answer, opened } = await shownOf(python);
  const { profile } = opened;
  const keys = keysOfNodes(
    tree,
    colourKeys(profile, 'file', answer.byFunction, 30),
    answer.definitions,
    definitionKeys(answer.definitions, 'file'),
  );
  const byPath = Object.fromEntries(
    Array.from(keys, (key, node) => [pathOf(tree, profile.functions.names, node).join(' '), key]),
  );
  const key = (file: string, name = '__init__'): number => packageColourKey(file, name, false);
  expect(byPath['<module> __init__']).toBe(key('shop/cart.py'));
  expect(byPath['<module> __init__ __init__']).toBe(key('shop/item.py'));
  // 16 of price.py and 8 of item.py.
  expect(byPath['<module> build __init__']).toBe(key('shop/price.py'));
  expect(byPath['<module> build']).toBe(key('shop/make.py', 'build'));
  expect(legendOf(profile, 'file', answer, 9).map(({ title, self }) => `${title} ${self}`)).toEqual([
    'shop/price.py 16',
    'shop/item.py 12',
    'shop/cart.py 2',
  ]);
});

it('a function says in how many files it is, and opens into them', async () => {
  const { answer, opened } = await shownOf(python);
  const { names } = opened.profile.functions;
  const definitions = answer.definitions!;
  const costed = costedDefinitions(definitions);
  const init = names.indexOf('__init__');
  expect(names.filter((_, func) => severalOf(costed, func))).toEqual(['__init__']);
  const own = severalOf(costed, init)!;
  expect(spreadText(definitions, own)).toBe('3 files');
  const rows = openedRows(Int32Array.of(init), names, definitions, costed, new Set(['__init__']));
  expect([...rows.rows]).toEqual([init, ...own.map((one) => names.length + one)]);
  expect(new Set(rows.names).size).toBe(rows.names.length);
  expect(
    own.map((one) => `${definitionText(definitions, one, own)} ${definitions.self[one]}/${definitions.total[one]}`),
  ).toEqual(['shop/price.py:5 16/16', 'shop/item.py:5 12/12', 'shop/cart.py:5 2/6']);
});

it('a frame says its own file, and where it is several says so', async () => {
  const shown = await shownOf(python);
  const { tree, answer, opened } = shown;
  const texts = Array.from({ length: tree.length - 1 }, (_, i) => {
    const path = pathOf(tree, opened.profile.functions.names, i + 1).join(' ');
    return `${path}: ${placeOfNode(shown, tree, i + 1)}`;
  });
  expect(texts).toEqual([
    '<module>: run.py:1',
    '<module> __init__: shop/cart.py:5',
    '<module> __init__ __init__: shop/item.py:5',
    '<module> build: shop/make.py:28',
    '<module> build __init__: mostly shop/price.py:5 (3 files)',
  ]);
  const definitions = answer.definitions!;
  const paths = ['shop/cart.py', 'shop/item.py', 'shop/price.py'].map((file) =>
    pathOf(
      tree,
      opened.profile.functions.names,
      largestNodeOf(tree, definitions, definitions.files.indexOf(file)),
    ).join(' '),
  );
  expect(paths).toEqual(['<module> __init__', '<module> __init__ __init__', '<module> build __init__']);
});
