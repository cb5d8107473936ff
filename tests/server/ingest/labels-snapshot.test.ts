/** The labels beside a flight recording: few bytes may stand for long texts in many contexts. */

import { describe, expect, it } from 'vitest';
import { readLabelsSnapshot } from '#server/ingest/labels-snapshot.ts';
import { encodeMessage, type Field, message } from '../../support/pprof-message.ts';

const textOf = (number: number, text: string): Field => [2, message([1, number], [2, text])];
/** @param pairs numbers of names and values */
const contextOf = (id: number, pairs: readonly (readonly [number, number])[]): Field => [
  1,
  message([1, id], [2, message(...pairs.map(([name, value]): Field => [1, message([1, name], [2, value])]))]),
];

describe('labels of contexts', () => {
  it('are one list for all contexts of the same labels, whatever the numbers and the order of their texts', () => {
    const texts = ['pod', 'a', 'route', '/cart', 'pod', 'a'].map((text, i) => textOf(i + 1, text));
    const { contexts } = readLabelsSnapshot(
      encodeMessage({
        fields: [
          ...texts,
          contextOf(1, [
            [1, 2],
            [3, 4],
          ]),
          contextOf(2, [
            [3, 4],
            [5, 6],
          ]),
          contextOf(3, [[1, 4]]),
        ],
      }),
    );
    expect(contexts.get(1)).toEqual([
      ['pod', 'a'],
      ['route', '/cart'],
    ]);
    expect(contexts.get(2)).toBe(contexts.get(1));
    expect(contexts.get(3)).toEqual([['pod', '/cart']]);
  });

  it('of long texts are read once, in however many contexts they stand', () => {
    const pairs = Array.from({ length: 100 }, () => [1, 1] as const);
    const many = Array.from({ length: 200 }, (_, i) => contextOf(i + 1, pairs));
    const { contexts } = readLabelsSnapshot(encodeMessage({ fields: [textOf(1, 'x'.repeat(100_000)), ...many] }));
    expect(contexts.size).toBe(200);
    expect(new Set(contexts.values()).size).toBe(1);
  });

  it('of too many characters are refused', () => {
    const pairs = Array.from({ length: 100 }, () => [1, 1] as const);
    const fields = [textOf(1, 'x'.repeat(6_000_000)), contextOf(1, pairs)];
    expect(() => readLabelsSnapshot(encodeMessage({ fields }))).toThrow('characters in all contexts');
  });
});
