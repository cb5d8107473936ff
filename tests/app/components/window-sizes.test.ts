import { expect, it } from 'vitest';
import { widthIn } from '#app/workspace/side-panel.tsx';

it.each([
  [900, 400],
  [1440, 432],
  [2560, 640],
])('beside a window of %i px the list is %i px wide until it is dragged', (windowCss, width) => {
  expect(widthIn(windowCss)).toBe(width);
});
