import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOf } from '#model/call-path.ts';
import { hotPath, sameNodes, subtreeWithin, visibleNode, visibleRows } from '#model/visible-rows.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

const profile = profileFromText(`
  main;parse;lex 5
  main;parse 1
  main;run;gc 3
  main;run;work 4
  idle 2
`);
const { names } = profile.functions;
const tree = treeOf(profile);
const named = (nodes: Iterable<number>): string[] =>
  Array.from(nodes, (node) => (node === 0 ? 'total' : names[tree.func[node]]));
const byIndex = (a: number, b: number): number => a - b;

describe('rows', () => {
  it.each([
    ['nothing expanded', [], ['total', 'main', 'idle']],
    ['main', ['main'], ['total', 'main', 'run', 'parse', 'idle']],
    ['a caller of what is expanded is closed', ['parse'], ['total', 'main', 'idle']],
    ['all', names, ['total', 'main', 'run', 'work', 'gc', 'parse', 'lex', 'idle']],
  ])('%s', (_, expanded, wanted) => {
    expect(named(visibleRows(tree, (node) => expanded.includes(names[tree.func[node]]), byIndex))).toEqual(wanted);
  });

  it('siblings have the requested order', () => {
    const byName = (a: number, b: number): number => (names[tree.func[a]] < names[tree.func[b]] ? -1 : 1);
    expect(named(visibleRows(tree, () => true, byName))).toEqual([
      'total',
      'idle',
      'main',
      'parse',
      'lex',
      'run',
      'gc',
      'work',
    ]);
  });

  it('are each open node once, below its caller', () => {
    fc.assert(
      fc.property(anyStacks, fc.func(fc.boolean()), (text, isExpanded) => {
        const drawn = treeOf(profileFromText(text));
        const rows = [...visibleRows(drawn, isExpanded, byIndex)];
        const wanted = Array.from({ length: drawn.length }, (_, node) => node).filter((node) => {
          for (let caller = drawn.parent[node]; caller > 0; caller = drawn.parent[caller])
            if (!isExpanded(caller)) return false;
          return true;
        });
        expect(rows).toEqual(wanted);
      }),
    );
  });
});

it('the hot path goes down while one callee holds more than half', () => {
  expect(named(hotPath(tree))).toEqual(['main', 'run', 'work']);
  expect(hotPath(treeOf(profileFromText('a 1\nb 1')))).toEqual([]);
  expect(named(hotPath(tree, Float64Array.from(tree.total.keys())))).toEqual(['idle']);
  expect(named(hotPath(treeOf(profileFromText('main 1'))))).toHaveLength(1);
});

it('a subtree is listed callers first, up to its limit', () => {
  expect(named(subtreeWithin(tree, 1, 100))).toEqual(['main', 'run', 'parse', 'work', 'gc', 'lex']);
  expect(named(subtreeWithin(tree, 1, 3))).toEqual(['main', 'run', 'parse']);
  expect(named(subtreeWithin(tree, 1, 1))).toEqual(['main']);
});

it('rows open in one tree are open in the next, if they exist', () => {
  const later = profileFromText('boot;main;run 1\nmain;run;work;deep 4\nmain;lex 1');
  const next = treeOf(later);
  const same = sameNodes([...hotPath(tree), 3], tree, names, next, later.functions.names);
  const paths = Array.from(same, (node) => pathOf(next, later.functions.names, node).join(';'));
  expect(paths).toEqual(['main', 'main;run', 'main;run;work']);
});

it('a node below a closed one stands for it', () => {
  const lex = named(Array.from(tree.func, (_, node) => node)).indexOf('lex');
  const isOpen = (open: readonly string[]) => (node: number) => open.includes(names[tree.func[node]]);
  expect(named([visibleNode(tree, lex, isOpen(['main', 'parse']))])).toEqual(['lex']);
  expect(named([visibleNode(tree, lex, isOpen(['main']))])).toEqual(['parse']);
  expect(named([visibleNode(tree, lex, isOpen(['parse']))])).toEqual(['main']);
});
