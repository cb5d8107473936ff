/** Cutting, flame graphs, comparisons and tree bytes, against the contract's examples and plain sums. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerTree, answerTree, cutTree, overlay } from '#server/query/answer-tree.ts';
import { layOutBars, writeBarsJson } from '#server/query/flame-bars.ts';
import { treeBytes } from '#server/query/tree-bytes.ts';
import { WireSink } from '#wire/wire-sink.ts';
import { type FlameJson, foldFlame, foldTreeBytes } from '../../support/flame-decoder.ts';
import { NaiveReader, stackOf } from '../../support/naive-reader.ts';

const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const everything = { startMs: 0, endMs: 10, matchers: [], profileType: TYPE, callSite: [] };

/** Lines of `a;b 3`. */
function treeOf(...lines: string[]): AnswerTree {
  const samples = lines.map((line) => {
    const at = line.lastIndexOf(' ');
    return { stack: stackOf(line.slice(0, at)), value: Number(line.slice(at + 1)) };
  });
  return answerTree(new NaiveReader([{ labels: [], type: TYPE, timeUs: 1, samples }]).merge(everything, 'names'));
}

type Flame = Omit<FlameJson, 'levels'> & { readonly levels: readonly { readonly values: readonly string[] }[] };

function flame(tree: AnswerTree): Flame {
  const sink = new WireSink();
  writeBarsJson(sink, layOutBars(tree));
  return JSON.parse(new TextDecoder().decode(sink.take())) as Flame;
}

const levels = (tree: AnswerTree): string[] => flame(tree).levels.map(({ values }) => values.join(' '));

/** As `a;b 3`, sorted. */
const lines = (folded: Map<string, number>): string[] =>
  [...folded].map(([stack, value]) => `${stack.replaceAll('\u001f', ';')} ${value}`).sort();

describe('the examples of the contract', () => {
  it('3.1, a flame graph', () => {
    const tree = treeOf('a;b;e 1', 'a;c 2', 'a;c;d 1');
    expect(flame(tree)).toMatchObject({ names: ['total', 'a', 'c', 'd', 'b', 'e'], total: '4', maxSelf: '2' });
    expect(levels(tree)).toEqual(['0 4 0 0', '0 4 0 1', '0 1 0 4 0 3 2 2', '0 1 1 5 2 1 1 3']);
  });

  it('3.2, a comparison', () => {
    const tree = overlay(treeOf('a;b 1', 'a;c 2'), treeOf('a;b 4', 'a;c 8'));
    expect(flame(tree)).toMatchObject({
      names: ['total', 'a', 'c', 'b'],
      total: '15',
      maxSelf: '8',
      leftTicks: '3',
      rightTicks: '12',
    });
    expect(levels(tree)).toEqual(['0 3 0 0 12 0 0', '0 3 0 0 12 0 1', '0 1 1 0 4 4 3 0 2 2 0 8 8 2']);
  });

  it('3.3, tree bytes', () => {
    expect(Buffer.from(treeBytes(treeOf('a;b 1', 'a;c 2'))).toString('hex')).toBe(
      '0000010161000201630200016201 00'.replace(' ', ''),
    );
  });

  it('nothing: one empty bar, no bytes', () => {
    expect(flame(treeOf())).toEqual({ names: ['total'], levels: [{ values: ['0', '0', '0', '0'] }] });
    expect(flame(overlay(treeOf(), treeOf()))).toEqual({
      names: ['total'],
      levels: [{ values: ['0', '0', '0', '0', '0', '0', '0'] }],
    });
    expect(treeBytes(treeOf())).toHaveLength(0);
  });
});

describe('names', () => {
  it('a function called total has the name of the root, but in a comparison its own', () => {
    expect(flame(treeOf('total;a 1')).names).toEqual(['total', 'a']);
    expect(flame(overlay(treeOf('total;a 1'), treeOf())).names).toEqual(['total', 'total', 'a']);
  });

  it('siblings are ordered by the bytes of their names', () => {
    const tree = treeOf('\u{1f600} 1', '\uffee 2', 'z 4', 'a 8');
    expect(flame(tree).names).toEqual(['total', '\u{1f600}', '\uffee', 'z', 'a']);
  });
});

describe('cutting', () => {
  it('keeps the largest, and ties; the rest is other under its parent', () => {
    const tree = cutTree(treeOf('a;b 5', 'a;c 3', 'a;d 3', 'a;e 1', 'a;e;f 1', 'z 1'), 3);
    expect(lines(foldFlame(flame(tree)))).toEqual(['a;b 5', 'a;c 3', 'a;d 3', 'a;other 2', 'other 1']);
  });

  it('adds to a function that is really called other', () => {
    const tree = cutTree(treeOf('a;other;x 9', 'a;b 1', 'c 8'), 4);
    expect(lines(foldFlame(flame(tree)))).toEqual(['a;other 1', 'a;other;x 9', 'c 8']);
  });

  it('looks at the larger side of a comparison', () => {
    const tree = cutTree(overlay(treeOf('a 9', 'b 1', 'c 1'), treeOf('a 1', 'b 8', 'c 1')), 2);
    expect(lines(foldFlame(flame(tree), 0))).toEqual(['a 9', 'b 1', 'other 1']);
    expect(lines(foldFlame(flame(tree), 1))).toEqual(['a 1', 'b 8', 'other 1']);
  });

  it('does what its definition says, on any tree', () => {
    fc.assert(
      fc.property(anyLines, fc.integer({ min: 1, max: 30 }), (stacks, most) => {
        const tree = treeOf(...stacks);
        expect(lines(foldFlame(flame(cutTree(tree, most))))).toEqual(naiveCut(stacks, most));
      }),
    );
  });
});

const anyLines = fc.array(
  fc
    .tuple(
      fc.array(fc.constantFrom('a', 'b', 'c', 'other', 'total'), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 2 ** 40 }),
    )
    .map(([stack, value]) => `${stack.join(';')} ${value}`),
  { maxLength: 25 },
);

describe('any tree', () => {
  it('comes back from a flame graph and from tree bytes', () => {
    fc.assert(
      fc.property(anyLines, (stacks) => {
        const tree = treeOf(...stacks);
        const wanted = naiveFold(stacks);
        expect(lines(foldFlame(flame(tree)))).toEqual(wanted);
        expect(lines(foldTreeBytes(treeBytes(tree)))).toEqual(wanted);
      }),
    );
  });

  it('comes back from either side of a comparison', () => {
    fc.assert(
      fc.property(anyLines, anyLines, (left, right) => {
        const graph = flame(overlay(treeOf(...left), treeOf(...right)));
        expect(lines(foldFlame(graph, 0))).toEqual(naiveFold(left));
        expect(lines(foldFlame(graph, 1))).toEqual(naiveFold(right));
      }),
    );
  });
});

function sums(stacks: readonly string[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const line of stacks) {
    const [stack = '', value = ''] = line.split(' ');
    all.set(stack, (all.get(stack) ?? 0) + Number(value));
  }
  return all;
}

function naiveFold(stacks: readonly string[]): string[] {
  return [...sums(stacks)].map(([stack, value]) => `${stack} ${value}`).sort();
}

function naiveCut(stacks: readonly string[], most: number): string[] {
  const totals = new Map<string, number>();
  const all = sums(stacks);
  for (const [stack, value] of all) {
    const names = stack.split(';');
    names.forEach((_, i) => {
      const path = names.slice(0, i + 1).join(';');
      totals.set(path, (totals.get(path) ?? 0) + value);
    });
  }
  const sorted = [...totals.values()].sort((a, b) => b - a);
  const threshold = sorted.length > most ? (sorted[most - 1] ?? 0) : 0;
  const cut = new Map<string, number>();
  for (const [stack, value] of all) {
    const names = stack.split(';');
    const kept = names.findIndex((_, i) => (totals.get(names.slice(0, i + 1).join(';')) ?? 0) < threshold);
    const path = kept < 0 ? stack : [...names.slice(0, kept), 'other'].join(';');
    cut.set(path, (cut.get(path) ?? 0) + value);
  }
  return [...cut].map(([stack, value]) => `${stack} ${value}`).sort();
}
