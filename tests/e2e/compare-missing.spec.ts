/** Compare where a side has no profiles, or the server refuses a question. */
import { expect, type Page, test as unwatched } from '@playwright/test';
import {
  after,
  before,
  changes,
  compare,
  pushCompared,
  query,
  service,
  show,
  shown,
  side,
  SLOW,
  summary,
  supportedCode,
  totalIn,
} from './compared.ts';
import { test } from './support.ts';

unwatched.beforeAll(({ baseURL }) => pushCompared(baseURL!));

test('a side without profiles is said, and no graph is drawn of it', async ({ page }) => {
  await page.goto(`/?v=1&${side('a', before)}&${side('b', after, 'e2e/nobody')}`);
  await expect(
    page.getByText('B has no profiles in the range: a comparison needs profiles on both sides.'),
  ).toBeVisible();
  for (const pane of ['flame', 'sides', 'functions', 'sandwich', 'tree', 'both']) {
    await show(page, { pane });
    expect(await summary(page)).toMatchObject({ a: { total: totalIn(before, {}) }, b: { total: 0 } });
    expect(await changes(page)).toEqual([]);
    await expect(page.getByText('B has no profiles in the range')).toBeVisible();
    await expect(page.locator('[data-flamegraph]')).toHaveCount(0);
    await expect(page.getByRole('tree').or(page.getByRole('grid')).or(page.getByRole('treegrid'))).toHaveCount(0);
    await expect(page.getByRole('region', { name: 'What changed' })).toHaveCount(0);
  }
  await show(page, { pane: 'flame' });
  await page.getByRole('button', { name: 'Compare both halves of A' }).click();
  await shown(page);
  expect(query(page).get('b.svc')).toBe(service());
});

test('a service without profiles on both sides is named, and that there is nothing to compare', async ({ page }) => {
  await page.goto(`/?v=1&view=compare&svc=e2e/nobody`);
  await expect(page.getByText('A and B have no profiles in the range')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Service/ }).first()).toContainText('e2e/nobody');
  const told = await page.evaluate(() => window.flametide.summary().catch((error: Error) => error.message));
  expect(told).toMatch(/^Nothing is shown/);
});

unwatched('refused series say nothing about profiles', async ({ page }) => {
  await page.route('**/SelectSeries', (route) =>
    route.fulfill({ status: 400, contentType: 'application/json', body: '{"code":"invalid_argument","message":"no"}' }),
  );
  await compare(page, side('a', before), side('b', after));
  await expect(page.getByText('Could not load the time series: no')).toBeVisible();
  await expect(page.getByRole('application')).not.toHaveAccessibleName(/No profiles/);
});

// The browser itself logs refused requests.
unwatched.describe('a server that cannot slice', () => {
  const MERGES = '**/SelectMergeStacktraces';
  /** Each side's largest nodes, and each side whole. */
  const SIDES = 2 + 2;
  const refusal = (status: number, code: string) => ({
    status,
    contentType: 'application/json',
    body: JSON.stringify({ code, message: 'not now' }),
  });
  const refuseSlices = (page: Page, status: number, code: string): Promise<unknown> =>
    page.route('**/flametide.v1.QueryService/SelectSlices', (route) => route.fulfill(refusal(status, code)));

  for (const [status, code] of [
    [404, 'unimplemented'],
    [500, 'internal'],
  ] as const) {
    unwatched(`(${code}) is asked for parts of the range, and the right function is first`, async ({ page }) => {
      await refuseSlices(page, status, code);
      let merges = 0;
      await page.route(MERGES, (route) => {
        merges++;
        return route.fallback();
      });
      await compare(page, side('a', before), side('b', after));
      const rows = await changes(page);
      expect(merges).toBe(SIDES + 18 + 18);
      expect(supportedCode(rows)).toEqual([`code ${SLOW}`]);
      expect(rows[0].name).toBe(SLOW);
      await expect(page.getByText(/evidence from \d+ \+ \d+ time slices(?!; sample counts)/)).toBeVisible();
      await expect(page.getByText('The evidence is weaker')).toHaveCount(0);
    });
  }

  unwatched('nor tell parts: the graph is there, with what is known without', async ({ page }) => {
    await refuseSlices(page, 404, 'unimplemented');
    let merges = 0;
    await page.route(MERGES, (route) =>
      ++merges > SIDES ? route.fulfill(refusal(500, 'internal')) : route.fallback(),
    );
    await compare(page, side('a', before), side('b', after));
    await expect(
      page.getByText(/The evidence is weaker than it could be, because time slices are not available/),
    ).toBeVisible();
    await expect(page.getByText(/evidence from sample counts only: weaker/)).toBeVisible();
    const rows = await changes(page);
    expect(rows.find(({ name }) => name === SLOW)).toMatchObject({ kind: 'code' });
    expect(supportedCode(rows).filter((row) => row !== `code ${SLOW}`)).toEqual([]);
  });
});
