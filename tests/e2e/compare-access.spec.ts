/** Compare by keyboard alone, and what axe finds. */
import { expect, test as unwatched } from '@playwright/test';
import { violations } from './axe.ts';
import { after, before, changes, compare, list, pushCompared, query, show, side, SLOW } from './compared.ts';
import { test } from './support.ts';

unwatched.beforeAll(({ baseURL }) => pushCompared(baseURL!));

test('by keyboard alone: to the list of causes, through it, and to the frame', async ({ page }) => {
  await compare(page, side('a', before), side('b', after), 'noise=shown');
  await changes(page);
  await page.getByRole('button', { name: 'Swap the sides' }).focus();
  for (let i = 0; i < 60 && !(await list(page).evaluate((box) => box === document.activeElement)); i++)
    await page.keyboard.press('Tab');
  await expect(list(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tree').locator('[aria-selected=true]')).toHaveText(new RegExp(`^${SLOW}, total`));
  expect(query(page).get('sel')).toBe(`main;serve;checkout;${SLOW}`);
  // Changes that may be noise are a list of their own, reached with the arrow keys.
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('radio', { name: /^May be noise/ })).toBeFocused();
  const first = list(page).getByRole('option').first();
  await expect(first).toHaveAttribute('aria-posinset', '1');
  expect(Number(await first.getAttribute('aria-setsize'))).toBeGreaterThan(1);
  await list(page).focus();
  await page.keyboard.press('PageDown');
  await expect(list(page)).not.toHaveAttribute('aria-activedescendant', 'change-0');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('axe finds nothing, wide and narrow, and nothing is cut off', async ({ page }) => {
      await compare(page, side('a', before), side('b', after));
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 900 });
        for (const pane of ['flame', 'sides', 'functions', 'both']) {
          await show(page, { pane });
          await changes(page);
          expect(await violations(page), `${pane} at ${width}`).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth), `${pane} at ${width}`).toBe(width);
        }
      }
    });
  });
}
