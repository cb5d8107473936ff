import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeColourKey,
  cutColourKey,
  goneColourKey,
  newColourKey,
  quietColourKey,
  quietNewColourKey,
} from '#render/palette.ts';
import { treeOfRows, drawnTree, stage, theme } from './drawn.ts';

const server = drawnTree(`
  total
    http.(*conn).serve 0
      main.handle 10
        json.Marshal 30
        json.Decode 20
      net.Read 20
    runtime.gc 20`);
const [serve, handle, marshal, decode, , gc] = [1, 2, 3, 4, 5, 6];

describe('boxes and labels', () => {
  it('paints one rectangle a box, gaps between, then what fits of the names', () => {
    const { graph } = stage(server);
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
    const { engine, graph } = stage(server);
    graph.forget();
    engine.setDirection('flame');
    engine.paintNow();
    expect(graph.colourAt(10, 190)).toBe('root');
    expect(graph.colourAt(10, 170)).toBe('fill0');
    expect(engine.nodeAt(10, 150)).toBe(handle);
    expect(engine.nodeAt(10, 10)).toBe(-1);
  });

  it.each([1, 1.5, 2, 2.625])('edges are whole pixels at a ratio of %d', (ratio) => {
    const { graph, engine } = stage(server, { widthCss: 333, ratio });
    for (const { x, y, width, height } of graph.rects)
      for (const edge of [x, y, width, height]) expect(edge).toBe(Math.round(edge));
    const box = engine.boxOf(gc)!;
    expect(engine.nodeAt(box.x + box.width / 2, box.y + box.height / 2)).toBe(gc);
  });

  it('draws dense rows when asked', () => {
    const { engine, graph } = stage(server);
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
    const { engine, graph } = stage(server);
    graph.forget();
    engine.show({ scene: undefined });
    engine.paintNow();
    expect(graph.calls).toEqual(['fillRect ground 0 0 400 200']);
    expect(engine.nodeAt(5, 25)).toBe(-1);
  });

  it('measures each glyph of a font once', () => {
    const { engine, graph } = stage(server);
    const { measured } = graph;
    expect(measured).toBeLessThan(80);
    engine.setZoom(handle);
    engine.paintNow();
    engine.setZoom(0);
    engine.paintNow();
    expect(graph.measured).toBeLessThan(measured + 10);
  });
});

describe('a difference', () => {
  const quiet = quietColourKey;

  it('boxes that are wide enough have an edge, hatches and dashes; thin ones the plain colour', () => {
    const { engine, graph } = stage(
      drawnTree(`
      total
        kept 200
        gone 194
        thin 3
        less 3`),
    );
    graph.forget();
    engine.show({ colours: Uint16Array.of(0, quietNewColourKey, goneColourKey, goneColourKey, quietNewColourKey) });
    engine.paintNow();
    expect(graph.rects.slice(2)).toEqual([
      { colour: 'quietEdge', x: 0, y: 20, width: 199, height: 19 },
      { colour: 'goneEdge', x: 200, y: 20, width: 193, height: 19 },
      { colour: `fill${goneColourKey}`, x: 394, y: 20, width: 2, height: 19 },
      { colour: `fill${quietNewColourKey}`, x: 397, y: 20, width: 2, height: 19 },
      { colour: 'quietHatch', x: 1, y: 21, width: 197, height: 17 },
      { colour: 'dashes', x: 200, y: 20, width: 193, height: 19 },
      { colour: 'goneHatch', x: 201, y: 21, width: 191, height: 17 },
    ]);
    expect(graph.texts.map(({ text, colour }) => `${text} ${colour}`)).toEqual(
      expect.arrayContaining([
        `kept ink${quietNewColourKey}`,
        `gone ink${goneColourKey}`,
        `48.5 % ink${goneColourKey}`,
      ]),
    );
  });

  it('hits keep their colour within an edge, the rest fades in its own colours and hatches', () => {
    const { engine, graph } = stage(
      drawnTree(`
      total
        wanted 160
        other 116
        gone 120
        wanted 4`),
    );
    const more = changeColourKey(0.5);
    engine.show({ colours: Uint16Array.of(0, more, more, goneColourKey, more), keepsHits: true });
    graph.forget();
    engine.show({ hit: Uint8Array.of(0, 1, 0, 0, 1) });
    engine.paintNow();
    expect(graph.rects.slice(2)).toEqual([
      { colour: 'yellowEdge', x: 0, y: 20, width: 159, height: 19 },
      { colour: `faded${more}`, x: 160, y: 20, width: 115, height: 19 },
      { colour: 'goneEdgeFaded', x: 276, y: 20, width: 119, height: 19 },
      { colour: 'yellowEdge', x: 396, y: 20, width: 3, height: 19 },
      { colour: `fill${more}`, x: 2, y: 22, width: 155, height: 15 },
      { colour: `fill${more}`, x: 396, y: 22, width: 3, height: 15 },
      { colour: 'dashesFaded', x: 276, y: 20, width: 119, height: 19 },
      { colour: 'goneHatchFaded', x: 277, y: 21, width: 117, height: 17 },
    ]);
    expect(graph.texts).toContainEqual(expect.objectContaining({ text: 'wanted', colour: `ink${more}` }));
    expect(graph.texts).toContainEqual(expect.objectContaining({ text: 'other', colour: 'inkFaded' }));
  });

  it('the strongest change of a pixel shows in a run and is what the pointer finds, under a hit', () => {
    const rows = [
      { depth: 0, func: -1, self: 0 },
      ...Array.from({ length: 4000 }, (_, i) => ({ depth: 1, func: Number(i === 1233), self: 1 })),
    ];
    const { engine, graph } = stage({ names: ['a', 'needle'], tree: treeOfRows(rows) });
    const [weak, strong] = [1231, 1232].map((i) => i + 1);
    const strength = new Float32Array(4001);
    strength[weak] = 1;
    strength[strong] = 2;
    const keys = new Uint16Array(4001).fill(quiet);
    keys[weak] = changeColourKey(-1);
    keys[strong] = newColourKey;
    engine.show({ colours: keys, keepsHits: true });
    engine.show({ changes: strength });
    engine.paintNow();
    expect(graph.colourAt(123, 25)).toBe(`fill${newColourKey}`);
    expect(graph.colourAt(122, 25)).toBe(`fill${quiet}`);
    expect(engine.nodeAt(123.5, 25)).toBe(strong);
    engine.show({ hit: Uint8Array.from({ length: 4001 }, (_, node) => Number(node === 1234)) });
    engine.paintNow();
    expect(graph.colourAt(123, 25)).toBe('yellow');
    expect(engine.nodeAt(123.5, 25)).toBe(1234);
    engine.show({ hit: undefined });
    engine.show({ changes: undefined });
    engine.paintNow();
    expect(graph.colourAt(123, 25)).toBe(`fill${quiet}`);
  });
});

describe('zoom, pan, scroll', () => {
  it('a zoomed node fills the width under its callers', () => {
    const { engine, graph } = stage(server);
    graph.forget();
    engine.setZoom(handle);
    engine.paintNow();
    expect(graph.rects).toEqual(
      expect.arrayContaining([
        { colour: 'root', x: 0, y: 0, width: 399, height: 19 },
        { colour: 'fill0', x: 0, y: 20, width: 399, height: 19 },
        { colour: 'fill1', x: 0, y: 40, width: 399, height: 19 },
        { colour: 'fill2', x: 0, y: 60, width: 199, height: 19 },
      ]),
    );
    expect(graph.rects.some(({ colour }) => colour === 'fill5')).toBe(false);
    expect(engine.visibleRange()).toEqual({ from: 0, to: 60 });
  });

  it('zooms at the pointer, whose node stays under it', () => {
    const { engine } = stage(server);
    const at = 300;
    const before = (at / 400) * 100;
    expect(engine.wheel({ xCss: at, yCss: 30, deltaXCss: 0, deltaYCss: -30, zoom: true })).toBe(true);
    const { from, to } = engine.visibleRange();
    expect(to - from).toBeCloseTo(100 * Math.exp(-0.3));
    expect(from + (at / 400) * (to - from)).toBeCloseTo(before);
    expect(engine.wheel({ xCss: at, yCss: 30, deltaXCss: 0, deltaYCss: 4000, zoom: true })).toBe(true);
    expect(engine.visibleRange()).toEqual({ from: 0, to: 100 });
    expect(engine.wheel({ xCss: at, yCss: 30, deltaXCss: 0, deltaYCss: 40, zoom: true })).toBe(false);
  });

  it('pans inside the whole and no further', () => {
    const { engine } = stage(server);
    expect(engine.panBy(-50, 0)).toBe(false);
    engine.setZoom(decode);
    expect(engine.panBy(-200, 0)).toBe(true);
    expect(engine.visibleRange()).toEqual({ from: 40, to: 60 });
    engine.panBy(-99_999, 0);
    expect(engine.visibleRange()).toEqual({ from: 80, to: 100 });
  });

  it('reports once where the camera came to rest', () => {
    const { engine, told, frame } = stage(server);
    engine.wheel({ xCss: 0, yCss: 30, deltaXCss: 0, deltaYCss: -35, zoom: true });
    while (frame());
    expect(told).toEqual([`rest ${serve}`]);
    engine.panBy(0, -20);
    while (frame());
    expect(told).toHaveLength(1);
  });

  it('scrolls rows in both directions of drawing, clamped', () => {
    const { engine } = stage(server, { heightCss: 50 });
    expect(engine.scrollRange()).toEqual({ topCss: 0, contentCss: 80 });
    expect(engine.wheel({ xCss: 5, yCss: 5, deltaXCss: 0, deltaYCss: 25, zoom: false })).toBe(true);
    expect(engine.scrollRange().topCss).toBe(25);
    expect(engine.nodeAt(5, 20)).toBe(handle);
    engine.wheel({ xCss: 5, yCss: 5, deltaXCss: 0, deltaYCss: 500, zoom: false });
    expect(engine.scrollRange().topCss).toBe(30);
    expect(engine.wheel({ xCss: 5, yCss: 5, deltaXCss: 0, deltaYCss: 5, zoom: false })).toBe(false);
    engine.scrollTo(0);
    engine.setDirection('flame');
    expect(engine.scrollRange().topCss).toBe(30);
    engine.scrollTo(0);
    expect(engine.nodeAt(5, 5)).toBe(marshal);
  });

  it('brings the keyboard focus into view', () => {
    const { engine, overlay } = stage(server, { heightCss: 50 });
    engine.setZoom(gc);
    engine.setCursor(marshal);
    engine.paintNow();
    expect(engine.boxOf(marshal)).toBeDefined();
    expect(overlay.rects.map(({ colour }) => colour)).toContain('focus');
  });
});

describe('search, hover, selection', () => {
  const search = (...hits: number[]) => ({
    hit: Uint8Array.from(server.tree.func, (func) => Number(hits.includes(func))),
  });

  it('hits are yellow with an edge, the rest is faded', () => {
    const { engine, graph } = stage(server);
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
    const { engine, graph, overlay, told, frame } = stage(server);
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
    const { engine, told } = stage(server);
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
    const { engine, overlay } = stage(server);
    engine.setHoveredFunction(5);
    engine.show({ selectedNode: decode });
    engine.paintNow();
    expect(overlay.rects).toContainEqual({ colour: 'hover', x: 320, y: 20, width: 79, height: 1 });
    expect(overlay.rects).toContainEqual({ colour: 'select', x: 120, y: 60, width: 79, height: 2 });
  });

  it('another scene forgets what was said of nodes', () => {
    const { engine, overlay, graph } = stage(server);
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
    const { engine, frame } = stage(server);
    engine.setHoveredFunction(-1);
    engine.show({ selectedNode: -1 });
    expect(frame()).toBe(false);
  });

  it('after dispose it stops drawing', () => {
    const { engine, graph, frame } = stage(server);
    graph.forget();
    engine.dispose();
    engine.setTheme(theme);
    engine.paintNow();
    expect(frame()).toBe(false);
    expect(graph.calls).toEqual([]);
  });

  it('never leaves the whole, however it is moved', () => {
    const moves = fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constant('zoom' as const),
          a: fc.integer({ min: -400, max: 400 }),
          b: fc.integer({ min: 0, max: 400 }),
        }),
        fc.record({
          kind: fc.constant('pan' as const),
          a: fc.integer({ min: -500, max: 500 }),
          b: fc.integer({ min: -500, max: 500 }),
        }),
        fc.record({ kind: fc.constant('node' as const), a: fc.integer({ min: 0, max: 6 }), b: fc.constant(0) }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(moves, (list) => {
        const { engine } = stage(server, { heightCss: 50 });
        for (const { kind, a, b } of list) {
          if (kind === 'zoom') engine.wheel({ xCss: b, yCss: 0, deltaXCss: 0, deltaYCss: a, zoom: true });
          else if (kind === 'pan') engine.panBy(a, b);
          else engine.setZoom(a);
          const { from, to } = engine.visibleRange();
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(100 + 1e-9);
          expect(to).toBeGreaterThan(from);
          const { topCss, contentCss } = engine.scrollRange();
          expect(topCss).toBeGreaterThanOrEqual(0);
          expect(topCss).toBeLessThanOrEqual(Math.max(30, contentCss));
        }
      }),
    );
  });
});
