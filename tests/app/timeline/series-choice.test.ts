import { expect, it } from 'vitest';
import {
  everything,
  isolated,
  isShown,
  listedIn,
  type SeriesChoice,
  toggled,
} from '#app/views/timeline/series-choice.ts';

const shown = (choice: SeriesChoice): string => ['a', 'b', 'c'].filter((title) => isShown(choice, title)).join('');

it('one alone, and all again', () => {
  expect(shown(everything)).toBe('abc');
  expect(shown(isolated(everything, 'b'))).toBe('b');
  expect(shown(isolated(isolated(everything, 'b'), 'c'))).toBe('c');
  expect(shown(isolated(isolated(everything, 'b'), 'b'))).toBe('abc');
});

it('hides and brings back', () => {
  const without = toggled(everything, 'b');
  expect(shown(without)).toBe('ac');
  expect(shown(toggled(without, 'b'))).toBe('abc');
});

it('adds to the series shown alone; removing the last one shows all again', () => {
  const two = toggled(isolated(everything, 'b'), 'c');
  expect(shown(two)).toBe('bc');
  expect(shown(toggled(toggled(two, 'b'), 'c'))).toBe('abc');
});

it('a series that comes later is shown with all but some, and not with only some', () => {
  expect([isShown(toggled(everything, 'a'), 'new'), isShown(isolated(everything, 'a'), 'new')]).toEqual([true, false]);
});

it('the legend of lines begins with the most costly, that of layers with the lowest', () => {
  const byCost = [2, 0, 1];
  expect(listedIn(byCost, false)).toEqual([2, 0, 1]);
  expect(listedIn(byCost, true)).toEqual([0, 1, 2]);
  // Of too many the most costly are listed.
  const many = Array.from({ length: 60 }, (_, rank) => 59 - rank);
  expect(listedIn(many, true)).toEqual(Array.from({ length: 40 }, (_, i) => 20 + i));
});
