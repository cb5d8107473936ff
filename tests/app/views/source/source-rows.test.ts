import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sourceRows } from '#app/views/source/source-rows.ts';

/** `7` costs something, `.8` is code around it, `9-20` a gap. */
function drawn(lines: number[], codeLength: number, unfolded: number[] = []): string {
  return sourceRows(lines, codeLength, new Set(unfolded))
    .map((row) => (row.kind === 'gap' ? `${row.from}-${row.to}` : row.entry < 0 ? `.${row.line}` : String(row.line)))
    .join(' ');
}

it.each([
  ['without code only lines that cost something', [3, 40], 0, [], '3 40'],
  [
    'code around, and gaps',
    [10, 30],
    40,
    [],
    '1-5 .6 .7 .8 .9 10 .11 .12 .13 .14 15-25 .26 .27 .28 .29 30 .31 .32 .33 .34 35-40',
  ],
  ['an opened gap', [10], 20, [1], '.1 .2 .3 .4 .5 .6 .7 .8 .9 10 .11 .12 .13 .14 15-20'],
  ['no gap of a line or two', [5], 11, [], '.1 .2 .3 .4 5 .6 .7 .8 .9 .10 .11'],
  ['code that is older than the profile', [2, 50], 3, [], '.1 2 .3 50'],
])('%s', (_, lines, codeLength, unfolded, wanted) => {
  expect(drawn(lines, codeLength, unfolded)).toBe(wanted);
});

it('has each line of the code once, in order, followed by further lines with a cost', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 60 }),
      (found, codeLength) => {
        const lines = found.sort((a, b) => a - b);
        const all = sourceRows(lines, codeLength, new Set()).flatMap((row) =>
          row.kind === 'line' ? [row.line] : Array.from({ length: row.to - row.from + 1 }, (_, i) => row.from + i),
        );
        const code = Array.from({ length: codeLength }, (_, i) => i + 1);
        expect(all).toEqual([...code, ...lines.filter((line) => line > codeLength)]);
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});
