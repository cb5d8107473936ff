/** A zoom and the way out of it; the list of functions beside it. */
import { expect, type Locator, type Page } from '@playwright/test';
import { openFiles, openSample, selectedFrame, test, textFile } from './support.ts';

const graph = (page: Page): Locator => page.getByRole('tree', { name: 'Flamegraph' });
const crumb = (page: Page): Locator => page.getByRole('navigation', { name: 'Zoom' });

test('a zoom says where it is, and every step of the path leads out of it', async ({ page }) => {
  await openSample(page);
  await expect(crumb(page)).toBeHidden();
  // main 80, serve 55, json.Marshal 40 of 100.
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await expect(crumb(page).getByRole('listitem')).toHaveText(['total', 'main', 'serve', 'Marshal']);
  await expect(crumb(page).getByRole('button', { name: 'json.Marshal' })).toHaveAttribute('aria-current', 'location');
  // Of the view and of the whole, for a screen reader too.
  await expect(selectedFrame(page)).toContainText('json.Marshal, total 40, 100 % of view, 40.0 % of whole');
  await page.keyboard.press('ArrowDown');
  await expect(selectedFrame(page)).toContainText('encode, total 10, 25.0 % of view, 10.0 % of whole');
  await crumb(page).getByRole('button', { name: 'serve' }).click();
  await expect(crumb(page).getByRole('listitem')).toHaveText(['total', 'main', 'serve']);
  await crumb(page).getByRole('button', { name: 'serve' }).focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(crumb(page).getByRole('listitem')).toHaveText(['total', 'main']);
  await graph(page).focus();
  await page.keyboard.press('Escape');
  await expect(crumb(page)).toBeHidden();
  await expect(selectedFrame(page)).toContainText('encode, total 10, 10.0 %,');
  await page.goBack();
  await expect(crumb(page).getByRole('listitem')).toHaveText(['total', 'main']);
  await crumb(page).getByRole('button', { name: 'Whole graph' }).click();
  await expect(crumb(page)).toBeHidden();
});

test('the list of functions stays where it is when the row of a clicked frame is in sight, and else centres it', async ({
  page,
}) => {
  await page.goto('/?v=1&view=files&pane=both');
  const stacks = Array.from({ length: 100 }, (_, i) => `main;f${String(i).padStart(2, '0')} ${1000 - i}`).join('\n');
  await openFiles(page, textFile('many.txt', stacks));
  const list = page.getByRole('grid', { name: 'Functions' });
  const row = (name: string): Locator => list.getByRole('row', { name });
  await expect(row('f00')).toBeVisible();
  const scrollTop = (): Promise<number> => list.evaluate((element) => element.scrollTop);
  const select = (name: string): Promise<void> =>
    page.evaluate((path) => {
      history.pushState(null, '', `${location.search.replace(/&sel=[^&]*/, '')}&sel=${path}`);
      dispatchEvent(new PopStateEvent('popstate'));
    }, `main;${name}`);
  await list.evaluate((element) => (element.scrollTop = 120));
  await select('f10');
  await expect(row('f10')).toHaveAttribute('aria-selected', 'true');
  expect(await scrollTop()).toBe(120);
  await select('f70');
  await expect(row('f70')).toHaveAttribute('aria-selected', 'true');
  const [outer, inner] = [(await list.boundingBox())!, (await row('f70').boundingBox())!];
  const middle = outer.y + outer.height / 2;
  expect(Math.abs(inner.y + inner.height / 2 - middle)).toBeLessThan(40);
});

for (const width of [1280, 390])
  test(`a deep zoom keeps its name and its way out in a window of ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto('/?v=1&view=files&pane=flame');
    const path = Array.from({ length: 40 }, (_, i) => `github.com/acme/shop/handler${i}.ServeHTTP${i}`);
    await openFiles(page, textFile('deep.txt', `${path.join(';')} 90\nother 10`));
    await expect(graph(page)).toBeVisible();
    await page.evaluate((z) => window.flametide.show({ z: z.join(';') }), path.slice(0, 30));
    for (const control of ['Whole graph', 'github.com/acme/shop/handler29.ServeHTTP29'])
      await expect(crumb(page).getByRole('button', { name: control, exact: true })).toBeInViewport({ ratio: 0.95 });
  });

test('in Compare the numbers of a frame are of the view too', async ({ page }) => {
  await page.goto('/?v=1&view=compare&a.file=a.txt&b.file=b.txt');
  const stacks = (work: number): string => `main;serve;again ${work}\nmain;serve;rest ${50 - work}\nmain;wait 50`;
  await openFiles(page, textFile('a.txt', stacks(10)), textFile('b.txt', stacks(40)));
  const diff = page.getByRole('tree', { name: 'Diff flamegraph' });
  await expect(diff).toBeVisible();
  const hoverAgain = async (): Promise<void> => {
    const { x, y, width } = (await diff.boundingBox())!;
    // Rows of 20 px: total, main, serve, and what it calls: on the left `again`, 10 of A's 100 and 40 of B's.
    await page.mouse.move(x + width / 10, y + 74);
  };
  const lines = (): Promise<string[]> => page.getByRole('tooltip').getByRole('row').allInnerTexts();
  await hoverAgain();
  await expect.poll(lines).toContainEqual(expect.stringMatching(/^This path, total\s+10.0\s%\s+40.0\s%/));
  expect(await lines()).not.toContainEqual(expect.stringMatching(/of the view/));
  await page.evaluate(() => window.flametide.show({ z: 'main;serve' }));
  await expect(crumb(page)).toBeVisible();
  await page.mouse.move(0, 0);
  await hoverAgain();
  await expect.poll(lines).toContainEqual(expect.stringMatching(/^Total, of the view\s+20.0\s%\s+80.0\s%/));
});
