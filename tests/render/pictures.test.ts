import { expect, it } from 'vitest';
import { paintWhole } from '#render/flamegraph/paint-whole.ts';
import { flamegraphSvg } from '#render/flamegraph/svg.ts';
import { goneColourKey, quietColourKey, quietNewColourKey } from '#render/palette.ts';
import { RecordingPainter } from '../support/recording-painter.ts';
import { drawnTree, sceneOf, stage, theme, treeOfRows } from './drawn.ts';

const drawn = drawnTree(`
  total
    main.<run> 10
      json."&"Marshal 30
    runtime.gc 20`);
const options = {
  widthCss: 600,
  zoomNode: 0,
  direction: 'icicle',
  rowHeightCss: 20,
  colours: Uint16Array.of(0, 0, 1, 2),
} as const;

it('a whole picture has the rectangles of the view', () => {
  const whole = new RecordingPainter();
  paintWhole(whole.canvas, sceneOf(drawn), theme, { ...options, ratio: 1, rows: 3 });
  const { graph } = stage(drawn, { widthCss: 600, heightCss: 60 });
  expect(whole.calls).toEqual(graph.calls);
});

it('rows past the asked ones are left out', () => {
  const whole = new RecordingPainter();
  paintWhole(whole.canvas, sceneOf(drawn), theme, { ...options, ratio: 2, rows: 2 });
  expect(whole.rects[0]).toEqual({ colour: 'ground', x: 0, y: 0, width: 1200, height: 80 });
  expect(whole.rects.some(({ colour }) => colour === 'fill1')).toBe(false);
});

it('the SVG says the same, escaped', () => {
  const svg = flamegraphSvg(sceneOf(drawn), theme, {
    ...options,
    title: 'cpu <1>',
    linkText: 'http://host/?a=1&b="2"',
  });
  expect(svg).toMatch(/^<svg xmlns/);
  expect(svg).toContain('<title>cpu &#60;1&#62;</title>');
  expect(svg).toContain('http://host/?a=1&#38;b=&#34;2&#34;');
  expect(svg).toContain(
    '<rect x="0" y="20" width="399" height="19" fill="fill0"><title>main.&#60;run&#62;, 66.7 %</title></rect>',
  );
  expect(svg).toContain('height="112"');
  expect(svg).not.toMatch(/<script|href|&(?!#\d+;)/);
});

it('the SVG merges boxes thinner than half a px, and is valid XML', () => {
  const rows = [
    { depth: 0, func: -1, self: 0 },
    ...Array.from({ length: 50_000 }, (_, i) => ({ depth: 1, func: i % 2, self: 1 })),
  ];
  const scene = sceneOf({ names: ['a\u0000\uD800\u202E', 'b'], tree: treeOfRows(rows) });
  const svg = flamegraphSvg({ ...scene, rootLabel: 'total\u0007' }, theme, {
    ...options,
    title: 't\u0001',
    linkText: '',
  });
  expect(svg.match(/<rect/g)!.length).toBeLessThan(250);
  // oxlint-disable-next-line no-control-regex
  expect(svg).not.toMatch(/[\u0000-\u0008\uD800\u202E]/);
});

it('the SVG of a difference has its hatches and edges', () => {
  const colours = Uint16Array.of(0, goneColourKey, quietNewColourKey, quietColourKey);
  const svg = flamegraphSvg(sceneOf(drawn), theme, { ...options, colours, title: '', linkText: '' });
  expect(svg.match(/<pattern /g)).toHaveLength(2);
  expect(svg).toContain(
    `<rect x="0.5" y="20.5" width="398" height="18" fill="url(#hatch${goneColourKey})" stroke="goneEdge" stroke-dasharray="3 2">`,
  );
  expect(svg).toContain(
    `<rect x="0.5" y="40.5" width="298" height="18" fill="url(#hatch${quietNewColourKey})" stroke="quietEdge">`,
  );
  expect(svg).toContain(`height="19" fill="fill${quietColourKey}"`);
  expect(svg).toContain(`style="fill:ink${goneColourKey}"`);
});

it('zoomed, the SVG has the rows below the node and its callers', () => {
  const svg = flamegraphSvg(sceneOf(drawn), theme, { ...options, zoomNode: 3, title: '', linkText: '' });
  expect(svg).toContain('<rect x="0" y="20" width="599" height="19" fill="fill2">');
  expect(svg).not.toContain('fill1');
});
