import { expect, it } from 'vitest';
import { heightIn } from '#app/views/timeline/use-height.ts';

it.each([
  [600, 96],
  [800, 96],
  [900, 108],
  [1440, 173],
  [4000, 176],
])('a window of %i px has a time series of %i px until it is dragged', (windowCss, height) => {
  expect(heightIn(windowCss)).toBe(height);
});
