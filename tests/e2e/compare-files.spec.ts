/** Compare with files: by a link, from the list, dropped, and against the server. */
import { expect, test as unwatched } from '@playwright/test';
import { violations } from './axe.ts';
import {
  after,
  BASE_MS,
  before,
  changes,
  profileOf,
  pushCompared,
  query,
  service,
  show,
  shown,
  side,
  SLOW,
  slower,
  summary,
  totalIn,
} from './compared.ts';
import { pprofOf, totalOf } from './stored.ts';
import { type GivenFile, openFiles, test, textFile } from './support.ts';

unwatched.beforeAll(({ baseURL }) => pushCompared(baseURL!));

const oldStacks = `main;serve;json.Marshal 300000
main;serve;parse 1234567
main;parse;parse;lex 20
main;gone 5000
gc 200000
`;
const newStacks = `main;serve;json.Marshal 450001
main;serve;parse 1234567
main;parse;parse;lex 20
main;fresh 7000
gc 200000
`;
const files = [textFile('old.txt', oldStacks), textFile('new.txt', newStacks)];
const ofFiles = 'a.file=old.txt&b.file=new.txt&norm=absolute';

test('a link to two files asks for them, stays where it is, and tells their differences to the last unit', async ({
  page,
}) => {
  await page.goto(`/?v=1&${ofFiles}`);
  await expect(page.getByText('Open old.txt and new.txt to compare: a link does not contain files.')).toBeVisible();
  await openFiles(page, ...files);
  await shown(page);
  expect(new URL(page.url()).search).toBe(`?v=1&${ofFiles}`);
  expect(await summary(page)).toMatchObject({
    normalisation: 'absolute',
    a: { source: 'old.txt', total: 1_739_587 },
    b: { source: 'new.txt', total: 1_891_588 },
  });
  const rows = await changes(page);
  expect(rows.filter(({ kind }) => kind === 'code').map(({ name, delta }) => [name, delta])).toEqual([
    ['json.Marshal', 150_001],
    ['fresh', 7000],
    ['gone', -5000],
  ]);
  await page.getByRole('radio', { name: 'Diff table' }).click();
  const table = page.getByRole('grid', { name: 'Functions of both sides' });
  for (const [name, a, b, delta, totalDelta] of [
    ['json.Marshal', '300 000', '450 001', '150 001', '150 001'],
    ['fresh', '0', '7 000', '7 000', '7 000'],
    ['gone', '5 000', '0', '−5 000', '−5 000'],
    ['main', '0', '0', '0', '152 001'],
  ]) {
    const cells = table.getByRole('row', { name: new RegExp(`^${name}`) }).getByRole('gridcell');
    const titles = await cells.evaluateAll((all) =>
      all.map((cell) => (cell.getAttribute('title') ?? '').replaceAll('\u00a0', ' ').replace(' count', '')),
    );
    expect([titles[1], titles[2], titles[3], titles[8]], name).toEqual([a, b, delta, totalDelta]);
  }
});

test('the rows of a long table pass below its heads, by keys too', async ({ page }) => {
  const lines = Array.from({ length: 200 }, (_, i) => `main;work.f${i} ${1000 + i}`);
  await page.goto(`/?v=1&${ofFiles}&pane=functions`);
  await openFiles(page, textFile('old.txt', lines.join('\n')), textFile('new.txt', lines.toReversed().join('\n')));
  const table = page.getByRole('grid', { name: 'Functions of both sides' });
  await table.focus();
  for (const [key, edge] of [
    ['End', 'bottom'],
    ['Home', 'top'],
  ] as const) {
    await page.keyboard.press(key);
    const row = table.locator('[data-active]');
    await expect(row).toHaveAttribute('aria-rowindex', key === 'End' ? '202' : '2');
    await expect(row).toBeInViewport({ ratio: 1 });
    const [box, heads, all] = [
      (await row.boundingBox())!,
      (await table.getByRole('row').first().boundingBox())!,
      (await table.boundingBox())!,
    ];
    expect(heads.y, edge).toBe(all.y);
    expect(box.y, edge).toBeGreaterThanOrEqual(heads.y + heads.height);
  }
  expect(await violations(page)).toEqual([]);
});

test('files that differ at the end of a long name are distinguishable', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const [a, b] = ['one', 'two'].map((end) => `profile-of-the-checkout-service-in-production-region-eu-west-${end}.txt`);
  await page.goto(`/?v=1&a.file=${a}&b.file=${b}`);
  await openFiles(page, textFile(a, 'main;x 5'), textFile(b, 'main;x 7'));
  // In a window this narrow the controls of the sides are folded.
  const folded = page.locator('summary').filter({ hasText: 'st-one.txt' });
  for (const end of ['st-one.txt', 'st-two.txt'])
    await expect(folded.getByText(end, { exact: true })).toBeInViewport({ ratio: 1 });
  await folded.click();
  for (const [name, end] of [
    ['Side A, baseline', 'st-one.txt'],
    ['Side B, comparison', 'st-two.txt'],
  ] as const)
    await expect(page.getByRole('group', { name }).getByText(end, { exact: true })).toBeInViewport({ ratio: 1 });
});

test('files of another name take the sides that wait for one; callees of a likely router become routes by a click', async ({
  page,
}) => {
  await page.goto('/?v=1&a.file=x.txt&b.file=new.txt&norm=absolute');
  await openFiles(page, ...files);
  await shown(page);
  expect(await summary(page)).toMatchObject({ a: { source: 'old.txt' }, b: { source: 'new.txt' } });

  // A unit of work hides three routes behind a router.
  const router = 'shop.(*Router).ServeHTTP';
  const above = `net/http.(*conn).serve;net/http.serverHandler.ServeHTTP;net/http.HandlerFunc.ServeHTTP;logged;${router}`;
  const routed = (cart: number): string =>
    `${above};shop.search 400000\n${above};shop.cart ${cart}\n${above};shop.pay 300000\n`;
  await openFiles(page, textFile('a.txt', routed(200_000)), textFile('b.txt', routed(400_000)));
  await show(page, { 'a.file': 'a.txt', 'b.file': 'b.txt' });
  const region = page.getByRole('region', { name: 'What changed' });
  await expect(region).toContainText(`${router} calls several functions and does nothing itself`);
  await region.getByRole('button', { name: 'Callees are routes' }).click();
  await expect.poll(() => query(page).get('routes')).toBe(router);
  await expect(region.getByRole('button', { name: 'Callees are routes' })).toHaveCount(0);
  await changes(page);
  await expect(region).toContainText('shop.cart');
});

test('two files come to a comparison from the list of files, from a shown file, and dropped where one compares', async ({
  page,
}) => {
  const expected = { a: { source: 'old.txt' }, b: { source: 'new.txt' } };
  await page.goto('/?v=1&view=files&norm=absolute');
  await openFiles(page, ...files);
  await page.getByRole('button', { name: 'new.txt', exact: true }).click();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Compare' }).click();
  await shown(page);
  expect(await summary(page)).toMatchObject(expected);

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Files' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Files' }).click();
  await page.getByRole('button', { name: 'Compare both' }).click();
  await shown(page);
  expect(await summary(page)).toMatchObject(expected);

  await page.goto(`/?v=1&${side('a', before)}&${side('b', after)}`);
  await openFiles(page, ...files);
  await expect.poll(() => query(page).get('b.file')).toBe('new.txt');
  await shown(page);
  expect(await summary(page)).toMatchObject(expected);
});

test('a file against the server: of one unit it works, of two it is said why not', async ({ page }) => {
  const recorded = gzipped('usual.pb.gz', pprofOf(profileOf({}, 0), BASE_MS));
  await page.goto(`/?v=1&a.file=old.txt&${side('b', after)}`);
  await openFiles(page, ...files);
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toContainText(
    'A has samples in count, B has cpu in nanoseconds: choose a profile type with the same unit on both sides.',
  );
  await expect(page.getByRole('tree')).toHaveCount(0);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'A, baseline: source' }).click();
  await page.getByRole('menuitem', { name: 'Open a file…' }).click();
  await (await chooser).setFiles(recorded);
  await shown(page);
  expect(await summary(page)).toMatchObject({
    a: { source: 'usual.pb.gz', unit: 'nanoseconds', total: totalOf(profileOf({}, 0)) },
    b: { service: service(), total: totalIn(after, slower) },
  });
  expect((await changes(page)).map(({ name }) => name)).toContain(SLOW);
});

function gzipped(name: string, buffer: Buffer): GivenFile {
  return { name, mimeType: 'application/gzip', buffer };
}
