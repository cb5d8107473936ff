import { describe, expect, it } from 'vitest';
import { fitLabel, measureLabel } from '#render/flamegraph/label-fit.ts';
import { GlyphWidths, readable } from '#render/text.ts';
import { stage, treeOfRows } from './drawn.ts';

/** Each glyph is one wide. */
const widths = new GlyphWidths(() => 1);
const parts = { prefix: 'http.', middle: '(*conn).', bare: 'serve' };

function shownIn(room: number, label = parts): string {
  const fitted = { prefix: '', prefixWidth: 0, text: '', width: 0 };
  fitLabel(measureLabel(label, widths), room, widths, fitted);
  return `${fitted.prefix}|${fitted.text}`;
}

describe('the ladder', () => {
  it.each([
    [18, 'http.|(*conn).serve'],
    [17, '|(*conn).serve'],
    [13, '|(*conn).serve'],
    [12, '|serve'],
    [5, '|serve'],
    [4, '|'],
  ])('in a room of %d: %s', (room, shown) => {
    expect(shownIn(room)).toBe(shown);
  });

  it('cuts with an ellipsis and at least four letters', () => {
    const label = { prefix: '', middle: '', bare: 'Marshalling' };
    expect([11, 10, 5, 4].map((room) => shownIn(room, label))).toEqual(['|Marshalling', '|Marshalli…', '|Mars…', '|']);
  });

  it('does not cut a letter of two code units in half', () => {
    expect(shownIn(6, { prefix: '', middle: '', bare: 'a😀b😀c😀d' })).toBe('|a😀b😀c…');
  });
});

/** One box of this width with this name. */
function textsOf(name: string, widthCss: number): string[] {
  const { graph } = stage(
    {
      names: [name],
      tree: treeOfRows([
        { depth: 0, func: -1, self: 0 },
        { depth: 1, func: 0, self: 1 },
      ]),
    },
    { widthCss },
  );
  return graph.texts.filter(({ y }) => y === 34).map(({ text }) => text);
}

it('no label in less than 22 px of room', () => {
  expect(textsOf('main', 22 + 8 + 1)).toEqual([]);
  expect(textsOf('main', 24 + 8 + 1)).toEqual(['main']);
});

it('the share needs 24 px between', () => {
  // 4 characters of 6 px, 7 of 5.5 px, padding and gap
  const least = 24 + 24 + 38.5 + 8 + 1;
  expect(textsOf('main', Math.ceil(least))).toEqual(['main', '100.0 %']);
  expect(textsOf('main', Math.floor(least))).toEqual(['main']);
});

describe('hostile names', () => {
  it('controls, line ends and overrides of direction become a mark', () => {
    expect(readable('a\u0000b\nc\u202Ed\u2066e\u2069f\u200Fg\u2028h\uD800i')).toBe('a�b�c�d�e�f�g�h�i');
  });

  it('letters of all scripts stay', () => {
    for (const name of ['größe', '函数', 'פונקציה', 'दस्तावेज़', '😀']) expect(readable(name)).toBe(name);
  });

  it('piles of marks are cut down', () => {
    expect(readable(`a${'\u0301'.repeat(300)}b`)).toBe('a\u0301\u0301b');
  });

  it('a name of a mebibyte is cut, and only its beginning is looked at', () => {
    const [text = ''] = textsOf('x'.repeat(1 << 20), 5000);
    expect(text).toMatch(/^x{399,400}…$/);
  });

  it('a name without letters draws nothing', () => {
    expect(textsOf('', 300)).toEqual([]);
  });
});
