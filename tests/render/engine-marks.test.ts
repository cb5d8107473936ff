/** Search hits, hover and selection in a flamegraph. */
import { describe, expect, it } from 'vitest';
import { decode, gc, marshal, serve, serverTree, stage, treeOfRows } from './drawn.ts';

describe('search, hover, selection', () => {
  const search = (...hits: number[]) => ({
    hit: Uint8Array.from(serverTree.tree.func, (func) => Number(hits.includes(func))),
  });

  it('hits are yellow with an edge, the rest is faded', () => {
    const { engine, graph } = stage(serverTree);
    graph.forget();
    engine.show(search(2));
    engine.paintNow();
    expect(graph.rects.slice(1)).toEqual([
      { colour: 'root', x: 0, y: 0, width: 399, height: 19 },
      { colour: 'faded0', x: 0, y: 20, width: 319, height: 19 },
      { colour: 'faded5', x: 320, y: 20, width: 79, height: 19 },
      { colour: 'faded1', x: 0, y: 40, width: 239, height: 19 },
      { colour: 'faded4', x: 240, y: 40, width: 79, height: 19 },
      { colour: 'yellowEdge', x: 0, y: 60, width: 119, height: 19 },
      { colour: 'faded3', x: 120, y: 60, width: 79, height: 19 },
      { colour: 'yellow', x: 1, y: 61, width: 117, height: 17 },
    ]);
    expect(graph.texts.filter(({ colour }) => colour === 'onYellow').map(({ text }) => text)).toEqual([
      'json.',
      'Marshal',
    ]);
    engine.show({ hit: undefined });
    graph.forget();
    engine.paintNow();
    expect(graph.rects.some(({ colour }) => colour.startsWith('y') || colour.startsWith('faded'))).toBe(false);
  });

  it('a hit inside a merged run shows where it is, and is what the pointer finds', () => {
    const thin = {
      names: ['a', 'needle'],
      tree: treeOfRows([
        { depth: 0, func: -1, self: 0 },
        ...Array.from({ length: 4000 }, (_, i) => ({ depth: 1, func: Number(i === 1234), self: 1 })),
      ]),
    };
    const { engine, graph } = stage(thin);
    graph.forget();
    engine.show({ hit: Uint8Array.from({ length: 4001 }, (_, node) => Number(node === 1235)) });
    engine.paintNow();
    expect(graph.rects.filter(({ colour }) => colour === 'yellow')).toEqual([
      { colour: 'yellow', x: 123, y: 20, width: 1, height: 19 },
    ]);
    expect(engine.nodeAt(123.5, 25)).toBe(1235);
  });

  it('hover draws on the overlay, never on the graph', () => {
    const { engine, graph, overlay, told, frame } = stage(serverTree);
    graph.forget();
    overlay.forget();
    expect(engine.pointerMove(250, 50)).toBe(5);
    expect(engine.pointerMove(390, 50)).toBe(-1);
    expect(engine.pointerMove(130, 70)).toBe(decode);
    frame();
    expect(graph.calls).toEqual([]);
    expect(told).toEqual(['hover 5', 'hover -1', `hover ${decode}`]);
    expect(overlay.calls).toEqual([
      'clearRect 0 0 400 200',
      'fillRect hover 120 60 79 2',
      'fillRect hover 120 77 79 2',
      'fillRect hover 120 62 2 15',
      'fillRect hover 197 62 2 15',
    ]);
    engine.pointerLeave();
    frame();
    expect(overlay.rects).toEqual([]);
    expect(told.at(-1)).toBe('hover -1');
  });

  it('a picture that moves under the pointer changes the hovered node', () => {
    const { engine, told } = stage(serverTree);
    engine.pointerMove(390, 30);
    engine.setZoom(marshal);
    engine.paintNow();
    expect(told).toEqual([`hover ${gc}`, `hover ${serve}`]);
  });

  it('a selected function has outlines, and ticks where its boxes are merged', () => {
    const rows = [
      { depth: 0, func: -1, self: 0 },
      { depth: 1, func: 1, self: 4000 },
      ...Array.from({ length: 4000 }, (_, i) => ({ depth: 1, func: Number(i === 1234), self: 1 })),
    ];
    const { engine, overlay, graph } = stage({ names: ['a', 'wanted'], tree: treeOfRows(rows) });
    graph.forget();
    engine.show({ selectedFunction: 1 });
    engine.paintNow();
    expect(graph.calls).toEqual([]);
    expect(overlay.rects).toContainEqual({ colour: 'select', x: 262, y: 20, width: 1, height: 19 });
    expect(overlay.rects).toContainEqual({ colour: 'select', x: 0, y: 20, width: 199, height: 2 });
  });

  it('a function hovered elsewhere gets fine outlines, one selected node a strong one', () => {
    const { engine, overlay } = stage(serverTree);
    engine.setHoveredFunction(5);
    engine.show({ selectedNode: decode });
    engine.paintNow();
    expect(overlay.rects).toContainEqual({ colour: 'hover', x: 320, y: 20, width: 79, height: 1 });
    expect(overlay.rects).toContainEqual({ colour: 'select', x: 120, y: 60, width: 79, height: 2 });
  });

  it('another scene forgets what was said of nodes', () => {
    const { engine, overlay, graph } = stage(serverTree);
    engine.show({ selectedNode: gc });
    engine.show(search(2));
    engine.setCursor(gc);
    engine.paintNow();
    graph.forget();
    engine.show({ scene: undefined });
    engine.paintNow();
    expect(overlay.rects).toEqual([]);
    expect(graph.rects).toHaveLength(1);
  });
});
