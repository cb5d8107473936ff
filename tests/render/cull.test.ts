import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Boxes, hitBox, nodeBox, rootBox, runBox, tickBox } from '#render/flamegraph/boxes.ts';
import { cull } from '#render/flamegraph/cull.ts';
import { nodeUnder } from '#render/flamegraph/hit-test.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { changedPositions, cullChanges, cullMarks, markedPositions } from '#render/flamegraph/marks.ts';
import type { FlameView } from '#render/flamegraph/view.ts';
import { type NodeRow, treeOfRows } from './drawn.ts';

const FUNCTIONS = 6;

/** Random trees with heavy tails: most nodes of some are far thinner than a pixel. */
const trees = fc
  .array(
    fc.record({
      down: fc.nat(3),
      func: fc.nat(FUNCTIONS - 1),
      self: fc.oneof(fc.nat(3), fc.nat(1000), fc.double({ min: 0.001, max: 0.1, noNaN: true })),
    }),
    {
      minLength: 1,
      maxLength: 300,
    },
  )
  .map((steps) => {
    let depth = 0;
    const rows: NodeRow[] = [{ depth: 0, func: -1, self: 1 }];
    for (const { down, func, self } of steps) {
      // 0 goes deeper, the rest up to three rows back.
      depth = Math.max(1, depth + 1 - down);
      rows.push({ depth, func, self: self + 0.001 });
    }
    return treeOfRows(rows);
  });

const views = fc.record({
  width: fc.integer({ min: 5, max: 120 }),
  from: fc.double({ min: 0, max: 0.9, noNaN: true }),
  range: fc.double({ min: 0.001, max: 1, noNaN: true }),
});

function viewOf(whole: number, { width, from, range }: { width: number; from: number; range: number }): FlameView {
  const end = Math.min(1, from + range);
  return {
    from: from * whole,
    to: end * whole,
    width,
    height: 2000,
    ratio: 1,
    row: 20,
    scroll: 0,
    direction: 'icicle',
  };
}

/** Every node by the pixel rule, one by one: [start, end) in pixels, cut at the view. */
function naive(tree: ReturnType<typeof treeOfRows>, view: FlameView) {
  const layout = layoutTree(tree);
  const scale = view.width / (view.to - view.from);
  return Array.from(layout.nodes, (node, position) => {
    const x = (layout.left[position] - view.from) * scale;
    const width = layout.weight[node] * scale;
    return {
      node,
      row: tree.depth[node],
      x,
      width,
      start: Math.max(0, Math.round(x)),
      end: Math.min(view.width, Math.round(x + width)),
    };
  });
}

function culled(tree: ReturnType<typeof treeOfRows>, view: FlameView, hitFunctions?: Uint8Array) {
  const hit = hitFunctions && Uint8Array.from(tree.func, (func) => (func < 0 ? 0 : hitFunctions[func]));
  const layout = layoutTree(tree);
  const boxes = new Boxes(4);
  cull(tree, layout, view, { keys: Uint16Array.from(tree.func, (func) => Math.max(func, 0)), hit }, boxes);
  const marks = hit && markedPositions(layout, (node) => hit[node] === 1);
  if (marks) cullMarks(tree, layout, view, marks, boxes);
  const list = Array.from({ length: boxes.count }, (_, i) => ({
    start: boxes.start[i],
    end: boxes.end[i],
    row: boxes.row[i],
    node: layout.nodes[boxes.position[i]],
    kind: boxes.kind[i],
  }));
  return { layout, marks, list };
}

describe('the boxes of a view', () => {
  it('every node of a pixel and more is at its place', () => {
    fc.assert(
      fc.property(trees, views, (tree, asked) => {
        const view = viewOf(tree.total[0], asked);
        const { list } = culled(tree, view);
        const wide = naive(tree, view).filter(({ width, start, end }) => width >= 1 && start < end);
        const drawn = list.filter(({ kind }) => kind === nodeBox || kind === rootBox);
        const told = (box: { node: number; row: number; start: number; end: number }): string =>
          `${box.node} ${box.row} ${box.start} ${box.end}`;
        expect(drawn.map(told)).toEqual(wide.map(told));
      }),
    );
  });

  it('every pixel whose centre a node covers is covered, and no other but where thin nodes are', () => {
    fc.assert(
      fc.property(trees, views, (tree, asked) => {
        const view = viewOf(tree.total[0], asked);
        const { list } = culled(tree, view);
        const expected = new Set<string>();
        for (const { row, x: left, width, start, end } of naive(tree, view)) {
          if (width < 1 && Math.round(left) < 0) continue;
          const last = width >= 1 ? end : start + 1;
          for (let x = start; x < Math.min(last, view.width); x++) expected.add(`${row} ${x}`);
        }
        const found = new Set<string>();
        for (const { row, start, end } of list) for (let x = start; x < end; x++) found.add(`${row} ${x}`);
        expect([...found].toSorted()).toEqual([...expected].toSorted());
      }),
    );
  });

  it('nothing is drawn twice: boxes and runs of a row do not overlap', () => {
    fc.assert(
      fc.property(trees, views, (tree, asked) => {
        const { list } = culled(tree, viewOf(tree.total[0], asked));
        const overlapping = list.filter(
          (box, i) => i > 0 && list[i - 1].row === box.row && box.start < list[i - 1].end,
        );
        expect(overlapping).toEqual([]);
      }),
    );
  });

  it('a run has the colour of a thin node in it', () => {
    fc.assert(
      fc.property(trees, views, (tree, asked) => {
        const view = viewOf(tree.total[0], asked);
        const { list } = culled(tree, view);
        const places = naive(tree, view);
        for (const run of list.filter(({ kind }) => kind === runBox)) {
          const widest = places.find(({ node }) => node === run.node)!;
          expect(widest.width).toBeLessThan(1);
          expect(Math.round(widest.x)).toBeGreaterThanOrEqual(run.start);
          expect(Math.round(widest.x)).toBeLessThanOrEqual(run.end);
        }
      }),
    );
  });

  it('every hit shows: as a box of its own, or as a tick in its pixel', () => {
    fc.assert(
      fc.property(
        trees,
        views,
        fc.uint8Array({ minLength: FUNCTIONS, maxLength: FUNCTIONS, max: 1 }),
        (tree, asked, hit) => {
          const view = viewOf(tree.total[0], asked);
          const { list } = culled(tree, view, hit);
          const yellow = new Set<string>();
          for (const box of list) {
            if (box.kind !== hitBox && box.kind !== tickBox) continue;
            for (let x = box.start; x < box.end; x++) yellow.add(`${box.row} ${x}`);
          }
          const expected = new Set<string>();
          for (const { node, row, width, start, end, x } of naive(tree, view)) {
            if (
              node === 0 ||
              hit[tree.func[node]] !== 1 ||
              Math.round(x) >= view.width ||
              (width < 1 && Math.round(x) < 0)
            )
              continue;
            const last = width >= 1 ? end : start + 1;
            for (let px = start; px < last; px++) expected.add(`${row} ${px}`);
          }
          expect([...yellow].toSorted()).toEqual([...expected].toSorted());
        },
      ),
    );
  });

  it('every pixel with changes too thin to show has the strongest, in paint and under the pointer', () => {
    const strengths = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 3), { minLength: 301, maxLength: 301 });
    fc.assert(
      fc.property(trees, views, strengths, (tree, asked, strong) => {
        const view = viewOf(tree.total[0], asked);
        const layout = layoutTree(tree);
        const strength = Float32Array.from(strong);
        const changes = { positions: changedPositions(layout, strength), strength };
        const boxes = new Boxes(4);
        cullChanges(tree, layout, view, changes, Uint16Array.from(tree.func.keys()), boxes);
        const expected = new Map<string, number>();
        for (const { node, row, x, width } of naive(tree, view)) {
          const start = Math.round(x);
          if (node === 0 || width >= 1 || start < 0 || start >= view.width || strength[node] === 0) continue;
          const best = expected.get(`${row} ${start}`);
          if (best === undefined || strength[node] > strength[best]) expected.set(`${row} ${start}`, node);
        }
        const found = Array.from({ length: boxes.count }, (_, i) => i);
        expect(new Map(found.map((i) => [`${boxes.row[i]} ${boxes.start[i]}`, boxes.key[i]]))).toEqual(expected);
        for (const i of found)
          expect(nodeUnder(tree, layout, view, undefined, changes, boxes.start[i] + 0.5, boxes.row[i] * 20 + 10)).toBe(
            boxes.key[i],
          );
      }),
    );
  });

  it('the node under a pixel is the one that is painted there', () => {
    fc.assert(
      fc.property(
        trees,
        views,
        fc.option(fc.uint8Array({ minLength: FUNCTIONS, maxLength: FUNCTIONS, max: 1 }), { nil: undefined }),
        (tree, asked, hit) => {
          const view = viewOf(tree.total[0], asked);
          const { list, layout, marks } = culled(tree, view, hit);
          for (let row = 0; row <= tree.maxDepth; row++) {
            for (let x = 0; x < view.width; x++) {
              const node = nodeUnder(tree, layout, view, marks, undefined, x + 0.5, row * 20 + 10);
              const over = list.filter((box) => box.row === row && x >= box.start && x < box.end);
              const top = over.find(({ kind }) => kind === tickBox) ?? over[0];
              if (!top) expect(node).toBe(-1);
              else if (top.kind === runBox)
                expect(layout.weight[node] * (view.width / (view.to - view.from))).toBeLessThan(1);
              else if (top.kind === tickBox) expect(hit![tree.func[node]]).toBe(1);
              else expect(node).toBe(top.node);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
