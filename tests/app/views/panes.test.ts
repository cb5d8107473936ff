import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { paneIds, panes } from '#app/url/panes.ts';

/** Loaded with the page (`workspace/views.ts`). */
const atOnce = ['flame', 'both', 'functions'];

it('every view of a profile has its component in the folder of its name', () => {
  const views = paneIds.filter((id) => panes[id].title !== undefined && !atOnce.includes(id));
  expect(views).toContain('tree');
  expect(views.filter((id) => !existsSync(new URL(`../../../src/app/views/${id}/view.tsx`, import.meta.url)))).toEqual(
    [],
  );
});
