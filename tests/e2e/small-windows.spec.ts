/** Small windows, as at a zoom of 200 % or on a phone: the view has room, and controls make way. */
import { expect, type Page } from '@playwright/test';
import { violations } from './axe.ts';
import { CPU, push } from './stored.ts';
import { openSample, test } from './support.ts';

const graphBox = async (page: Page, name: string) => (await page.getByRole('tree', { name }).boundingBox())!;

test('at 200 % of 1280 × 800 the page scrolls, and the graph has room for ten rows', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 400 });
  await openSample(page);
  expect((await graphBox(page, 'Flamegraph')).height).toBeGreaterThan(200);
  const doc = await page.evaluate(() => ({ tall: document.documentElement.scrollHeight, seen: innerHeight }));
  expect(doc.tall).toBeGreaterThan(doc.seen);
  await page.getByRole('tree', { name: 'Flamegraph' }).evaluate((element) => element.scrollIntoView({ block: 'end' }));
  const box = await graphBox(page, 'Flamegraph');
  expect(box.y + box.height).toBeLessThanOrEqual(400);
  expect(await violations(page)).toEqual([]);
});

test('at 360 px the sides of Compare are folded, and open', async ({ page, baseURL }) => {
  const service = `small-${Date.now()}`;
  const now = Date.now();
  await push(baseURL!, service, { 'main;a': 10, 'main;b': 5 }, now - 30_000);
  await push(baseURL!, service, { 'main;a': 5, 'main;b': 9 }, now - 90_000);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(
    `/?v=1&view=compare&svc=${service}&type=${encodeURIComponent(CPU)}&a.from=now-2m&a.until=now-1m&b.from=now-1m&b.until=now`,
  );
  const list = page.getByRole('heading', { name: 'What changed' });
  await expect(list).toBeVisible();
  expect((await list.boundingBox())!.y).toBeLessThan(740 / 2);
  await expect(page.getByRole('group', { name: /^Side A/ })).toBeHidden();
  expect(await violations(page)).toEqual([]);
  await page.locator('summary', { hasText: /^A/ }).click();
  await expect(page.getByRole('group', { name: /^Side A/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Swap the sides' })).toBeVisible();
});
