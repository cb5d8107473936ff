import { expect, it } from 'vitest';
import { LIST_WIDTH, partOf, SERIES_HEIGHT } from '#app/components/use-window.ts';

it.each([
  [900, 400],
  [1440, 432],
  [2560, 640],
])('beside a window of %i px the list is %i px wide until it is dragged', (windowCss, width) => {
  expect(partOf(windowCss, LIST_WIDTH)).toBe(width);
});

it.each([
  [600, 96],
  [800, 96],
  [900, 108],
  [1440, 173],
  [4000, 176],
])('a window of %i px has a time series of %i px until it is dragged', (windowCss, height) => {
  expect(partOf(windowCss, SERIES_HEIGHT)).toBe(height);
});
