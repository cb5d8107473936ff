/** The time controls: every way to choose a range, by mouse and keys, and the stored preferences. */
import { expect, type Locator, type Page } from '@playwright/test';
import { violations } from './axe.ts';
import { test } from './support.ts';

/** A Wednesday. */
const NOW = '2026-11-25T14:05:30Z';

test.beforeEach(async ({ page }) => {
  await page.clock.setFixedTime(NOW);
});

async function open(page: Page, zone = 'UTC'): Promise<Locator> {
  await page.goto(`/?v=1&view=explore&tz=${zone}&from=now-1h&until=now`);
  return page.getByRole('button', { name: /^Range/ });
}

function link(page: Page): URLSearchParams {
  return new URL(page.url()).searchParams;
}

test('a preset by keys; the panel gives the focus back', async ({ page }) => {
  const range = await open(page);
  await expect(range).toContainText('Last 1\u00a0h 13:05 – 14:05');
  await range.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('option', { name: 'Last 1 h', exact: true })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(range).toContainText('Last 3\u00a0h 11:05 – 14:05');
  await expect(range).toBeFocused();
  expect([link(page).get('from'), link(page).get('until')]).toEqual(['now-3h', 'now']);
});

test('typed ends are parsed while typing, with errors in the field; Escape restores', async ({ page }) => {
  const range = await open(page);
  const before = page.url();
  await range.click();
  const from = page.getByRole('textbox', { name: 'From' });
  const until = page.getByRole('textbox', { name: 'Until' });
  const show = page.getByRole('button', { name: 'Show this range' });
  await from.fill('yesterday 9:00');
  await expect(from).toHaveAccessibleDescription('Tue 24 Nov 2026 09:00:00 UTC');
  await until.fill('31 Nov');
  await expect(until).toHaveAccessibleDescription('Nov has no day 31.');
  await expect(show).toBeDisabled();
  await until.fill('23 Nov');
  await expect(until).toHaveAccessibleDescription('The end is not after the start.');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(page.url()).toBe(before);
  await range.click();
  await expect(from).toHaveValue('now-1h');
  await from.fill('24 Nov 9:00 – 17:00');
  await expect(until).toBeDisabled();
  await expect(until).toHaveValue('2026-11-24 17:00:00');
  await page.keyboard.press('Enter');
  await expect(range).toContainText('24 Nov 09:00 – 17:00');
  expect([link(page).get('from'), link(page).get('until')]).toEqual([
    String(Date.parse('2026-11-24T09:00Z')),
    String(Date.parse('2026-11-24T17:00Z')),
  ]);
});

test('days of the calendar fill both ends, in the zone; Escape first drops the day that was begun', async ({
  page,
}) => {
  const range = await open(page, 'Asia/Kolkata');
  await range.click();
  const from = page.getByRole('textbox', { name: 'From' });
  await page.getByRole('button', { name: /\b16 November 2026/ }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(from).toHaveValue('now-1h');
  await page.getByRole('button', { name: 'Previous' }).click();
  await page.getByRole('button', { name: /\b5 October 2026/ }).click();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(from).toHaveValue('2026-10-05');
  await expect(page.getByRole('textbox', { name: 'Until' })).toHaveAccessibleDescription(
    'Mon 12 Oct 2026 23:59:59 UTC+5:30',
  );
  await page.getByRole('button', { name: 'Show this range' }).click();
  await expect(range).toContainText('5 Oct – 12 Oct');
});

test('typed ranges are offered again, after a reload too', async ({ page }) => {
  const range = await open(page);
  await range.click();
  await page.getByRole('textbox', { name: 'From' }).fill('last 90 minutes');
  await page.keyboard.press('Enter');
  await expect(range).toContainText('Last 90\u00a0min');
  await page.goto('/?v=1&view=explore&from=now-1h&until=now');
  await range.click();
  await page.getByRole('listbox', { name: 'Recent' }).getByRole('option', { name: 'Last 90 min' }).click();
  await expect(range).toContainText('Last 90\u00a0min');
});

test('earlier, later and wider; the range no longer moves with now', async ({ page }) => {
  const range = await open(page);
  const later = page.getByRole('button', { name: 'Later by one range' });
  await expect(later).toBeDisabled();
  await page.getByRole('button', { name: 'Earlier by one range' }).click();
  await expect(range).toContainText('12:05 – 13:05');
  await later.click();
  await expect(range).toContainText('13:05 – 14:05');
  await page.getByRole('button', { name: 'Zoom out to twice the range' }).click();
  await expect(range).toContainText('12:05 – 14:05');
  expect(link(page).get('until')).toBe(String(Date.parse(NOW)));
});

test('a zone is found by its city, and the page shows its time', async ({ page }) => {
  const range = await open(page);
  await page.getByRole('button', { name: /^Zone/ }).click();
  await expect(page.getByRole('combobox', { name: 'Find a time zone' })).toBeFocused();
  await page.keyboard.type('kolkata');
  await expect(page.getByRole('option')).toHaveCount(1);
  await expect(page.getByRole('option')).toContainText('UTC+5:30');
  await page.keyboard.press('Enter');
  await expect(range).toContainText('18:35 – 19:35');
});

test('at 360 px every control is in the panel, and axe finds nothing', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 640 });
  const range = await open(page);
  await range.click();
  await expect(page.getByRole('grid', { name: /November 2026/ })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.getByRole('combobox', { name: 'Zone' }).selectOption('Asia/Tokyo');
  await page.getByRole('combobox', { name: 'Refresh' }).selectOption('30 s');
  await page.getByRole('dialog').getByRole('button', { name: 'Earlier by one range' }).click();
  expect([link(page).get('tz'), link(page).get('ref')]).toEqual(['Asia/Tokyo', '30']);
  await expect(range).toContainText('21:05 – 22:05');
});
