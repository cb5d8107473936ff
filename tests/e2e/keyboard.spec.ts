/**
 * The keyboard focus after each change of view, after Back and after clicks beside everything; and when its ring shows.
 */
import { expect, type Page } from '@playwright/test';
import { violations } from './axe.ts';
import { CPU, push } from './stored.ts';
import { openFiles, openSample, test, textFile } from './support.ts';

const graph = (page: Page, name = 'Flamegraph') => page.getByRole('tree', { name, exact: true });

test('the focus follows every change of view, and Back', async ({ page }) => {
  await openSample(page);
  await expect(graph(page)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('s');
  await expect(page.getByRole('tree', { name: /^Callers of / })).toBeFocused();
  await page.goBack();
  await expect(graph(page)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('e');
  await expect(page).toHaveURL(/pane=source/);
  await page.goBack();
  await expect(graph(page)).toBeFocused();
  for (const [pane, view] of [
    ['Tree', page.getByRole('treegrid')],
    ['Functions', page.getByRole('grid', { name: 'Functions' })],
    ['Flame', graph(page)],
  ] as const) {
    await page.getByRole('radio', { name: pane, exact: true }).click();
    await expect(view).toBeFocused();
  }
  // Arrows in the row of views go on to the next view.
  await page.getByRole('radio', { name: 'Flame', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('grid', { name: 'Functions' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'Both' })).toBeFocused();
});

test('/ and ? act wherever no text field has the focus, other keys where nothing has it', async ({ page }) => {
  await openSample(page);
  const search = page.getByRole('textbox', { name: 'Search functions' });
  await page.getByRole('button', { name: /^Theme/ }).focus();
  await page.keyboard.press('/');
  await expect(search).toBeFocused();
  await page.keyboard.type('?/');
  await expect(search).toHaveValue('?/');
  await search.fill('');
  await page.getByRole('radio', { name: 'Flame', exact: true }).focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  // Every view with keys of its own has its part.
  await expect(page.getByRole('dialog', { name: 'Keys' }).getByRole('heading', { level: 3 })).toHaveText([
    'In the graph',
    'On the selected frame',
    'In the tree',
    'In the flame chart',
    'In When',
    'In Compare',
    'Search',
    'Mouse and touch',
  ]);
  await page.keyboard.press('/');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('ArrowDown');
  await expect(graph(page)).toBeFocused();
  await expect(page.locator('[role=treeitem][aria-selected=true]')).toContainText('main');
});

test('the ring of the view shows after a key only', async ({ page }) => {
  await openSample(page);
  const ring = (): Promise<string> => graph(page).evaluate((element) => getComputedStyle(element).boxShadow);
  await expect(graph(page)).toBeFocused();
  expect(await ring()).toBe('none');
  await page.keyboard.press('ArrowDown');
  expect(await ring()).not.toBe('none');
  await page.getByRole('radio', { name: 'Tree', exact: true }).click();
  await page.getByRole('radio', { name: 'Flame', exact: true }).click();
  await expect(graph(page)).toBeFocused();
  expect(await ring()).toBe('none');
  // The pointer opened a menu, Escape closes it.
  await graph(page).click({ button: 'right', position: { x: 60, y: 30 } });
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(graph(page)).toBeFocused();
  expect(await ring()).toBe('none');
});

test('a tree that scrolls takes the focus where it scrolls', async ({ page }) => {
  await page.goto('/?v=1&view=files&pane=tree');
  const stacks = Array.from({ length: 300 }, (_, i) => `main;work${i} ${i + 1}`).join('\n');
  await openFiles(page, textFile('wide.txt', stacks));
  const tree = page.getByRole('treegrid');
  await expect(tree).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await tree.evaluate((element) => element.scrollHeight > element.clientHeight)).toBe(true);
  expect(await violations(page)).toEqual([]);
});

test('Compare keeps its contrast while it loads', async ({ page, baseURL }) => {
  const service = `contrast-${Date.now()}`;
  const now = Date.now();
  await push(baseURL!, service, { 'main;a': 10, 'main;b': 5 }, now - 30_000);
  await push(baseURL!, service, { 'main;a': 5, 'main;b': 9 }, now - 90_000);
  const side = `svc=${service}&type=${encodeURIComponent(CPU)}&a.from=now-2m&a.until=now-1m&b.from=now-1m&b.until=now`;
  let release = (): void => {};
  let held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/Service\/Select/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`/?v=1&view=compare&${side}`);
  await expect(page.getByText(/^Loading/).first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
  release();
  const diff = page.getByRole('tree', { name: 'Diff flamegraph' });
  await expect(diff).toBeVisible();
  await expect(page.getByText(/time slices|sample counts only/)).toBeVisible();

  held = new Promise<void>((resolve) => (release = resolve));
  await page.evaluate(() => {
    history.pushState(null, '', location.href.replace('now-2m', 'now-150s'));
    dispatchEvent(new PopStateEvent('popstate'));
  });
  await expect(page.locator('[data-stale]').first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
  release();
  await expect(page.locator('[data-stale]')).toHaveCount(0);
});
