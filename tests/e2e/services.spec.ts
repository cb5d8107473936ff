/** All services as a home, and the values of a label beside each other. Amounts are by hand. */
import { expect, type Locator, type Page, test as unwatched } from '@playwright/test';
import { violations } from './axe.ts';
import { CPU, push } from './stored.ts';
import { test } from './support.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const UNTIL_MS = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;
const FROM_MS = UNTIL_MS - 30 * MINUTE;
const range = `from=${FROM_MS}&until=${UNTIL_MS}`;
/** Of this worker and run, since others push the same at the same time. */
const home = (workerIndex = test.info().workerIndex): string => `e2e/home-${UNTIL_MS / MINUTE}-${workerIndex}`;
const grown = (): string => `${home()}-grown`;
const fresh = (): string => `${home()}-new`;

/** A sample is 10 ms: 6000 are a core-minute. */
unwatched.beforeAll(async ({ baseURL }, { workerIndex }) => {
  const [GROWN, NEW] = [`${home(workerIndex)}-grown`, `${home(workerIndex)}-new`];
  for (let minute = 1; minute < 30; minute += 2) {
    const timeMs = FROM_MS + minute * MINUTE;
    const version = minute < 15 ? 'v1' : 'v2';
    await push(baseURL!, `${GROWN}{version=v1}`, { 'main;work': 200 }, timeMs - DAY);
    await push(baseURL!, `${GROWN}{version=${version}}`, { 'main;work': 300, 'main;log': 100 }, timeMs);
    await push(baseURL!, `${NEW}{pod=a}`, { 'main;work': 100 }, timeMs);
  }
  const marker = { time: FROM_MS + 20 * MINUTE, title: 'Cache doubled', service: NEW };
  await fetch(`${baseURL}/api/markers`, { method: 'POST', body: JSON.stringify(marker) });
});

const cell = (page: Page, name: string): Locator =>
  page.getByRole('gridcell').filter({ has: page.getByRole('link', { name, exact: true }) });

test('services are one click away: cost, trend against the day before, deploys, what is new', async ({ page }) => {
  await page.goto(`/?v=1&view=compare&svc=${grown()}&type=${CPU}&tz=UTC&${range}`);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Services' }).click();
  await page.getByRole('searchbox', { name: 'Find a service' }).fill(home());
  await expect(page.getByRole('gridcell')).toHaveCount(2);
  // 15 profiles of 4 s; a day before they had 2 s.
  await expect(cell(page, grown())).toContainText('1.00 core-min');
  await expect(cell(page, grown())).toContainText('+100 %');
  await expect(cell(page, grown())).toContainText(/^.*v2, /s);
  await expect(cell(page, fresh())).toContainText('15.0 core-s');
  await expect(cell(page, fresh())).toContainText('new');
  await expect(cell(page, fresh())).toContainText(/Cache doubled, .*\d\d:\d\d/);
  await expect(cell(page, grown())).not.toContainText('Cache doubled');
  expect(await violations(page)).toEqual([]);
  await cell(page, fresh()).getByRole('link').click();
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Query' })).toContainText(fresh());
  await page.goBack();
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Services' })).toHaveAttribute(
    'aria-current',
    'page',
  );
});

test('from the label picker its values stand beside each other, as series and as flamegraphs', async ({ page }) => {
  await page.goto(`/?v=1&svc=${grown()}&type=${CPU}&${range}`);
  await page.getByRole('button', { name: 'Add a label' }).click();
  await page.getByRole('option', { name: /^version/ }).click();
  await page.getByRole('button', { name: 'As a grid' }).click();
  await expect(page.getByRole('grid', { name: 'Values of version' })).toBeVisible();
  // 7 profiles before the deploy, 8 after it.
  await expect(cell(page, 'v1')).toContainText('28.0 core-s');
  await expect(cell(page, 'v2')).toContainText('32.0 core-s');
  await page.getByRole('button', { name: 'Flamegraphs' }).click();
  const flame = (value: string): Locator => cell(page, value).getByRole('img');
  await expect(flame('v1')).toHaveAccessibleName('Flamegraph of v1; largest self: work 75.0 %, log 25.0 %');
  await expect(flame('v2')).toHaveAccessibleName('Flamegraph of v2; largest self: work 75.0 %, log 25.0 %');
  const isPainted = (value: string): Promise<boolean> =>
    flame(value).evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size > 3;
    });
  await expect.poll(() => isPainted('v2')).toBe(true);
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(flame('v1')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.getByRole('button', { name: 'Only v1' }).click();
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect(new URL(page.url()).searchParams.get('q')).toBe('version="v1"');
});
