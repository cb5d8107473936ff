/** Tree and Sandwich of two files. */
import { expect, type Page } from '@playwright/test';
import { violations } from './axe.ts';
import { type Hues, huesOf } from './compared.ts';
import { openFiles, test, textFile } from './support.ts';

// Of 1000 each: `slow` grows from 200 to 400 on one of its two ways; `gone` and `fresh` stand on one side.
const before = 'main;api;slow;inner 100\nmain;jobs;slow;inner 100\nmain;api;gone 100\nmain;rest 700\n';
const after = 'main;api;slow;inner 300\nmain;jobs;slow;inner 100\nmain;api;fresh 100\nmain;rest 500\n';

async function compare(page: Page, pane: string): Promise<void> {
  await page.goto('/?v=1&view=files');
  await openFiles(page, textFile('before.txt', before), textFile('after.txt', after));
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  await page.evaluate(
    (next) => window.flametide.show({ view: 'compare', 'a.file': 'before.txt', 'b.file': 'after.txt', pane: next }),
    pane,
  );
}

test('the tree of both sides by keys: where it moved is open, and rows tell of both', async ({ page }) => {
  await compare(page, 'tree');
  const tree = page.getByRole('treegrid', { name: 'Call tree of both sides' });
  const rows = tree.getByRole('rowgroup').getByRole('row');
  // Of what is below main most moved below api: there the largest change stands first.
  await expect(rows).toContainText(['total', 'main', 'api', 'slow', 'fresh', 'gone', 'rest', 'jobs']);
  await expect(rows.nth(3)).toContainText(/slow.*10\.0030\.00\+20\.00\+200.%/);
  await expect(rows.nth(5)).toContainText(/gone.*10\.000\.00−10\.00gone/);
  await tree.focus();
  await page.keyboard.press('Home');
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
  await expect(rows).toContainText(['total', 'main', 'api', 'rest', 'jobs']);
  await page.evaluate(() => window.flametide.show({ s: 'inner' }));
  await expect(tree.getByText('1 match')).toHaveCount(2);
  await tree.focus();
  await page.keyboard.press('n');
  await expect(tree.locator('[aria-selected=true]')).toContainText('inner');
  await tree.getByRole('button', { name: 'Call path' }).click();
  await expect(page).toHaveURL(/sort=name/);
  await expect(rows).toContainText(['total', 'main', 'api', 'fresh', 'gone', 'slow', 'inner', 'jobs', 'rest']);
  await page.getByRole('button', { name: 'Bottom-up' }).click();
  await expect(page).toHaveURL(/t=invert/);
  expect(await violations(page)).toEqual([]);
});

test('a function of both sides between its callers and callees, by s from wherever it stands', async ({ page }) => {
  await compare(page, 'sandwich');
  await expect(page.getByText('Choose a function in the list')).toBeVisible();
  await page.getByRole('listbox', { name: 'Changes' }).getByRole('option', { name: /^gone/ }).click();
  await expect(page).toHaveURL(/sw=gone/);
  await page.evaluate(() => window.flametide.show({ pane: 'functions', sw: null, sel: 'main;api;slow' }));
  await page.getByRole('grid', { name: 'Functions of both sides' }).focus();
  await page.keyboard.press('s');
  await expect(page).toHaveURL(/pane=sandwich/);
  await expect(page).toHaveURL(/sw=slow/);
  const facts = page.getByRole('table', { name: 'The function on both sides' });
  await expect(facts.getByRole('row', { name: /^total/ })).toContainText(/A 20.0.%B 40.0.%\+20.0.points\+100.%/);
  const callers = page.getByRole('tree', { name: 'Callers of slow' });
  await callers.focus();
  await page.keyboard.press('ArrowUp');
  await expect(callers.locator('[aria-selected=true]')).toContainText(/api, total A 10.0.%, B 30.0.%/);
  expect(await violations(page)).toEqual([]);
  // A caller becomes what stands in the middle.
  await page.keyboard.press('s');
  await expect(page).toHaveURL(/sw=api/);
  await expect(page.getByRole('tree', { name: 'Callees of api' })).toBeVisible();
  await page.evaluate(() => window.flametide.show({ sw: 'nowhere' }));
  await expect(page.getByText('nowhere is on neither side.')).toBeVisible();
});

/** Of a half of a sandwich. */
const hues = (page: Page, title: string): Promise<Hues> => huesOf(page.getByRole('tree', { name: title }));

test('halves of a sandwich are coloured by total, also where the page colours by self', async ({ page }) => {
  await compare(page, 'sandwich');
  // All of `slow` is in `inner`: of its callers and itself no self changed.
  await page.evaluate(() => window.flametide.show({ sw: 'slow', dcol: 'self', noise: 'shown' }));
  await expect(page.getByRole('tree', { name: 'Callers of slow' })).toBeVisible();
  await expect.poll(async () => (await hues(page, 'Callers of slow')).warm).toBeGreaterThan(100);
  const bySelf = await hues(page, 'Callers of slow');
  // Twice as much through api, as much through jobs: nothing shrank.
  expect(bySelf.cold).toBe(0);
  await page.evaluate(() => window.flametide.show({ dcol: 'total' }));
  await expect.poll(() => hues(page, 'Callers of slow')).toEqual(bySelf);
  await page.evaluate(() => window.flametide.show({ sw: 'gone' }));
  await expect(page.getByRole('tree', { name: 'Callers of gone' })).toBeVisible();
  await expect.poll(() => hues(page, 'Callers of gone')).toMatchObject({ warm: 0 });
  expect((await hues(page, 'Callers of gone')).cold).toBeGreaterThan(100);
});
