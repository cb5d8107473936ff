/** A service is removed from the page: its name is typed, then the removal is confirmed. */
import { expect } from '@playwright/test';
import { violations } from './axe.ts';
import { CPU, push, type Stacks } from './stored.ts';
import { test } from './support.ts';

const BASE_MS = Math.floor(Date.now() / 60_000) * 60_000 - 30 * 60_000;
const RANGE = `from=${BASE_MS - 60_000}&until=${BASE_MS + 10 * 60_000}`;
const stacks: Stacks = { 'main;serve': 30 };

test('is asked for twice, and takes that service alone', async ({ page, baseURL }) => {
  for (const name of ['e2e/removed', 'e2e/stays']) await push(baseURL!, `${name}{pod=a}`, stacks, BASE_MS);
  await page.goto(`/?v=1&view=explore&svc=e2e/stays&type=${CPU}&${RANGE}&grid=services`);
  await page.getByRole('button', { name: 'Remove a service…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove a service' });
  const field = dialog.getByRole('textbox', { name: 'Name of the service' });
  await expect(field).toBeFocused();
  const first = dialog.getByRole('button', { name: 'Remove its profiles' });
  await expect(first).toBeDisabled();
  await field.fill('e2e/remove');
  await expect(dialog.getByRole('status')).toContainText('no service of this name');
  await field.fill('e2e/removed');
  await first.click();
  const second = dialog.getByRole('button', { name: 'Remove for everybody' });
  await expect(second).toBeVisible();
  await expect(dialog.getByRole('status')).toContainText('cannot be undone');
  expect(await violations(page)).toEqual([]);
  // Another name is another question.
  await field.fill('e2e/stays');
  await expect(second).toHaveCount(0);
  await field.fill('e2e/removed');
  await field.press('Enter');
  await second.click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('link', { name: /e2e\/stays/ })).toBeVisible();
  await expect(page.getByRole('link', { name: /e2e\/removed/ })).toHaveCount(0);
});
