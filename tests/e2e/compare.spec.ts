/** Compare with the embedded server and with files, by link, mouse and keyboard. */
import { expect, type Locator, type Page, test as unwatched } from '@playwright/test';
import { violations } from './axe.ts';
import { CPU, pprofOf, push, type Stacks, totalOf } from './stored.ts';
import { type GivenFile, openFiles, test, textFile } from './support.ts';

const MINUTE = 60_000;
const UPLOAD_MS = 15_000;
/** The maximum age of uploads leaves room for twenty usual minutes and ten of the change. */
const BASE_MS = Math.floor(Date.now() / MINUTE) * MINUTE - 50 * MINUTE;
const CHANGE_MS = BASE_MS + 20 * MINUTE;
const SLOW = 'checkout.price';

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}
const span = (fromMinute: number, minutes: number): Span => ({
  startMs: BASE_MS + fromMinute * MINUTE,
  endMs: BASE_MS + (fromMinute + minutes) * MINUTE - 1,
});
const before = span(10, 10);
const after = span(20, 10);

interface Change {
  readonly load?: Readonly<Record<string, number>>;
  readonly cost?: Readonly<Record<string, number>>;
}

/** Fifteen seconds of a program of three routes, a little different each time. */
function profileOf({ load = {}, cost = {} }: Change, i: number): Stacks {
  const functions = { parse: 60, query: 50, render: 40, auth: 30, log: 25, encode: 35 };
  const stacks: Record<string, number> = { 'main;gc': 40, 'main;rare': 1 };
  for (const [r, route] of ['search', 'cart', 'checkout'].entries()) {
    const busy = (load[route] ?? 1) * (1 + 0.05 * Math.sin(i * (2 + r)));
    for (const [name, count] of Object.entries({ ...functions, ...(route === 'checkout' ? { price: 50 } : {}) })) {
      const own = name === 'encode' ? 'json.encode' : `${route}.${name}`;
      const noise = 1 + 0.1 * Math.sin(i * count + r);
      stacks[`main;serve;${route};${own}`] = Math.round(count * busy * noise * (cost[own] ?? 1));
    }
  }
  return stacks;
}

const slower: Change = { cost: { [SLOW]: 1.6 } };
const busier: Change = { load: { search: 1.7 } };

async function pushWindow(baseURL: string, service: string, { startMs, endMs }: Span, change: Change): Promise<void> {
  const times = Array.from({ length: Math.ceil((endMs - startMs) / UPLOAD_MS) }, (_, i) => startMs + i * UPLOAD_MS);
  await Promise.all(
    times.map((timeMs) => push(baseURL, `${service}{pod=a}`, profileOf(change, indexOf(timeMs)), timeMs)),
  );
}

function indexOf(timeMs: number): number {
  return (timeMs - BASE_MS) / UPLOAD_MS;
}

/** The total of a window, in nanoseconds. */
function totalIn({ startMs, endMs }: Span, change: Change): number {
  let sum = 0;
  for (let timeMs = startMs; timeMs <= endMs; timeMs += UPLOAD_MS) sum += totalOf(profileOf(change, indexOf(timeMs)));
  return sum;
}

/** Unique for this worker and run, since others push at the same time. */
const nameFor = (workerIndex: number): string => `e2e/compared-${BASE_MS / MINUTE}-${workerIndex}`;
const service = (): string => nameFor(test.info().workerIndex);
const busyService = (): string => `${service()}-busy`;

unwatched.beforeAll(async ({ baseURL }, { workerIndex }) => {
  const name = nameFor(workerIndex);
  await pushWindow(baseURL!, name, span(0, 20), {});
  await pushWindow(baseURL!, name, after, slower);
  await pushWindow(baseURL!, `${name}-busy`, after, busier);
});

function side(name: 'a' | 'b', { startMs, endMs }: Span, of = service()): string {
  return `${name}.svc=${of}&${name}.type=${CPU}&${name}.from=${startMs}&${name}.until=${endMs}`;
}

async function shown(page: Page, title = 'Diff flamegraph'): Promise<Locator> {
  const tree = page.getByRole('tree', { name: title });
  await expect(tree).toBeVisible();
  return tree;
}

async function compare(page: Page, ...parts: string[]): Promise<Locator> {
  await page.goto(`/?v=1&${parts.join('&')}`);
  return shown(page);
}

const summary = (page: Page): Promise<Record<string, unknown>> =>
  page.evaluate(() => window.flametide.summary() as never);

type Row = Awaited<ReturnType<typeof window.flametide.changes>>[number];
const changes = (page: Page): Promise<readonly Row[]> => page.evaluate(() => window.flametide.changes(1000));
const supported = (rows: readonly Row[]): string[] =>
  rows.filter((row) => row.supported).map(({ kind, name }) => `${kind} ${name}`);
const supportedCode = (rows: readonly Row[]): string[] => supported(rows).filter((row) => row.startsWith('code'));

const show = (page: Page, patch: Record<string, string | null>): Promise<void> =>
  page.evaluate((keys) => window.flametide.show(keys), patch);

const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

const list = (page: Page): Locator => page.getByRole('listbox', { name: 'Changes' });

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
  expect(await colouredPixels(page)).toBe(0);
  // The measure itself detects a change.
  await show(page, { 'b.from': String(after.startMs), 'b.until': String(after.endMs) });
  await changes(page);
  expect(await colouredPixels(page)).toBeGreaterThan(100);
  await show(page, { 'b.from': String(before.startMs), 'b.until': String(before.endMs), pane: 'functions' });
  const table = page.getByRole('grid', { name: 'Functions of both sides' });
  await expect(table.getByRole('row', { name: /json\.encode/ })).toBeVisible();
  await expect(table.locator('[data-sign="1"], [data-sign="-1"]')).toHaveCount(0);
});

/** Pixels of the graph that are of a hue: what is unchanged, and what is written, is grey. */
function colouredPixels(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector('[data-flamegraph]')!.parentElement!.querySelector('canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = data.subarray(i, i + 3);
      if (Math.max(r, g, b) - Math.min(r, g, b) > 40) count++;
    }
    return count;
  });
}

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

test('from a marker in three clicks: the right function first', async ({ page, baseURL }) => {
  const told = await fetch(`${baseURL}/api/markers`, {
    method: 'POST',
    body: JSON.stringify({ time: CHANGE_MS, title: 'v2 deployed', service: service() }),
  });
  expect(told.status).toBe(201);
  await page.goto(`/?v=1&view=explore&svc=${service()}&type=${CPU}&from=${BASE_MS}&until=${BASE_MS + 30 * MINUTE}`);
  const chart = page.getByRole('application', { name: /m goes to the next marker/ });
  await expect(chart).toBeVisible();
  const box = (await chart.boundingBox())!;
  await page.evaluate(() => window.flametide.summary());
  // The flag stands at two thirds of the plot, which has an axis on its left.
  await clickFlag(page, box);
  await page.getByRole('button', { name: 'Compare 15 min before and after' }).click();
  await shown(page);
  expect(supported(await changes(page))[0]).toBe(`code ${SLOW}`);
  expect(query(page).get('a.until')).toBe(String(CHANGE_MS - 2 * MINUTE));
  expect(query(page).get('b.from')).toBe(String(CHANGE_MS + 2 * MINUTE));
  await page.goBack();
  await expect(chart).toBeVisible();
  // By keys as well.
  await chart.focus();
  await page.keyboard.press('m');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Compare 15/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await shown(page);
  expect(query(page).get('b.from')).toBe(String(CHANGE_MS + 2 * MINUTE));
});

test('events of the last day are offered for comparison, whatever the range in view', async ({ page, baseURL }) => {
  const timeMs = Date.now() - 60 * MINUTE;
  const told = await fetch(`${baseURL}/api/markers`, {
    method: 'POST',
    body: JSON.stringify({ time: timeMs, title: 'v3 deployed', service: service() }),
  });
  expect(told.status).toBe(201);
  await compare(page, side('a', before), side('b', after));
  await page.getByRole('button', { name: 'Compare with' }).click();
  await page.getByRole('menuitem', { name: /v3 deployed/ }).click();
  await expect.poll(() => query(page).get('a.until')).toBe(String(timeMs - 2 * MINUTE));
  expect(query(page).get('b.from')).toBe(String(timeMs + 2 * MINUTE));
  expect(query(page).get('b.svc')).toBe(service());
});

async function clickFlag(page: Page, box: { x: number; y: number; width: number }): Promise<void> {
  for (let x = box.x + box.width * 0.62; x < box.x + box.width * 0.72; x += 3) {
    await page.mouse.move(x, box.y + 6);
    const cursor = await page
      .getByRole('application', { name: /next marker/ })
      .evaluate((chart) => (chart as HTMLElement).style.cursor);
    if (cursor === 'pointer') return page.mouse.click(x, box.y + 6);
  }
  throw new Error('There is no flag.');
}

test('a selection is compared with what was before it', async ({ page }) => {
  await page.goto(`/?v=1&view=explore&svc=${service()}&type=${CPU}&from=${BASE_MS}&until=${BASE_MS + 30 * MINUTE}`);
  const chart = page.getByRole('application', { name: /mean/ });
  await expect(chart).toBeVisible();
  const box = (await chart.boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.69, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.97, y, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Compare with the time before' }).click();
  await shown(page);
  const link = ['a.from', 'a.until', 'b.from', 'b.until'].map((key) => Number(query(page).get(key)));
  expect(link[1] - link[0]).toBe(link[3] - link[2]);
  expect(link[1]).toBe(link[2] - 1);
  expect(supported(await changes(page))[0]).toBe(`code ${SLOW}`);
});

test('a side’s range is moved by keys, once in the history, and nothing else is', async ({ page }) => {
  await compare(page, side('a', before), side('b', after));
  await changes(page);
  const chart = page.getByRole('application', { name: /mean/ });
  await chart.focus();
  const length = await page.evaluate(() => history.length);
  await page.keyboard.press('b');
  await page.keyboard.press('<');
  await expect.poll(() => Number(query(page).get('b.from'))).toBeLessThan(after.startMs);
  const moved = after.startMs - Number(query(page).get('b.from'));
  expect(after.endMs - Number(query(page).get('b.until'))).toBe(moved);
  expect([query(page).get('a.from'), query(page).get('a.until')]).toEqual([
    String(before.startMs),
    String(before.endMs),
  ]);
  expect(await page.evaluate(() => history.length)).toBe(length + 1);
  await shown(page);
  expect(await summary(page)).toMatchObject({ b: { from: after.startMs - moved, until: after.endMs - moved } });
  await page.goBack();
  expect(await summary(page)).toMatchObject({ b: { from: after.startMs, until: after.endMs } });
});

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

test('files of another name take the sides that wait for one', async ({ page }) => {
  await page.goto('/?v=1&a.file=x.txt&b.file=new.txt&norm=absolute');
  await openFiles(page, ...files);
  await shown(page);
  expect(await summary(page)).toMatchObject({ a: { source: 'old.txt' }, b: { source: 'new.txt' } });
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

test('a side without profiles is said, and no graph is drawn of it', async ({ page }) => {
  await page.goto(`/?v=1&${side('a', before)}&${side('b', after, 'e2e/nobody')}`);
  await expect(
    page.getByText('B has no profiles in the range: a comparison needs profiles on both sides.'),
  ).toBeVisible();
  for (const pane of ['flame', 'sides', 'functions', 'sandwich', 'tree', 'both']) {
    await show(page, { pane });
    expect(await summary(page)).toMatchObject({ a: { total: totalIn(before, {}) }, b: { total: 0 } });
    expect(await changes(page)).toEqual([]);
    await expect(page.getByText('B has no profiles in the range')).toBeVisible();
    await expect(page.locator('[data-flamegraph]')).toHaveCount(0);
    await expect(page.getByRole('tree').or(page.getByRole('grid')).or(page.getByRole('treegrid'))).toHaveCount(0);
    await expect(page.getByRole('region', { name: 'What changed' })).toHaveCount(0);
  }
  await show(page, { pane: 'flame' });
  await page.getByRole('button', { name: 'Compare both halves of A' }).click();
  await shown(page);
  expect(query(page).get('b.svc')).toBe(service());
});

test('a service without profiles on both sides is named, and that there is nothing to compare', async ({ page }) => {
  await page.goto(`/?v=1&view=compare&svc=e2e/nobody`);
  await expect(page.getByText('A and B have no profiles in the range')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Service/ }).first()).toContainText('e2e/nobody');
  const told = await page.evaluate(() => window.flametide.summary().catch((error: Error) => error.message));
  expect(told).toMatch(/^Nothing is shown/);
});

test('the page’s own range stands there only while a side follows it; the zone and the refresh always do', async ({
  page,
}) => {
  const bar = page.getByRole('banner');
  const range = bar.getByRole('button', { name: /^Range: / });
  await compare(page, `view=compare&svc=${service()}&type=${CPU}&from=${after.startMs}&until=${after.endMs}`);
  await expect(range).toBeVisible();
  await page.getByRole('button', { name: 'Swap the sides' }).click();
  await expect(range).toHaveCount(0);
  await expect(bar.getByRole('button', { name: 'Earlier by one range' })).toHaveCount(0);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await expect(bar.getByRole('button', { name: /^Zone: / })).toBeVisible();
    await expect(bar.getByRole('button', { name: 'Refresh now' })).toBeVisible();
  }
  await page.goBack();
  await expect(range).toBeVisible();
});

test('a pair too long for one question is two, and nothing is refused', async ({ page }) => {
  await page.goto(`/?v=1&b.svc=${service()}&b.type=${CPU}&b.from=now-30d&b.until=now`);
  await expect(page.getByText('A has no profiles in the range')).toBeVisible();
  const charts = page.getByRole('application');
  await expect(charts).toHaveCount(2);
  await expect(charts.last()).toHaveAccessibleName(/, mean /);
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);
});

unwatched('refused series say nothing about profiles', async ({ page }) => {
  await page.route('**/SelectSeries', (route) =>
    route.fulfill({ status: 400, contentType: 'application/json', body: '{"code":"invalid_argument","message":"no"}' }),
  );
  await compare(page, side('a', before), side('b', after));
  await expect(page.getByText('Could not load the time series: no')).toBeVisible();
  await expect(page.getByRole('application')).not.toHaveAccessibleName(/No profiles/);
});

// The browser itself logs refused requests.
unwatched.describe('a server that cannot slice', () => {
  const MERGES = '**/SelectMergeStacktraces';
  /** Each side's largest nodes, and each side whole. */
  const SIDES = 2 + 2;
  const refusal = (status: number, code: string) => ({
    status,
    contentType: 'application/json',
    body: JSON.stringify({ code, message: 'not now' }),
  });
  const refuseSlices = (page: Page, status: number, code: string): Promise<unknown> =>
    page.route('**/flametide.v1.QueryService/SelectSlices', (route) => route.fulfill(refusal(status, code)));

  for (const [status, code] of [
    [404, 'unimplemented'],
    [500, 'internal'],
  ] as const) {
    unwatched(`(${code}) is asked for parts of the range, and the right function is first`, async ({ page }) => {
      await refuseSlices(page, status, code);
      let merges = 0;
      await page.route(MERGES, (route) => {
        merges++;
        return route.fallback();
      });
      await compare(page, side('a', before), side('b', after));
      const rows = await changes(page);
      expect(merges).toBe(SIDES + 18 + 18);
      expect(supportedCode(rows)).toEqual([`code ${SLOW}`]);
      expect(rows[0].name).toBe(SLOW);
      await expect(page.getByText(/evidence from \d+ \+ \d+ time slices(?!; sample counts)/)).toBeVisible();
      await expect(page.getByText('The evidence is weaker')).toHaveCount(0);
    });
  }

  unwatched('nor tell parts: the graph is there, with what is known without', async ({ page }) => {
    await refuseSlices(page, 404, 'unimplemented');
    let merges = 0;
    await page.route(MERGES, (route) =>
      ++merges > SIDES ? route.fulfill(refusal(500, 'internal')) : route.fallback(),
    );
    await compare(page, side('a', before), side('b', after));
    await expect(
      page.getByText(/The evidence is weaker than it could be, because time slices are not available/),
    ).toBeVisible();
    await expect(page.getByText(/evidence from sample counts only: weaker/)).toBeVisible();
    const rows = await changes(page);
    expect(rows.find(({ name }) => name === SLOW)).toMatchObject({ kind: 'code' });
    expect(supportedCode(rows).filter((row) => row !== `code ${SLOW}`)).toEqual([]);
  });
});

test('by keyboard alone: to the list of causes, through it, and to the frame', async ({ page }) => {
  await compare(page, side('a', before), side('b', after), 'noise=shown');
  await changes(page);
  await page.getByRole('button', { name: 'Swap the sides' }).focus();
  for (let i = 0; i < 60 && !(await list(page).evaluate((box) => box === document.activeElement)); i++)
    await page.keyboard.press('Tab');
  await expect(list(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tree').locator('[aria-selected=true]')).toHaveText(new RegExp(`^${SLOW}, total`));
  expect(query(page).get('sel')).toBe(`main;serve;checkout;${SLOW}`);
  // Changes that may be noise are a list of their own, reached with the arrow keys.
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('radio', { name: /^May be noise/ })).toBeFocused();
  const first = list(page).getByRole('option').first();
  await expect(first).toHaveAttribute('aria-posinset', '1');
  expect(Number(await first.getAttribute('aria-setsize'))).toBeGreaterThan(1);
  await list(page).focus();
  await page.keyboard.press('PageDown');
  await expect(list(page)).not.toHaveAttribute('aria-activedescendant', 'change-0');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('axe finds nothing, wide and narrow, and nothing is cut off', async ({ page }) => {
      await compare(page, side('a', before), side('b', after));
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 900 });
        for (const pane of ['flame', 'sides', 'functions', 'both']) {
          await show(page, { pane });
          await changes(page);
          expect(await violations(page), `${pane} at ${width}`).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth), `${pane} at ${width}`).toBe(width);
        }
      }
    });
  });
}
