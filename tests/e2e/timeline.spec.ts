/** The time series chart: ranges by mouse and keys, and the height that the device keeps. */
import { expect, type Locator } from '@playwright/test';
import { violations } from './axe.ts';
import { CPU, push, totalOf } from './stored.ts';
import { summary, test } from './support.ts';

/** A full minute: what is an hour old is no longer taken. */
const BASE_MS = Math.floor(Date.now() / 60_000) * 60_000 - 45 * 60_000;
const RANGE = `from=${BASE_MS}&until=${BASE_MS + 10 * 60_000}`;

async function boxOf(chart: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  return (await chart.boundingBox())!;
}

test('a drag on the series shows that range at once; its edges move; the whole is one key away; the height stays', async ({
  page,
  baseURL,
}) => {
  for (let i = 0; i < 10; i++) await push(baseURL!, 'e2e/chart{pod=a}', { 'main;serve': 3 }, BASE_MS + i * 60_000);
  await page.goto(`/?v=1&view=explore&svc=e2e/chart&type=${CPU}&${RANGE}`);
  const chart = page.getByRole('application', { name: /mean/ });
  const selection = page.getByRole('group', { name: 'Selection' });
  const words = (): Promise<string> => selection.locator('strong').innerText();
  const box = await boxOf(chart);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.3, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, y, { steps: 4 });
  await page.mouse.up();
  await expect(selection).toContainText('mean');
  expect(await violations(page)).toEqual([]);
  const ends = (): readonly number[] =>
    ['from', 'until'].map((key) => Number(new URL(page.url()).searchParams.get(key)));
  const [first, last] = ends();
  expect(first).toBeGreaterThan(BASE_MS + 2 * 60_000);
  expect(last).toBeLessThan(BASE_MS + 7 * 60_000);
  // The graph is of the selection, the series goes on showing what is around it.
  await expect.poll(async () => Number((await summary(page)).total)).toBeLessThan(totalOf({ main: 3 * 6 }));
  await expect(chart).toHaveAccessibleName(/mean/);
  expect(await boxOf(selection)).toMatchObject({ y: (await boxOf(chart)).y + (await boxOf(chart)).height });
  expect((await boxOf(page.getByRole('search'))).y).toBeGreaterThan((await boxOf(selection)).y + 20);

  // The end is carried on by the mouse, then a step further by a key, and the beginning stays where it is.
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, y, { steps: 4 });
  await page.mouse.up();
  const dragged = await words();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(selection.locator('strong')).not.toHaveText(dragged);
  expect((await words()).split(' – ')[0]).toBe(dragged.split(' – ')[0]);
  await page.keyboard.press('Enter');
  await expect(selection.getByRole('button', { name: 'Show only this' })).toBeHidden();

  await page.keyboard.press('Escape');
  await expect(selection).toBeHidden();
  expect(ends()).toEqual([BASE_MS, BASE_MS + 10 * 60_000]);
  await page.goBack();
  await expect(selection).toBeVisible();
  const [from, until] = ends();
  expect(from).toBe(first);
  expect(until).toBeGreaterThan(last);
  expect(until).toBeLessThan(BASE_MS + 9 * 60_000);
  await selection.getByRole('button', { name: 'Whole range' }).click();
  expect(ends()).toEqual([BASE_MS, BASE_MS + 10 * 60_000]);

  const edge = page.getByRole('separator', { name: /^Height of the time series/ });
  // A part of the window, until it is dragged.
  await expect(edge).toHaveAttribute('aria-valuenow', '108');
  const grip = await boxOf(edge);
  await page.mouse.move(grip.x + 200, grip.y + grip.height / 2);
  await page.mouse.down();
  await page.mouse.move(grip.x + 200, grip.y + grip.height / 2 + 60, { steps: 4 });
  await page.mouse.up();
  await page.reload();
  await expect(edge).toHaveAttribute('aria-valuenow', '168');
  expect((await boxOf(chart)).height).toBe(168);
  await edge.focus();
  await page.keyboard.press('Enter');
  await expect(chart).toBeHidden();
  await expect(page.getByRole('button', { name: 'Time series' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(edge).toBeFocused();
  expect((await boxOf(chart)).height).toBe(108);
});
