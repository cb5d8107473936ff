/** One call to the source fails, each in turn and in every way: the rest of the page stays, and all can be asked again. */
import { expect, type Page, type Route, test } from '@playwright/test';
import { CPU, push } from './stored.ts';

const NOW_MS = Math.floor(Date.now() / 60_000) * 60_000;
const SERVICE = `e2e/failing-${NOW_MS / 60_000}`;
const range = `from=${NOW_MS - 10 * 60_000}&until=${NOW_MS}`;
const link = `/?v=1&view=explore&svc=${SERVICE}&type=${CPU}&${range}`;

const refused =
  (status: number, code: string) =>
  (route: Route): Promise<void> =>
    route.fulfill({ status, contentType: 'application/json', body: JSON.stringify({ code, message: 'not now' }) });

const ways: Readonly<Record<string, (route: Route) => Promise<void>>> = {
  down: (route) => route.abort('connectionrefused'),
  reset: (route) => route.abort('connectionreset'),
  401: refused(401, 'unauthenticated'),
  403: refused(403, 'permission_denied'),
  429: refused(429, 'resource_exhausted'),
  500: refused(500, 'internal'),
  503: refused(503, 'unavailable'),
  'sign-in page': (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<html>Sign in</html>' }),
};

const graph = (page: Page) => page.getByRole('tree', { name: 'Flamegraph' });

test.beforeEach(async ({ baseURL }) => {
  await push(baseURL!, `${SERVICE}{pod=a}`, { 'main;work': 9 }, NOW_MS - 60_000);
});

// Without the first tree there is no graph, and the page says why; without any other there is one.
const calls = [
  ['SelectMergeStacktraces', false],
  ['SelectMergeProfile', true],
  ['SelectSeries', true],
  ['Series', true],
  ['LabelNames', true],
  ['GetProfileStats', true],
] as const;

for (const [call, hasGraph] of calls) {
  test(`${call} does not answer: nothing else waits for it`, async ({ page }) => {
    const held: Route[] = [];
    let isHeld = true;
    const address = `**/querier.v1.QuerierService/${call}`;
    await page.route(address, (route) => (isHeld ? void held.push(route) : route.continue()));
    await page.goto(link);
    await expect.poll(() => held.length).toBeGreaterThan(0);
    if (hasGraph) await expect(graph(page)).toBeVisible();
    else await expect(page.getByText(/^Loading .*CPU time/)).toBeVisible();
    await expect(page.getByRole('region', { name: 'Query' })).toContainText(SERVICE);
    isHeld = false;
    await Promise.all(held.map((route) => route.continue().catch(() => {})));
    await expect(graph(page)).toBeVisible();
    expect(await page.evaluate(() => window.flametide.summary())).toMatchObject({ total: 90_000_000 });
    await expect(page.getByText(/Could not load|^Loading /)).toHaveCount(0);
  });

  test(`${call} fails in every way`, async ({ page }) => {
    const address = `**/querier.v1.QuerierService/${call}`;
    for (const [way, fail] of Object.entries(ways)) {
      await test.step(way, async () => {
        await page.route(address, fail);
        await page.goto(link);
        const again = page.getByRole('button', { name: 'Try again' }).first();
        if (hasGraph) await expect(graph(page)).toBeVisible();
        else await expect(again).toBeVisible();
        await expect(page.getByRole('region', { name: 'Query' })).toContainText(SERVICE);
        if (call === 'SelectSeries') await expect(page.getByText('Could not load the time series')).toBeVisible();
        await page.unroute(address);
        if (!hasGraph || call === 'SelectSeries') await again.click();
        await expect(graph(page)).toBeVisible();
        await expect(page.getByText('Could not load the time series')).toBeHidden();
      });
    }
  });
}

test('services that could not be loaded are asked for again from their list', async ({ page }) => {
  const address = '**/querier.v1.QuerierService/Series';
  await page.route(address, refused(503, 'unavailable'));
  await page.goto(link);
  await expect(graph(page)).toBeVisible();
  await page.getByRole('button', { name: /^Service/ }).click();
  await expect(page.getByText('Could not load the services: not now')).toBeVisible();
  await page.unroute(address);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('option', { name: new RegExp(SERVICE) })).toBeVisible();
});
