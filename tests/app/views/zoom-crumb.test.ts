import { expect, it } from 'vitest';
import { stepsTo } from '#app/views/flamegraph/zoom-crumb.tsx';

it('leads from the root to the frame, and leaves out the outer callers of a deep one', () => {
  const parent = Int32Array.from({ length: 1000 }, (_, node) => node - 1);
  expect(stepsTo({ parent }, 3)).toEqual({ steps: [0, 1, 2, 3], skipped: 0 });
  const deep = stepsTo({ parent }, 999);
  expect(deep.steps).toHaveLength(101);
  expect(deep.steps.slice(0, 3)).toEqual([0, 900, 901]);
  expect(deep.skipped).toBe(899);
});
