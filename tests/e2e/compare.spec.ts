/** Compare with the embedded server: what changed, in words, rows, numbers and colours. */
import { expect, type Page, test as unwatched } from '@playwright/test';
import {
  after,
  before,
  busyService,
  type Change,
  changes,
  compare,
  huesOf,
  indexOf,
  list,
  profileOf,
  pushCompared,
  query,
  type Row,
  service,
  show,
  shown,
  side,
  SLOW,
  slower,
  span,
  type Span,
  summary,
  supported,
  supportedCode,
  totalIn,
  UPLOAD_MS,
} from './compared.ts';
import { CPU } from './stored.ts';
import { test } from './support.ts';

unwatched.beforeAll(({ baseURL }) => pushCompared(baseURL!));

test('sides of the link alone open a comparison: exact totals, the slow function first', async ({ page }) => {
  await compare(page, side('a', before), side('b', after));
  expect(await summary(page)).toMatchObject({
    view: 'compare',
    normalisation: 'share',
    a: { service: service(), profileType: CPU, from: before.startMs, until: before.endMs, total: totalIn(before, {}) },
    b: { service: service(), profileType: CPU, from: after.startMs, until: after.endMs, total: totalIn(after, slower) },
  });
  const rows = await changes(page);
  expect(rows[0]).toMatchObject({
    kind: 'code',
    name: SLOW,
    supported: true,
    path: ['main', 'serve', 'checkout', SLOW],
  });
  expect(supportedCode(rows)).toEqual([`code ${SLOW}`]);
  expect(rows[0].low! <= 60 && 60 <= rows[0].high!, `${rows[0].low} … ${rows[0].high}`).toBe(true);
  await expect(list(page).getByRole('option').first()).toContainText(SLOW);
  await expect(page.getByRole('region', { name: 'What changed' }).getByRole('status')).toContainText(
    /^checkout\.price costs .+ more wherever it is called/,
  );
  await expect(page.getByText(/evidence from \d+ \+ \d+ time slices/)).toBeVisible();
});

test('a side that is left open is as the other, the time before it', async ({ page }) => {
  await compare(page, side('b', after));
  expect(await summary(page)).toMatchObject({
    a: { service: service(), from: before.startMs, until: before.endMs, total: totalIn(before, {}) },
    b: { total: totalIn(after, slower) },
  });
});

test('a busier route is work; no code is accused', async ({ page }) => {
  await compare(page, side('a', before), side('b', after, busyService()));
  const rows = await changes(page);
  expect(supported(rows)[0]).toBe('either search');
  expect(supportedCode(rows)).toEqual([]);
  await expect(
    page.getByText(
      /^search and what it calls: more calls, or each costs more[^]* whether that is code or traffic. No other change of code is more than noise/,
    ),
  ).toBeVisible();
});

test('swapping mirrors everything', async ({ page }) => {
  await compare(page, side('a', before), side('b', after));
  const [one, rows] = [await summary(page), await changes(page)];
  await page.getByRole('button', { name: 'Swap the sides' }).click();
  await expect.poll(() => query(page).get('a.from')).toBe(String(after.startMs));
  const two = await summary(page);
  expect({ a: two['b'], b: two['a'] }).toEqual({ a: one['a'], b: one['b'] });
  const swapped = new Map((await changes(page)).map((row) => [`${row.kind} ${row.name} ${row.path.join(';')}`, row]));
  expect(swapped.size).toBe(rows.length);
  for (const row of rows) {
    const mirror = swapped.get(`${row.kind} ${row.name} ${row.path.join(';')}`);
    expect(mirror?.delta).toBeCloseTo(-row.delta, 12);
    expect([mirror?.selfA, mirror?.selfB, mirror?.supported]).toEqual([row.selfB, row.selfA, row.supported]);
  }
});

test('against itself nothing has changed, in words, rows and colours', async ({ page }) => {
  const tree = await compare(page, side('a', before), side('b', before), 'noise=shown');
  expect(await changes(page)).toEqual([]);
  await expect(page.getByRole('region', { name: 'What changed' })).toContainText('No code change is more than noise');
  const items = await tree.getByRole('treeitem').allTextContents();
  expect(items.length).toBeGreaterThan(1);
  expect(items.filter((text) => !text.includes('unchanged'))).toEqual([]);
  expect(await huesOf(tree)).toEqual({ warm: 0, cold: 0, other: 0 });
  // The same measure detects a change.
  await show(page, { 'b.from': String(after.startMs), 'b.until': String(after.endMs) });
  await changes(page);
  expect((await huesOf(tree)).warm).toBeGreaterThan(100);
  await show(page, { 'b.from': String(before.startMs), 'b.until': String(before.endMs), pane: 'functions' });
  const table = page.getByRole('grid', { name: 'Functions of both sides' });
  await expect(table.getByRole('row', { name: /json\.encode/ })).toBeVisible();
  await expect(table.locator('[data-sign="1"], [data-sign="-1"]')).toHaveCount(0);
});

test('ten minutes against two of an unchanged program: no code is accused, by any normalisation', async ({ page }) => {
  await compare(page, side('a', before), side('b', span(2, 2)));
  expect(await summary(page)).toMatchObject({
    a: { total: totalIn(before, {}) },
    b: { total: totalIn(span(2, 2), {}) },
  });
  for (const norm of ['share', 'per-second', 'load-adjusted', 'equal-work']) {
    await show(page, { norm });
    expect(await summary(page)).toMatchObject({ normalisation: norm });
    expect(supportedCode(await changes(page)), norm).toEqual([]);
  }
});

const norms = {
  share: 'share',
  'per second': 'per-second',
  'load-adjusted': 'load-adjusted',
  'equal work': 'equal-work',
  absolute: 'absolute',
};
test('normalisation, width and colour by the controls are those of the link; a reload and another browser show them', async ({
  page,
  browser,
}) => {
  await compare(page, side('a', before), side('b', after));
  const pick = async (label: string, title: string): Promise<void> => {
    await page.getByRole('button', { name: new RegExp(`^${label}`) }).click();
    await page.getByRole('option', { name: new RegExp(`^${title}`) }).click();
  };
  const state = async (of: Page): Promise<unknown> => [
    await summary(of),
    await changes(of),
    await (await shown(of)).ariaSnapshot(),
  ];
  const other = await (await browser.newContext()).newPage();
  for (const [title, norm] of Object.entries(norms).toReversed()) {
    await pick('Normalise by', title);
    await expect.poll(() => query(page).get('norm')).toBe(norm === 'share' ? null : norm);
    expect(await summary(page)).toMatchObject({ normalisation: norm });
    const here = await state(page);
    await other.goto(await page.evaluate(() => window.flametide.url()));
    await shown(other);
    expect(await state(other), norm).toEqual(here);
  }
  await other.context().close();
  await pick('Width', 'B');
  await pick('Colour by', 'self');
  await expect.poll(() => [query(page).get('w'), query(page).get('dcol')]).toEqual(['b', 'self']);
  const here = await state(page);
  await page.reload();
  await shown(page);
  expect(await state(page)).toEqual(here);
  await expect(page.getByRole('button', { name: /^Width: .*B$/ })).toBeVisible();
});

test('a cause has the numbers that were pushed, as recorded, as a share and as a rate', async ({ page }) => {
  await compare(page, side('a', before), side('b', after), 'norm=absolute');
  const samples = (of: Span, change: Change): number => {
    let sum = 0;
    for (let timeMs = of.startMs; timeMs <= of.endMs; timeMs += UPLOAD_MS)
      sum += profileOf(change, indexOf(timeMs))[`main;serve;checkout;${SLOW}`];
    return sum * 10_000_000;
  };
  const [a, b] = [samples(before, {}), samples(after, slower)];
  const find = async (): Promise<Row> => (await changes(page)).find(({ name }) => name === SLOW)!;
  expect(await find()).toMatchObject({ selfA: a, selfB: b, delta: b - a });
  await show(page, { norm: 'share' });
  const share = await find();
  expect(share.selfA).toBeCloseTo(a / totalIn(before, {}), 12);
  expect(share.selfB).toBeCloseTo(b / totalIn(after, slower), 12);
  await show(page, { norm: 'per-second' });
  const rate = await find();
  const seconds = (before.endMs - before.startMs) / 1000;
  expect([rate.selfA, rate.selfB]).toEqual([expect.closeTo(a / seconds, 3), expect.closeTo(b / seconds, 3)]);
});

test('a search and a transform are of both sides', async ({ page }) => {
  await compare(page, side('a', before), side('b', after));
  const told = await page.evaluate(() => window.flametide.top(1, 'self').catch((error: Error) => error.message));
  expect(told).toMatch(/^A comparison is shown: summary\(\) and changes\(\)/);
  const totals = { a: { total: totalIn(before, {}) }, b: { total: totalIn(after, slower) } };
  await page.getByRole('textbox', { name: 'Search functions' }).fill('checkout');
  await expect(page.locator('#search-result')).toContainText(/in 7 frames/);
  await page.getByRole('textbox', { name: 'Search functions' }).fill('');
  const code = (await changes(page))[0];
  await show(page, { t: 'hide:="checkout"' });
  const items = await (await shown(page)).getByRole('treeitem').allTextContents();
  expect(items.join()).not.toContain('checkout,');
  expect(await summary(page)).toMatchObject(totals);
  const [hidden] = await changes(page);
  expect(hidden).toMatchObject({ kind: 'code', name: SLOW, path: ['main', 'serve', SLOW], supported: true });
  expect(hidden.delta).toBeCloseTo(code.delta, 12);
  await expect(page.getByRole('group', { name: 'Transforms' })).toContainText('checkout');
});

test('side by side shows both, and both zoom; a frame alone leads to Explore at that frame', async ({ page }) => {
  await compare(page, side('a', before), side('b', after));
  await page.getByRole('radio', { name: 'Side by side' }).click();
  const [a, b] = [await shown(page, 'Flamegraph of A'), await shown(page, 'Flamegraph of B')];
  await a.focus();
  for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await expect.poll(() => query(page).get('z')).toBe('main;serve');
  for (const tree of [a, b]) await expect(tree.locator('[aria-selected=true]')).toHaveText(/^serve, total A .+, B .+/);
  await page.keyboard.press('ContextMenu');
  await page.getByRole('menuitem', { name: 'Show A alone' }).click();
  await shown(page, 'Flamegraph');
  expect(Object.fromEntries(query(page))).toMatchObject({
    view: 'explore',
    svc: service(),
    type: CPU,
    from: String(before.startMs),
    until: String(before.endMs),
    z: 'main;serve',
    sel: 'main;serve',
  });
  expect(await summary(page)).toMatchObject({ view: 'explore', total: totalIn(before, {}) });
});
