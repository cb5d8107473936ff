import { expect, it } from 'vitest';
import { sidesOf } from '#app/files/file-pair.ts';

/** Files by the time at which they were given: those of one drop or pick have one. */
function pairOf(name: string, files: Readonly<Record<string, number>>): string {
  const sides = sidesOf(
    name,
    Object.entries(files).map(([one, openedAt]) => ({ name: one, openedAt })),
  );
  return [sides['a.file'], sides['b.file']].join();
}

it.each([
  ['one', { one: 1 }, ',one'],
  // One after the other: against the one before.
  ['one', { one: 1, two: 2 }, 'one,two'],
  ['three', { one: 1, two: 2, three: 3 }, 'two,three'],
  ['two', { one: 1, two: 2, three: 3 }, 'one,two'],
  // Two and two: the page shows the first of the later two, and compares these.
  ['three', { one: 1, two: 1, three: 2, four: 2 }, 'three,four'],
  ['four', { one: 1, two: 1, three: 2, four: 2 }, 'three,four'],
  ['one', { one: 1, two: 1, three: 2, four: 2 }, 'one,two'],
  ['five', { three: 2, four: 2, five: 2 }, 'four,five'],
])('%s of %j is compared as %s', (name, files, pair) => {
  expect(pairOf(name, files)).toBe(pair);
});
