import { expect } from '@playwright/test';
import { violations } from './axe.ts';
import { openSample, test } from './support.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('axe finds nothing on the pages', async ({ page }) => {
      await page.goto('/');
      await expect(page.getByRole('main')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await openSample(page);
      expect(await violations(page)).toEqual([]);
      for (const pane of ['functions', 'sandwich', 'flame']) {
        await page.evaluate((next) => window.flametide.show({ pane: next, sw: 'json.Marshal', s: 'json' }), pane);
        expect(await violations(page)).toEqual([]);
      }
    });
  });
}

test('nothing is cut off at 360 px', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openSample(page);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  await expect(page.getByRole('textbox', { name: 'Search functions' })).toBeVisible();
});

test('the graph is painted: boxes as high as their row, gaps between', async ({ page }) => {
  await openSample(page);
  const { top, bottom, gap, ground } = await page.evaluate(() => {
    const canvas = document.querySelector('canvas')!;
    const context = canvas.getContext('2d')!;
    const colour = (y: number): string => context.getImageData(2, y, 1, 1).data.join(' ');
    return { top: colour(20), bottom: colour(38), gap: colour(39), ground: colour(canvas.height - 1) };
  });
  expect(top).not.toBe(ground);
  expect(bottom).toBe(top);
  expect(gap).toBe(ground);
});
