/** A slow server: the page says what it is loading, loading can be stopped, and unknown values are not shown. */
import { expect, type Page, type Route } from '@playwright/test';
import { CPU, push } from './stored.ts';
import { test } from './support.ts';

const NOW_MS = Math.floor(Date.now() / 60_000) * 60_000;
const SERVICE = 'e2e/slow';
const link = `svc=${SERVICE}&type=${CPU}&from=${NOW_MS - 10 * 60_000}&until=${NOW_MS}`;
const CALLS = /\.v1\.\w+Service\//;

test.beforeEach(async ({ baseURL }) => {
  await push(baseURL!, `${SERVICE}{pod=a}`, { 'main;work': 9 }, NOW_MS - 60_000);
  await push(baseURL!, `${SERVICE}{pod=a}`, { 'main;work': 7 }, NOW_MS - 15 * 60_000);
});

/** Holds back all answers. @returns a function that releases them */
async function hold(page: Page): Promise<() => Promise<void>> {
  const held: Route[] = [];
  await page.route(CALLS, (route) => void held.push(route));
  return async () => {
    await page.unroute(CALLS);
    await Promise.all(held.map((route) => route.continue().catch(() => {})));
  };
}

for (const [view, title] of [
  ['explore', 'Flamegraph'],
  ['compare', 'Diff flamegraph'],
] as const)
  test(`${view}: what is asked for is said, and stopped, and asked again`, async ({ page }) => {
    const letGo = await hold(page);
    const given: string[] = [];
    page.on('requestfailed', (request) => given.push(request.url()));
    await page.goto(`/?v=1&view=${view}&${link}`);
    await expect(page.getByText(/^Loading .*CPU time/)).toBeVisible();
    await expect(page.getByText(/^Loading /)).toContainText(SERVICE);
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect(page.getByText(/^Stopped loading /)).toBeVisible();
    await expect.poll(() => given.some((url) => url.includes('SelectMergeStacktraces'))).toBe(true);
    const told = await page.evaluate(() => window.flametide.summary().catch((error: Error) => error.message));
    expect(told).toMatch(/^Nothing is shown/);
    await letGo();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('tree', { name: title })).toBeVisible();
    await expect(page.getByText(/^(Loading|Stopped loading) /)).toHaveCount(0);
    await page.evaluate(() => window.flametide.summary());
  });

test('the view stays while the next one loads, and after Stop', async ({ page }) => {
  await page.goto(`/?v=1&view=explore&${link}`);
  await page.evaluate(() => window.flametide.summary());
  const graph = page.getByRole('tree', { name: 'Flamegraph' });
  const before = await graph.boundingBox();
  const letGo = await hold(page);
  await page.getByRole('button', { name: 'Earlier by one range' }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText(/^Stopped loading /)).toBeVisible();
  expect(await graph.boundingBox()).toEqual(before);
  await letGo();
  await page.getByRole('button', { name: 'Later by one range' }).click();
  await expect(page.getByText(/^Stopped loading /)).toHaveCount(0);
  await expect(graph).toBeVisible();
});

test('sides have no profiles only once that is known', async ({ page }) => {
  await page.addInitScript(() => {
    const texts = new Set<string>();
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
      texts.add(text);
      fillText.call(this, text, ...rest);
    };
    Object.assign(window, { texts });
  });
  const texts = (): Promise<string> =>
    page.evaluate(() => [...(window as never as { texts: Set<string> }).texts].join());
  const letGo = await hold(page);
  const nobody = `a.svc=e2e/nobody&a.type=${CPU}&a.from=${NOW_MS - 9 * 60_000}&a.until=${NOW_MS}`;
  await page.goto(`/?v=1&view=compare&${link}&${nobody}`);
  const band = page.getByRole('application').first();
  await expect(band).toBeVisible();
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible();
  expect(await texts()).not.toContain('no profiles');
  await expect(band).not.toHaveAccessibleName(/No profiles/);
  await letGo();
  await expect(band).toHaveAccessibleName(/No profiles/);
  await expect.poll(texts).toContain('no profiles');
});

test('the rate of a side appears once its coverage is known', async ({ page }) => {
  const held: Route[] = [];
  await page.route(/SelectSlices/, (route) => void held.push(route));
  const sides = `a.from=${NOW_MS - 20 * 60_000}&a.until=${NOW_MS - 10 * 60_000}&b.from=${NOW_MS - 10 * 60_000}`;
  await page.goto(`/?v=1&view=compare&${link}&${sides}&b.until=${NOW_MS}`);
  const changed = page.getByRole('region', { name: 'What changed' });
  await expect(changed).toContainText('Working out');
  await expect(changed).not.toContainText(' cores to ');
  await page.unroute(/SelectSlices/);
  await Promise.all(held.map((route) => route.continue().catch(() => {})));
  await expect(changed).toContainText(' cores to ');
});
