/** Zoom, pan and scroll of a flamegraph. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, gc, handle, marshal, serve, serverTree, stage } from './drawn.ts';

describe('zoom, pan, scroll', () => {
  it('a zoomed node fills the width under its callers', () => {
    const { engine, graph } = stage(serverTree);
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
    const { engine } = stage(serverTree);
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
    const { engine } = stage(serverTree);
    expect(engine.panBy(-50, 0)).toBe(false);
    engine.setZoom(decode);
    expect(engine.panBy(-200, 0)).toBe(true);
    expect(engine.visibleRange()).toEqual({ from: 40, to: 60 });
    engine.panBy(-99_999, 0);
    expect(engine.visibleRange()).toEqual({ from: 80, to: 100 });
  });

  it('reports once where the camera came to rest', () => {
    const { engine, told, frame } = stage(serverTree);
    engine.wheel({ xCss: 0, yCss: 30, deltaXCss: 0, deltaYCss: -35, zoom: true });
    while (frame());
    expect(told).toEqual([`rest ${serve}`]);
    engine.panBy(0, -20);
    while (frame());
    expect(told).toHaveLength(1);
  });

  it('scrolls rows in both directions of drawing, clamped', () => {
    const { engine } = stage(serverTree, { heightCss: 50 });
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
    const { engine, overlay } = stage(serverTree, { heightCss: 50 });
    engine.setZoom(gc);
    engine.setCursor(marshal);
    engine.paintNow();
    expect(engine.boxOf(marshal)).toBeDefined();
    expect(overlay.rects.map(({ colour }) => colour)).toContain('focus');
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
        const { engine } = stage(serverTree, { heightCss: 50 });
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
