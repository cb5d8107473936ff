/** Touch has no hover: a tap shows the cost of a frame, and so does the menu of a long press. */
import { expect } from '@playwright/test';
import { openSample, test } from './support.ts';

test.use({ hasTouch: true, viewport: { width: 390, height: 740 } });

test('a tap reads the numbers, a second one zooms, a long press has them in its menu', async ({ page }) => {
  await openSample(page);
  const graph = page.getByRole('tree', { name: 'Flamegraph' });
  const box = (await graph.boundingBox())!;
  // The second row: main is 80 of 100.
  const [x, y] = [box.x + box.width * 0.3, box.y + 30];
  const tooltip = page.getByRole('tooltip');
  const crumb = page.getByRole('navigation', { name: 'Zoom' });
  await page.touchscreen.tap(x, y);
  await expect(tooltip).toContainText('main');
  await expect(tooltip).toContainText('80.0 %');
  await expect(tooltip).toContainText('Tap again zooms');
  await expect(crumb).toBeHidden();
  await page.touchscreen.tap(x, y);
  await expect(tooltip).toBeHidden();
  await expect(crumb).toBeVisible();
  await crumb.getByRole('button', { name: 'Whole graph' }).tap();

  const finger = await page.context().newCDPSession(page);
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
  await expect(page.getByRole('menu', { name: 'Frame' })).toBeVisible();
  await expect(page.locator('p', { hasText: 'total 80, 80.0\u00a0%, self 0' })).toBeVisible();
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
});
