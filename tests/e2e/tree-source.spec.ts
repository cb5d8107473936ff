/** Tree, Source and the transforms that rename, on a file. */
import { expect } from '@playwright/test';
import { violations } from './axe.ts';
import { openFiles, openSample, test, textFile } from './support.ts';

test('the tree by keys: the hot path is open, arrows open and close, a search is shown', async ({ page }) => {
  await openSample(page);
  await page.getByRole('radio', { name: 'Tree' }).click();
  const tree = page.getByRole('treegrid', { name: 'Call tree' });
  await expect(tree).toBeVisible();
  const row = (name: string): ReturnType<typeof tree.getByRole> => tree.getByRole('row', { name });
  // main holds 80 of 100, serve 55 of them, json.Marshal 40.
  await expect(row('json.Marshal').first()).toBeVisible();
  await expect(row('encode')).toBeVisible();
  await expect(row('lex')).toHaveCount(0);
  await expect(row('main').first()).toHaveAttribute('aria-expanded', 'true');
  await tree.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await expect(row('encode')).toHaveCount(0);
  await page.keyboard.press('*');
  await expect(row('lex')).toBeVisible();
  await page.getByRole('button', { name: 'Bottom-up' }).click();
  await expect(page.getByRole('group', { name: 'Transforms' })).toContainText('invert');
  await expect(row('json.Marshal').first()).toContainText('35');
  await page.evaluate(() => window.flametide.show({ s: 'lex', t: null }));
  await page.keyboard.press('n');
  expect(await violations(page)).toEqual([]);
});

test('lines of a file with what each costs, and the code from a folder', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  const stacks = 'main (app/main.py:1);work (app/main.py:3) 7\nmain (app/main.py:1);work (app/main.py:4) 3\n';
  await openFiles(page, textFile('lines.txt', stacks));
  await page.getByRole('radio', { name: 'Source' }).click();
  const lines = page.getByRole('table');
  await expect(lines.getByRole('row', { name: /^3 / })).toContainText('70.0');
  await expect(lines.getByRole('row', { name: /^1 / })).toContainText('100');
  await page.getByLabel('Folder with the source code').setInputFiles('tests/fixtures/source/shop');
  await expect(lines.getByText('def work():')).toBeVisible();
  await page.getByRole('button', { name: 'Repository link…' }).click();
  await page.getByPlaceholder(/^https:/).fill('https://git.test/{file}#L{line}');
  await expect(lines.getByRole('link', { name: '3' })).toHaveAttribute('href', 'https://git.test/app/main.py#L3');
  expect(await violations(page)).toEqual([]);
});

test('group by and rename change every view and the export alike', async ({ page }) => {
  await openSample(page);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByRole('textbox', { name: /match/ }).fill('/^json/');
  await page.getByRole('textbox', { name: /called/ }).fill('JSON');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  expect(await page.evaluate(() => window.flametide.top(1, 'self'))).toEqual([{ name: 'JSON', self: 35, total: 45 }]);
  expect(await page.evaluate(() => window.flametide.exportAs('collapsed'))).toContain('main;serve;JSON 30');
  await page.reload();
  await openFiles(page, textFile('sample.txt', 'main;json.Marshal 3\n'));
  await expect(page.getByRole('row', { name: /JSON/ })).toBeVisible();
});
