/** One name in several files: the table of functions opens into them. Numbers by hand, in `one-name.ts`. */
import { expect } from '@playwright/test';
import { overload } from '../support/one-name.ts';
import { violations } from './axe.ts';
import { openFiles, test } from './support.ts';

test('a function of two files opens into them, each with its own numbers', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  await openFiles(page, { name: 'overload.pb', mimeType: 'application/octet-stream', buffer: Buffer.from(overload) });
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  const table = page.getByRole('treegrid', { name: 'Functions' });
  // The list beside the graph says it behind the name.
  await expect(table.getByRole('row', { name: /func.*2 files/ })).toHaveAttribute('aria-expanded', 'false');

  await page.getByRole('radio', { name: 'Functions' }).click();
  const row = (name: RegExp): ReturnType<typeof table.getByRole> => table.getByRole('row', { name });
  await expect(row(/^func/)).toHaveAttribute('aria-expanded', 'false');
  // Self, of the whole, total, of the whole.
  const cells = async (name: RegExp): Promise<string[]> => {
    const texts = await row(name).getByRole('gridcell').allInnerTexts();
    return texts.slice(1).map((text) => text.replaceAll('\u00a0', ' ').trim());
  };
  expect(await cells(/^func/)).toEqual(['15', '100.00 %', '15', '100.00 %', '2 files']);
  expect(await cells(/^main/)).toEqual(['0', '0.00 %', '15', '100.00 %', 'm.cc:1']);

  await row(/^func/).click();
  await table.focus();
  await page.keyboard.press('ArrowRight');
  await expect(row(/^func/)).toHaveAttribute('aria-expanded', 'true');
  await expect(row(/^a\.cc:9/)).toHaveAttribute('aria-level', '2');
  expect(await cells(/^a\.cc:9/)).toEqual(['3', '20.00 %', '10', '66.67 %', 'a.cc:9']);
  expect(await cells(/^b\.cc:19/)).toEqual(['12', '80.00 %', '12', '80.00 %', 'b.cc:19']);
  expect(await violations(page)).toEqual([]);

  // Enter on a file selects its frames and its source; the left arrow closes from there.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/sf=a\.cc/);
  await page.keyboard.press('ArrowLeft');
  await expect(row(/^func/)).toHaveAttribute('aria-expanded', 'false');
  await expect(row(/^a\.cc/)).toHaveCount(0);
  await page.getByRole('radio', { name: 'Source' }).click();
  await expect(page.getByRole('region', { name: 'Lines of a.cc' })).toBeVisible();

  await page.getByLabel('Search functions').fill('file:b.cc');
  await expect(page.locator('#search-result')).toContainText(/80\.0.%.*in 2 frames/);
});
