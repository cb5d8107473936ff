/** Ranges of a comparison: from a marker, an event, a selection, and by keys. */
import { expect, type Page, test as unwatched } from '@playwright/test';
import {
  after,
  BASE_MS,
  before,
  CHANGE_MS,
  changes,
  compare,
  MINUTE,
  pushCompared,
  query,
  service,
  shown,
  side,
  SLOW,
  summary,
  supported,
} from './compared.ts';
import { CPU } from './stored.ts';
import { test } from './support.ts';

unwatched.beforeAll(({ baseURL }) => pushCompared(baseURL!));

test('from a marker in three clicks: the right function first', async ({ page, baseURL }) => {
  const told = await fetch(`${baseURL}/api/markers`, {
    method: 'POST',
    body: JSON.stringify({ time: CHANGE_MS, title: 'v2 deployed', service: service() }),
  });
  expect(told.status).toBe(201);
  await page.goto(`/?v=1&view=explore&svc=${service()}&type=${CPU}&from=${BASE_MS}&until=${BASE_MS + 30 * MINUTE}`);
  const chart = page.getByRole('application', { name: /m goes to the next marker/ });
  await expect(chart).toBeVisible();
  const box = (await chart.boundingBox())!;
  await page.evaluate(() => window.flametide.summary());
  // The flag stands at two thirds of the plot, which has an axis on its left.
  await clickFlag(page, box);
  await page.getByRole('button', { name: 'Compare 15 min before and after' }).click();
  await shown(page);
  expect(supported(await changes(page))[0]).toBe(`code ${SLOW}`);
  expect(query(page).get('a.until')).toBe(String(CHANGE_MS - 2 * MINUTE));
  expect(query(page).get('b.from')).toBe(String(CHANGE_MS + 2 * MINUTE));
  await page.goBack();
  await expect(chart).toBeVisible();
  // By keys as well.
  await chart.focus();
  await page.keyboard.press('m');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Compare 15/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await shown(page);
  expect(query(page).get('b.from')).toBe(String(CHANGE_MS + 2 * MINUTE));
});

test('events of the last day are offered for comparison, whatever the range in view', async ({ page, baseURL }) => {
  const timeMs = Date.now() - 60 * MINUTE;
  const told = await fetch(`${baseURL}/api/markers`, {
    method: 'POST',
    body: JSON.stringify({ time: timeMs, title: 'v3 deployed', service: service() }),
  });
  expect(told.status).toBe(201);
  await compare(page, side('a', before), side('b', after));
  await page.getByRole('button', { name: 'Compare with' }).click();
  await page.getByRole('menuitem', { name: /v3 deployed/ }).click();
  await expect.poll(() => query(page).get('a.until')).toBe(String(timeMs - 2 * MINUTE));
  expect(query(page).get('b.from')).toBe(String(timeMs + 2 * MINUTE));
  expect(query(page).get('b.svc')).toBe(service());
});

async function clickFlag(page: Page, box: { x: number; y: number; width: number }): Promise<void> {
  for (let x = box.x + box.width * 0.62; x < box.x + box.width * 0.72; x += 3) {
    await page.mouse.move(x, box.y + 6);
    const cursor = await page
      .getByRole('application', { name: /next marker/ })
      .evaluate((chart) => (chart as HTMLElement).style.cursor);
    if (cursor === 'pointer') return page.mouse.click(x, box.y + 6);
  }
  throw new Error('There is no flag.');
}

test('a selection is compared with what was before it', async ({ page }) => {
  await page.goto(`/?v=1&view=explore&svc=${service()}&type=${CPU}&from=${BASE_MS}&until=${BASE_MS + 30 * MINUTE}`);
  const chart = page.getByRole('application', { name: /mean/ });
  await expect(chart).toBeVisible();
  const box = (await chart.boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.69, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.97, y, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Compare with the time before' }).click();
  await shown(page);
  const link = ['a.from', 'a.until', 'b.from', 'b.until'].map((key) => Number(query(page).get(key)));
  expect(link[1] - link[0]).toBe(link[3] - link[2]);
  expect(link[1]).toBe(link[2] - 1);
  expect(supported(await changes(page))[0]).toBe(`code ${SLOW}`);
});

test('a side’s range is moved by keys, once in the history, and nothing else is', async ({ page }) => {
  await compare(page, side('a', before), side('b', after));
  await changes(page);
  const chart = page.getByRole('application', { name: /mean/ });
  await chart.focus();
  const length = await page.evaluate(() => history.length);
  await page.keyboard.press('b');
  await page.keyboard.press('<');
  await expect.poll(() => Number(query(page).get('b.from'))).toBeLessThan(after.startMs);
  const moved = after.startMs - Number(query(page).get('b.from'));
  expect(after.endMs - Number(query(page).get('b.until'))).toBe(moved);
  expect([query(page).get('a.from'), query(page).get('a.until')]).toEqual([
    String(before.startMs),
    String(before.endMs),
  ]);
  expect(await page.evaluate(() => history.length)).toBe(length + 1);
  await shown(page);
  expect(await summary(page)).toMatchObject({ b: { from: after.startMs - moved, until: after.endMs - moved } });
  await page.goBack();
  expect(await summary(page)).toMatchObject({ b: { from: after.startMs, until: after.endMs } });
});

test('the page’s own range stands there only while a side follows it; the zone and the refresh always do', async ({
  page,
}) => {
  const bar = page.getByRole('banner');
  const range = bar.getByRole('button', { name: /^Range: / });
  await compare(page, `view=compare&svc=${service()}&type=${CPU}&from=${after.startMs}&until=${after.endMs}`);
  await expect(range).toBeVisible();
  await page.getByRole('button', { name: 'Swap the sides' }).click();
  await expect(range).toHaveCount(0);
  await expect(bar.getByRole('button', { name: 'Earlier by one range' })).toHaveCount(0);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await expect(bar.getByRole('button', { name: /^Zone: / })).toBeVisible();
    await expect(bar.getByRole('button', { name: 'Refresh now' })).toBeVisible();
  }
  await page.goBack();
  await expect(range).toBeVisible();
});

test('a pair too long for one question is two, and nothing is refused', async ({ page }) => {
  await page.goto(`/?v=1&b.svc=${service()}&b.type=${CPU}&b.from=now-30d&b.until=now`);
  await expect(page.getByText('A has no profiles in the range')).toBeVisible();
  const charts = page.getByRole('application');
  await expect(charts).toHaveCount(2);
  await expect(charts.last()).toHaveAccessibleName(/, mean /);
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);
});
