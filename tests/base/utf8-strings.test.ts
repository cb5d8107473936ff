import { describe, expect, it } from 'vitest';
import { Utf8Strings } from '#base/utf8-strings.ts';

/** Texts as a table of strings has them: each behind its tag and its length. */
function tableOf(texts: readonly (string | readonly number[])[], between: readonly number[] = []): Utf8Strings {
  const bytes: number[] = [];
  const spans: [number, number][] = [];
  for (const text of texts) {
    const encoded = typeof text === 'string' ? [...new TextEncoder().encode(text)] : text;
    bytes.push(...between, 0x32, encoded.length & 0x7f);
    spans.push([bytes.length, bytes.length + encoded.length]);
    bytes.push(...encoded);
  }
  const strings = new Utf8Strings(Uint8Array.from(bytes));
  for (const [start, end] of spans) strings.pushSpan(start, end);
  return strings;
}

describe('a piece of all texts is the text itself', () => {
  it.each([
    ['ASCII', ['', 'main.main', 'runtime.mallocgc', ''], []],
    ['characters of several bytes', ['main', 'größe', '処理', '🔥', 'end'], []],
    ['a byte order mark', ['\ufeffmain', 'end'], []],
    ['bytes that are not UTF-8', [[0x61, 0xff, 0x62], 'end'], []],
    ['a character that is cut before the next text', [[0x61, 0xc3], 'b', [0xe2, 0x82], 'end'], []],
    ['a cut character before a byte that would complete it', [[0x61, 0xc3], 'b'], [0x82, 0x01]],
    ['nothing', ['', ''], []],
    ['long texts', ['a'.repeat(5000), '', 'ä'.repeat(5000), 'end'], []],
    ['texts far apart', ['a', 'b', 'c'], Array<number>(100).fill(0x41)],
  ] as const)('%s', (_, texts, between) => {
    const whole = tableOf(texts, between);
    const pieces = tableOf(texts, between);
    const numbers = texts.map((_text, i) => i);
    expect(numbers.map((i) => pieces.piece(i))).toEqual(numbers.map((i) => whole.text(i)));
  });
});
