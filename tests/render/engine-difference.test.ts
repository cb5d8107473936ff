/** The picture of a difference: edges, hatches, dashes, and changes thinner than a pixel. */
import { describe, expect, it } from 'vitest';
import { changeColourKey, goneColourKey, newColourKey, quietColourKey, quietNewColourKey } from '#render/palette.ts';
import { drawnTree, stage, treeOfRows } from './drawn.ts';

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
