import { expect, test } from '@playwright/test';

test('the page opens without a complaint', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));

  await page.goto('/');

  await expect(page).toHaveTitle(/Flametide$/);
  await expect(page.locator('#root')).not.toBeEmpty();
  expect(complaints).toEqual([]);
});

test('a part that cannot be loaded says so, and the rest of the page goes on', async ({ page }) => {
  await page.route(/assets\/compare-page.*\.js/, (route) => route.abort());
  await page.goto('/?v=1&view=files');
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Could not load this part' })).toBeVisible();
  await page.getByRole('link', { name: 'Files' }).click();
  await expect(page.getByRole('heading', { name: 'Drop profiles here' })).toBeVisible();
  await page.unroute(/assets\/compare-page.*\.js/);
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Reload the page' }).click();
  await expect(page.getByRole('button', { name: 'Swap the sides' })).toBeVisible();
});
