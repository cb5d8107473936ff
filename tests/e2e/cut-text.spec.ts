/** Text of Compare that a user reads to the end: it wraps where there is too little room. */
import { expect, type Locator, type Page } from '@playwright/test';
import { openFiles, test, textFile } from './support.ts';

const LONG = 'github.com/example/shop/internal/pricing.(*DiscountEngine).applyDiscountsOfSeasonAndCustomer';
const stacks = (slow: number): string =>
  [
    `main;serve;${LONG} ${slow}`,
    `main;serve;rest.${LONG} ${slow * 2}`,
    ...Array.from({ length: 40 }, (_, i) => `main;serve;rest.f${i} 4000`),
  ].join('\n');

async function compare(page: Page, query: string): Promise<void> {
  await page.goto(`/?v=1&a.file=old.txt&b.file=new.txt&${query}`);
  await openFiles(page, textFile('old.txt', stacks(20_000)), textFile('new.txt', stacks(40_000)));
  await page.evaluate(() => window.flametide.changes(1));
}

/** Elements below one whose text is cut off, in words. */
function cutOff(where: Locator): Promise<readonly string[]> {
  return where.evaluate((root) =>
    [root, ...root.querySelectorAll<HTMLElement>('*')]
      .filter(
        (one) =>
          getComputedStyle(one).overflowX !== 'visible' &&
          one.checkVisibility() &&
          !one.matches('.visually-hidden, svg') &&
          (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight),
      )
      .map((one) => one.textContent.slice(0, 80)),
  );
}

for (const width of [1280, 700])
  test(`at ${width} px a change, its facts, the summary and the status line are whole`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await compare(page, 'pane=both&norm=absolute');
    const change = page.getByRole('option', { name: 'applyDiscountsOfSeasonAndCustomer' }).first();
    await expect(change).toContainText(/of the change|net change/);
    const region = page.getByRole('region', { name: 'What changed' });
    for (const one of [change, region.getByRole('status'), page.locator('footer')])
      expect(await cutOff(one)).toEqual([]);
    // Rows have the height of their text: none lies over the next.
    const boxes = await region
      .getByRole('option')
      .evaluateAll((rows) =>
        rows.map((row) => row.getBoundingClientRect()).map(({ top, bottom }) => ({ top, bottom })),
      );
    expect(boxes.length).toBeGreaterThan(1);
    for (const [i, { top }] of boxes.entries()) if (i > 0) expect(top).toBeGreaterThanOrEqual(boxes[i - 1].bottom - 1);
  });

test('the diff table fits beside the list at 1280 px; where it scrolls, names stay', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await compare(page, 'pane=functions');
  const table = page.getByRole('grid', { name: 'Functions of both sides' });
  const beyond = (): Promise<number> => table.evaluate((grid) => grid.scrollWidth - grid.clientWidth);
  expect(await beyond()).toBe(0);
  await expect(table.getByRole('columnheader').last()).toBeInViewport({ ratio: 1 });
  await page.setViewportSize({ width: 700, height: 800 });
  expect(await beyond()).toBeGreaterThan(0);
  await table.evaluate((grid) => grid.scrollTo({ left: 1000 }));
  await expect(table.getByText('applyDiscountsOfSeasonAndCustomer').first()).toBeInViewport();
  await expect(table.getByRole('columnheader', { name: 'Function' })).toBeInViewport({ ratio: 1 });
  await expect(table.getByRole('columnheader').last()).toBeInViewport({ ratio: 1 });
});

test('a normalisation that cannot be chosen keeps its name, and says why in whole', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await compare(page, '');
  await page.getByRole('button', { name: /Normalise by/ }).click();
  const option = page.getByRole('option', { name: 'per request' });
  await expect(option).toHaveAttribute('aria-disabled', 'true');
  const title = option.getByText('per request', { exact: true });
  const reason = option.getByText(/\.$/);
  const [above, below] = [(await title.boundingBox())!, (await reason.boundingBox())!];
  expect(above.width).toBeGreaterThan(40);
  expect(below.y).toBeGreaterThanOrEqual(above.y + above.height);
  expect(await cutOff(page.getByRole('listbox', { name: 'Normalise by' }))).toEqual([]);
});
