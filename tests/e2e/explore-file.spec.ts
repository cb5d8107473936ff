import { expect } from '@playwright/test';
import { openFiles, openSample, sampleStacks, selectedFrame, summary, test, textFile } from './support.ts';

test('keys alone: from the file to the hottest function, its callers, and back', async ({ page }) => {
  // Asked for before the keys: Playwright may miss a chooser that opens at once.
  const chooser = page.waitForEvent('filechooser');
  await page.goto('/?v=1&view=files');
  await page.keyboard.press('Tab'); // Skip to the content
  await page.keyboard.press('Tab'); // mark
  await page.keyboard.press('Tab'); // Files
  const opener = page.getByRole('button', { name: 'Open files…' });
  for (let i = 0; i < 10 && !(await opener.evaluate((el) => el === document.activeElement)); i++)
    await page.keyboard.press('Tab');
  await expect(opener).toBeFocused();
  await page.keyboard.press('Enter');
  await (await chooser).setFiles([textFile('sample.txt', sampleStacks)]);
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();

  const rows = page.getByRole('grid', { name: 'Functions' });
  for (let i = 0; i < 30 && !(await rows.evaluate((el) => el === document.activeElement)); i++)
    await page.keyboard.press('Tab');
  await expect(rows).toBeFocused();
  await page.keyboard.press('s');
  await expect(page.getByRole('region', { name: 'Callers' })).toBeVisible();
  await expect(page.getByText('json.Marshal').first()).toBeVisible();

  const callers = page.getByRole('tree', { name: 'Callers of json.Marshal' });
  for (let i = 0; i < 30 && !(await callers.evaluate((el) => el === document.activeElement)); i++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowUp');
  await expect(callers.locator('[aria-selected=true]')).toContainText('serve, total 40');

  // Alt and the left arrow belong to the browser: a headless page does not have them.
  await page.goBack();
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
});

test('arrows walk callers, callees and siblings; Enter zooms, Backspace goes out', async ({ page }) => {
  await openSample(page);
  const graph = page.getByRole('tree', { name: 'Flamegraph' });
  await graph.focus();
  await page.keyboard.press('ArrowDown');
  await expect(selectedFrame(page)).toContainText('main, total 80, 80.0');
  await page.keyboard.press('ArrowDown');
  await expect(selectedFrame(page)).toContainText('serve, total 55');
  await page.keyboard.press('ArrowRight');
  await expect(selectedFrame(page)).toContainText('parse, total 20');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/z=main;parse/);
  await page.keyboard.press('Backspace');
  await expect(page).toHaveURL(/z=main(&|$)/);
  await page.keyboard.press('ArrowUp');
  await expect(selectedFrame(page)).toContainText('main, total 80');
});

test('a click zooms, and back and forward walk the zooms', async ({ page }) => {
  await openSample(page);
  const canvas = page.locator('canvas').first();
  const box = (await canvas.boundingBox())!;
  await page.mouse.click(box.x + 100, box.y + 30);
  await expect(page).toHaveURL(/z=main(&|$)/);
  await page.mouse.click(box.x + 100, box.y + 50);
  await expect(page).toHaveURL(/z=main;serve/);
  await page.goBack();
  await expect(page).toHaveURL(/z=main(&|$)/);
  await page.goForward();
  await expect(page).toHaveURL(/z=main;serve/);
  await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height - 20);
  await expect(page).not.toHaveURL(/z=main/);
});

test('search counts what passes through a match once, and steps through the matches', async ({ page }) => {
  await openSample(page);
  await page.getByRole('tree', { name: 'Flamegraph' }).focus();
  await page.keyboard.press('/');
  await page.keyboard.type('marshal | parse');
  const result = page.locator('#search-result');
  await expect(result).toHaveText('65.0\u00a0% in 4 frames');
  await page.keyboard.press('Enter');
  await expect(selectedFrame(page)).toContainText('json.Marshal');
  await page.keyboard.press('Enter');
  await expect(selectedFrame(page)).toContainText('parse');

  await page.getByRole('textbox', { name: 'Search functions' }).fill('/(/');
  await expect(result).toContainText('unterminated group');
  await page.getByRole('textbox', { name: 'Search functions' }).fill('json');
  await page.keyboard.press('Control+Enter');
  await expect.poll(async () => (await summary(page)).total).toBe(45);
  await expect(page.getByRole('group', { name: 'Transforms' })).toContainText('focus json');
});

test('transforms from the menu, undone by the chip', async ({ page }) => {
  await openSample(page);
  await page.getByRole('tree', { name: 'Flamegraph' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: /Merge into caller/ }).click();
  await expect.poll(async () => (await summary(page)).maxDepth).toBe(3);
  await expect(page).toHaveURL(/t=hide:="?%22?main/);
  await page.getByRole('button', { name: 'Remove hide main' }).click();
  await expect.poll(async () => (await summary(page)).maxDepth).toBe(4);
  await page.evaluate(() => window.flametide.show({ t: ['hide:nothing-of-this-name'] }));
  await expect(page.getByText('matched nothing')).toBeVisible();
});

test('a link without its file asks for it, and then restores the view', async ({ page, context }) => {
  await openSample(page);
  await page.evaluate(() =>
    window.flametide.show({ z: 'main;serve', s: 'json', pane: 'both', col: 'function', t: ['ignore:gc'] }),
  );
  const before = await summary(page);
  const link = await page.evaluate(() => window.flametide.url());

  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByRole('heading', { name: 'This link shows sample.txt' })).toBeVisible();
  await openFiles(other, textFile('sample.txt', sampleStacks));
  await expect(other.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect(await summary(other)).toEqual(before);
  expect(await other.evaluate(() => window.flametide.url())).toBe(link);
  // 40 of the 55 under serve, which the link zooms to.
  await expect(other.locator('#search-result')).toContainText('72.7 % of view');
});

test('a zoom that is not in the file is reported', async ({ page }) => {
  await openSample(page, '?v=1&view=files&file=sample.txt&z=main;gone');
  await expect(page.getByText('The frame this link zooms to is not in this profile')).toBeVisible();
  await page.getByRole('button', { name: 'Whole graph' }).click();
  await expect(page.getByText('The frame this link zooms to is not in this profile')).toHaveCount(0);
});

test('a link that cannot be read in parts says which', async ({ page }) => {
  await page.goto('/?v=1&view=files&pane=nonsense&t=boil:x&later=1');
  await expect(page.getByRole('status').filter({ hasText: 'could not be read' })).toContainText('pane=');
});

test('the table and the graph light up together, and the table sorts', async ({ page }) => {
  await openSample(page);
  const table = page.getByRole('grid', { name: 'Functions' });
  await expect(table.getByRole('row').nth(1)).toContainText('Marshal');
  await table.getByRole('row').filter({ hasText: 'lex' }).click();
  await expect(selectedFrame(page)).toContainText('lex, total 20');
  await table
    .getByRole('columnheader', { name: /Function/ })
    .getByRole('button')
    .click();
  await expect(table.getByRole('row').nth(1)).toContainText('encode');
  await expect(page).toHaveURL(/sort=name/);
});

test('an exported file reads back the same', async ({ page }) => {
  await openSample(page);
  const stacks = await page.evaluate(() => window.flametide.stacks());
  const collapsed = await page.evaluate(() => window.flametide.exportAs('collapsed'));
  const pprof = await page.evaluate(async () => [...((await window.flametide.exportAs('pprof')) as Uint8Array)]);
  const speedscope = JSON.parse(String(await page.evaluate(() => window.flametide.exportAs('speedscope'))));
  expect(speedscope.profiles[0].weights.reduce((a: number, b: number) => a + b, 0)).toBe(100);
  expect(await page.evaluate(() => window.flametide.exportAs('svg'))).toContain('json.Marshal');
  const png = await page.evaluate(async () => [...((await window.flametide.exportAs('png')) as Uint8Array)]);
  expect(Buffer.from(png).includes('view=files')).toBe(true);

  await openFiles(page, textFile('again.txt', String(collapsed)));
  await expect.poll(async () => (await summary(page)).source).toBe('again.txt');
  expect(await page.evaluate(() => window.flametide.stacks())).toEqual(stacks);
  await openFiles(page, { name: 'again.pb.gz', mimeType: 'application/gzip', buffer: Buffer.from(pprof) });
  await expect.poll(async () => (await summary(page)).source).toBe('again.pb.gz');
  expect(await page.evaluate(() => window.flametide.stacks())).toEqual(stacks);
});

test('Sandwich opens at the selected frame, and Tree has one unit', async ({ page }) => {
  await openSample(page);
  for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  await page.getByRole('radio', { name: 'Sandwich' }).click();
  await expect(page.getByRole('tree', { name: 'Callers of serve' })).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Functions' }).getByRole('row', { name: /serve/ })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  // Another function, and back to what is selected.
  await page
    .getByRole('grid', { name: 'Functions' })
    .getByRole('row', { name: /Marshal/ })
    .click();
  await expect(page.getByRole('tree', { name: 'Callers of json.Marshal' })).toBeVisible();
  await page.getByRole('radio', { name: 'Flame', exact: true }).click();
  await page.getByRole('radio', { name: 'Sandwich' }).click();
  await expect(page.getByRole('tree', { name: 'Callers of serve' })).toBeVisible();

  // Nanoseconds of very different sizes: total and self of one unit.
  await page.goto('/?v=1&view=files&pane=tree');
  await openFiles(page, textFile('times.txt', 'main 90\nmain;a 10\n'));
  const heads = page.getByRole('treegrid').getByRole('columnheader');
  await expect(heads).toHaveText([/Call path/, /Total/, /Total.%/, /Self/, /Self.%/]);
  const shares = await page.getByRole('treegrid').getByRole('gridcell').filter({ hasText: '%' }).allInnerTexts();
  expect(shares.every((text) => /^\d+\.\d\d\s%$/.test(text))).toBe(true);
});

test('from the leaves up, self stands at the leaf; callers in Sandwich have none of it', async ({ page }) => {
  await openSample(page, '?v=1&view=files&t=invert');
  const graph = page.getByRole('tree', { name: 'Flamegraph' });
  await graph.focus();
  await page.keyboard.press('ArrowDown');
  // 30 below serve and 5 below log.
  await expect(selectedFrame(page)).toContainText('json.Marshal, total 35, 35.0 %, self 35');
  await page.keyboard.press('ArrowDown');
  await expect(selectedFrame(page)).toContainText('serve, total 30, 30.0 %, self 0');

  await page.evaluate(() => window.flametide.show({ t: [], pane: 'sandwich', sw: 'json.Marshal' }));
  const callers = page.getByRole('tree', { name: 'Callers of json.Marshal' });
  await callers.focus();
  await expect(callers.locator('[aria-selected=true]')).toContainText('json.Marshal, total 45, 45.0 %, self 35');
  await page.keyboard.press('ArrowUp');
  await expect(callers.locator('[aria-selected=true]')).toContainText('serve, total 40, 40.0 %, self 0');
});
