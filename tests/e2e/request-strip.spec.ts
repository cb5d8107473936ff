/** The strip of requests above the series: what stays while the next counts load, and why there are none. */
import { expect, type Page, type Route } from '@playwright/test';
import { violations } from './axe.ts';
import { CPU, push } from './stored.ts';
import { test } from './support.ts';

const NOW_MS = Math.floor(Date.now() / 60_000) * 60_000;
const SERVICE = 'e2e/requests';
const link = `/?v=1&view=explore&svc=${SERVICE}&type=${CPU}&from=${NOW_MS - 10 * 60_000}&until=${NOW_MS}`;
const CALL = /\/api\/work\?/;
const strip = (page: Page) => page.getByRole('region', { name: 'Requests' });

test.beforeEach(async ({ baseURL }) => {
  await push(baseURL!, `${SERVICE}{pod=a}`, { 'main;work': 9 }, NOW_MS - 60_000);
  await push(baseURL!, `${SERVICE}{pod=a}`, { 'main;work': 7 }, NOW_MS - 15 * 60_000);
  const counts = Array.from({ length: 20 }, (_, i) => ({
    service: SERVICE,
    time: NOW_MS - i * 60_000,
    requests: i < 10 ? 120 : 240,
  }));
  const response = await fetch(`${baseURL}/api/work`, { method: 'POST', body: JSON.stringify(counts) });
  expect(response.status).toBe(201);
});

test('the counts before stay in their place while those of another range load', async ({ page }) => {
  await page.goto(link);
  await expect(strip(page)).toContainText('mean 2.00, 2.00 to 2.00 · counts that were pushed');
  const before = await strip(page).boundingBox();
  const held: Route[] = [];
  await page.route(CALL, (route) => void held.push(route));
  await page.getByRole('button', { name: 'Earlier by one range' }).click();
  await expect(strip(page)).toContainText('loading those of this range');
  expect(await strip(page).boundingBox()).toEqual(before);
  expect(await violations(page)).toEqual([]);
  await page.unroute(CALL);
  // Those of a question that is no longer asked are gone.
  for (const route of held) await route.continue().catch(() => undefined);
  await expect(strip(page)).toContainText('mean 4.00, 4.00 to 4.00 · counts that were pushed');
});

test('why the requests are not known is a sentence', async ({ page }) => {
  const problem = 'Prometheus does not answer: check --prometheus.';
  await page.route(CALL, (route) => route.fulfill({ json: { steps: [null], routes: [], covered: 0, problem } }));
  await page.goto(link);
  await expect(strip(page)).toHaveText(`requests/s not known: ${problem}`);
});
