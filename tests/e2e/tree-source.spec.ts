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

test('a reader of the tree stays where he is, and closed rows tell what they hold', async ({ page }) => {
  await openSample(page);
  await page.getByRole('radio', { name: 'Tree' }).click();
  const tree = page.getByRole('treegrid', { name: 'Call tree' });
  const active = (): Promise<string> =>
    tree.evaluate(
      (grid) => document.getElementById(grid.getAttribute('aria-activedescendant') ?? '')?.textContent ?? '',
    );
  await tree.getByRole('row', { name: 'serve' }).first().click();
  await expect(page).toHaveURL(/sel=main;serve/);
  await page.keyboard.press('End');
  expect(await active()).toContain('gc');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  expect(await active()).toContain('parse');
  await page.keyboard.press('ArrowLeft');
  await page.evaluate(() => window.flametide.show({ s: 'lex' }));
  await expect(tree.getByText('1 match')).toBeVisible();
  await tree.focus();
  await page.keyboard.press('n');
  await expect(tree.getByRole('row', { name: 'lex' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: /Merge into caller/ }).click();
  await expect(page.getByRole('group', { name: 'Transforms' })).toContainText('hide lex');
});

test('lines of a file with what each costs, and the code from a folder', async ({ page }) => {
  // Browsers without a picker for folders hand over all of its files.
  await page.addInitScript(() => delete (window as { showDirectoryPicker?: unknown }).showDirectoryPicker);
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
  await expect(page.getByText('opens https://git.test/app/main.py#L')).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('lines are those of the stacks that transforms leave, and say what they cannot heed', async ({ page }) => {
  await page.goto('/?v=1&view=files&pane=source');
  const stacks = 'main (app.py:1);work (app.py:3) 7\nmain (app.py:1);wait (lib.py:4) 3\n';
  await openFiles(page, textFile('lines.txt', stacks));
  const lines = page.getByRole('table');
  await expect(lines.getByRole('row', { name: /^1 / })).toContainText('100');
  await page.evaluate(() => window.flametide.show({ t: ['focus:wait', 'merge-recursion'] }));
  await expect(lines.getByRole('row', { name: /^4 / })).toContainText('3');
  await expect(page.getByRole('status').filter({ hasText: 'Ignored here' })).toContainText('merge recursion');
  await page.getByRole('navigation', { name: 'Source files, by self' }).getByRole('button', { name: 'app.py' }).click();
  await expect(page).toHaveURL(/sf=app.py/);
  await expect(lines.getByRole('row', { name: /^3 / })).toHaveCount(0);
  await openSample(page);
  await page.getByRole('tree', { name: 'Flamegraph' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('e');
  await expect(page.getByRole('heading', { name: 'No source lines' })).toBeVisible();
});

test('a chip is edited where it stands, and the last one taken back', async ({ page }) => {
  await openSample(page, '?v=1&view=files&t=hide:serve');
  const chips = page.getByRole('group', { name: 'Transforms' });
  await chips.getByRole('button', { name: 'Edit hide serve' }).click();
  const match = page.getByRole('textbox', { name: /that match/ });
  await match.fill('/(/');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('unterminated group');
  await match.fill('parse');
  await page.keyboard.press('Enter');
  await expect(chips).toContainText('hide parse');
  await expect(page).toHaveURL(/t=hide:parse/);
  await page.getByRole('tree', { name: 'Flamegraph' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('r');
  await page.getByRole('textbox', { name: /New name/ }).fill('$0.main');
  await page.keyboard.press('Enter');
  await expect(chips).toContainText('rename main to $0.main');
  await expect
    .poll(() => page.evaluate(() => window.flametide.top(9, 'total')))
    .toContainEqual({ name: 'main.main', self: 0, total: 80 });
  await chips.getByRole('button', { name: 'Undo' }).click();
  await expect(chips).not.toContainText('rename');
});

test('a rename changes every view and the export alike', async ({ page }) => {
  await openSample(page);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByRole('textbox', { name: /that match/ }).fill('/^json.*/');
  await page.getByRole('textbox', { name: /New name/ }).fill('JSON');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  expect(await page.evaluate(() => window.flametide.top(1, 'self'))).toEqual([{ name: 'JSON', self: 35, total: 45 }]);
  expect(await page.evaluate(() => window.flametide.exportAs('collapsed'))).toContain('main;serve;JSON 30');
  await page.reload();
  await openFiles(page, textFile('sample.txt', 'main;json.Marshal 3\n'));
  await expect(page.getByRole('row', { name: /JSON/ })).toBeVisible();
});
