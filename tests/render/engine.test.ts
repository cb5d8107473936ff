/** Boxes and labels of a flamegraph, and how little is drawn. */
import { describe, expect, it } from 'vitest';
import { cutColourKey } from '#render/palette.ts';
import { drawnTree, gc, handle, serverTree, stage, theme, treeOfRows } from './drawn.ts';

describe('boxes and labels', () => {
  it('paints one rectangle a box, gaps between, then what fits of the names', () => {
    const { graph } = stage(serverTree);
    expect(graph.calls).toEqual([
      'fillRect ground 0 0 400 200',
      'fillRect root 0 0 399 19',
      'fillRect fill0 0 20 319 19',
      'fillRect fill5 320 20 79 19',
      'fillRect fill1 0 40 239 19',
      'fillRect fill4 240 40 79 19',
      'fillRect fill2 0 60 119 19',
      'fillRect fill3 120 60 79 19',
      'fillText rootInk "total · 3.90 core-h" 4 14',
      'fillText inkDim "http." 4 34',
      'fillText inkDim "runtime." 324 34',
      'fillText inkDim "main." 4 54',
      'fillText inkDim "net." 244 54',
      'fillText inkDim "json." 4 74',
      'fillText inkDim "json." 124 74',
      'fillText ink "(*conn).serve" 34 34',
      'fillText ink "gc" 372 34',
      'fillText ink "handle" 34 54',
      'fillText ink "Read" 268 54',
      'fillText ink "Marshal" 34 74',
      'fillText ink "Decode" 154 74',
      'fillText inkDim "80.0 %" 282 34',
      'fillText inkDim "60.0 %" 202 54',
    ]);
  });

  it('hatches what a source cut away, whatever is searched', () => {
    const { engine, graph } = stage(
      drawnTree(`
      total
        main 60
        other 40`),
    );
    engine.show({ colours: Uint16Array.of(0, 0, cutColourKey) });
    for (const marks of [undefined, { hit: Uint8Array.from([0, 1, 0]) }]) {
      graph.forget();
      engine.show({ hit: marks?.hit });
      engine.paintNow();
      expect(graph.colourAt(300, 30)).toBe('cutHatch');
      expect(graph.calls).toContain('fillText ink71 "other" 244 34');
    }
  });

  it('puts the root at the bottom as a flame', () => {
    const { engine, graph } = stage(serverTree);
    graph.forget();
    engine.setDirection('flame');
    engine.paintNow();
    expect(graph.colourAt(10, 190)).toBe('root');
    expect(graph.colourAt(10, 170)).toBe('fill0');
    expect(engine.nodeAt(10, 150)).toBe(handle);
    expect(engine.nodeAt(10, 10)).toBe(-1);
  });

  it.each([1, 1.5, 2, 2.625])('edges are whole pixels at a ratio of %d', (ratio) => {
    const { graph, engine } = stage(serverTree, { widthCss: 333, ratio });
    for (const { x, y, width, height } of graph.rects)
      for (const edge of [x, y, width, height]) expect(edge).toBe(Math.round(edge));
    const box = engine.boxOf(gc)!;
    expect(engine.nodeAt(box.x + box.width / 2, box.y + box.height / 2)).toBe(gc);
  });

  it('draws dense rows when asked', () => {
    const { engine, graph } = stage(serverTree);
    engine.setRowHeight(16);
    engine.paintNow();
    graph.forget();
    engine.show({ colours: new Uint16Array(7) });
    engine.paintNow();
    expect(graph.rects).toContainEqual({ colour: 'fill0', x: 0, y: 16, width: 319, height: 15 });
    expect(graph.texts).toContainEqual(expect.objectContaining({ text: '(*conn).serve', y: 28 }));
  });

  it('an empty profile shows its root', () => {
    const { graph, engine } = stage(drawnTree('total'));
    expect(graph.calls).toEqual([
      'fillRect ground 0 0 400 200',
      'fillRect root 0 0 399 19',
      'fillText rootInk "total · 3.90 core-h" 4 14',
    ]);
    expect(engine.nodeAt(5, 5)).toBe(0);
    expect(engine.nodeAt(5, 25)).toBe(-1);
  });

  it('without a scene there is the ground alone', () => {
    const { engine, graph } = stage(serverTree);
    graph.forget();
    engine.show({ scene: undefined });
    engine.paintNow();
    expect(graph.calls).toEqual(['fillRect ground 0 0 400 200']);
    expect(engine.nodeAt(5, 25)).toBe(-1);
  });

  it('measures each glyph of a font once', () => {
    const { engine, graph } = stage(serverTree);
    const { measured } = graph;
    expect(measured).toBeLessThan(80);
    engine.setZoom(handle);
    engine.paintNow();
    engine.setZoom(0);
    engine.paintNow();
    expect(graph.measured).toBeLessThan(measured + 10);
  });
});

describe('strengths of changes', () => {
  it('a tree of depth 100 000 draws only the rows in view', () => {
    const rows = Array.from({ length: 100_001 }, (_, depth) => ({
      depth,
      func: depth === 0 ? -1 : 0,
      self: depth === 100_000 ? 1 : 0,
    }));
    const { engine, painted } = stage({ names: ['f'], tree: treeOfRows(rows) });
    expect(painted.at(-1)!.boxes).toBe(10);
    engine.setZoom(100_000);
    engine.paintNow();
    expect(painted.at(-1)!.boxes).toBeLessThanOrEqual(11);
    expect(engine.boxOf(100_000)).toEqual({ x: 0, y: 180, width: 400, height: 19 });
    expect(engine.scrollRange().contentCss).toBe(2_000_020);
  });

  it('nothing is asked of the next frame when nothing changed', () => {
    const { engine, frame } = stage(serverTree);
    engine.setHoveredFunction(-1);
    engine.show({ selectedNode: -1 });
    expect(frame()).toBe(false);
  });

  it('after dispose it stops drawing', () => {
    const { engine, graph, frame } = stage(serverTree);
    graph.forget();
    engine.dispose();
    engine.setTheme(theme);
    engine.paintNow();
    expect(frame()).toBe(false);
    expect(graph.calls).toEqual([]);
  });
});
