import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import { openSample, test } from './support.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 400)).join(' | ')}`);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('axe finds nothing on the pages', async ({ page }) => {
      await page.goto('/');
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
