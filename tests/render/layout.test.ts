import { expect, it } from 'vitest';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { type Drawn, drawnTree } from './drawn.ts';

/** Each row as `name left+width`, from left to right. */
function rowsOf({ tree, names }: Drawn): string[] {
  const { rowStart, nodes, left, weight } = layoutTree(tree);
  return Array.from({ length: tree.maxDepth + 1 }, (_, row) =>
    Array.from(
      nodes.subarray(rowStart[row], rowStart[row + 1]),
      (node, i) => `${names[tree.func[node]] ?? 'total'} ${left[rowStart[row] + i]}+${weight[node]}`,
    ).join(', '),
  );
}

it('callees are below their caller, from its left edge', () => {
  const drawn = drawnTree(`
    total
      main 1
        parse 2
          lex 3
        run 4
      gc 5`);
  expect(rowsOf(drawn)).toEqual(['total 0+15', 'main 0+10, gc 10+5', 'parse 0+5, run 5+4', 'lex 0+3']);
});

it('uses the totals as they are when nothing is negative', () => {
  const { tree } = drawnTree(`
    total
      main 1`);
  expect(layoutTree(tree).weight).toBe(tree.total);
});

it('negative selves are drawn as nothing, and callers still hold their callees', () => {
  const drawn = drawnTree(`
    total
      main -5
        read 10
        freed -3
          deep -1
      gc 5`);
  expect(rowsOf(drawn)).toEqual(['total 0+15', 'main 0+10, gc 10+5', 'read 0+10', '']);
});

it('nodes below a total that is not above zero are not drawn', () => {
  const drawn = drawnTree(`
    total
      main 200
        grow 1500
        shrink -500
          deep -200
      neg
        a -900
        b 400
      even -7
        c 7`);
  expect(rowsOf(drawn)).toEqual(['total 0+1700', 'main 0+1700', 'grow 0+1500', '']);
});

it('a whole that is not above zero has the root alone', () => {
  const drawn = drawnTree(`
    total
      freed -9
      grown 5`);
  expect(rowsOf(drawn)).toEqual(['total 0+0', '']);
});

it('a lone root without a value has a place', () => {
  const drawn = drawnTree('total');
  expect(rowsOf(drawn)).toEqual(['total 0+0']);
});
