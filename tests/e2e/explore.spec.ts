/** Explore with the embedded server: pushed profiles are shown, by mouse, keyboard and link. */
import { expect, type Page, type Request, test as unwatched } from '@playwright/test';
import { violations } from './axe.ts';
import { CPU, push, type Stacks, totalOf } from './stored.ts';
import { summary, test } from './support.ts';

/** Half an hour ago, on a full minute: every test pushes services of its own around it. */
const BASE_MS = Math.floor(Date.now() / 60_000) * 60_000 - 30 * 60_000;
const RANGE = `from=${BASE_MS - 60_000}&until=${BASE_MS + 10 * 60_000}`;

const HEAP = 'memory:inuse_space:bytes:inuse_space:bytes';
const stacks: Stacks = { 'main;serve;json.Marshal': 30, 'main;serve;parse': 12, 'main;idle': 8 };

function link(service: string, more = ''): string {
  return `/?v=1&view=explore&svc=${service}&type=${CPU}&${RANGE}${more}`;
}

async function shown(page: Page): Promise<void> {
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
}

/** Bodies of the questions that a page asks from now on, by call. */
function watchQuestions(page: Page): Map<string, string[]> {
  const asked = new Map<string, string[]>();
  page.on('request', (request: Request) => {
    const call = /QuerierService\/(\w+)/.exec(request.url())?.[1];
    if (call !== undefined)
      asked.set(call, [...(asked.get(call) ?? []), request.postDataBuffer()?.toString('latin1') ?? '']);
  });
  return asked;
}

test('pushed profiles are on the screen, to the last unit: tree, table, series', async ({ page, baseURL }) => {
  for (let i = 0; i < 4; i++) await push(baseURL!, 'e2e/exact{pod=a}', stacks, BASE_MS + i * 15_000);
  await page.goto(link('e2e/exact'));
  await shown(page);
  const total = 4 * totalOf(stacks);
  const facts = await summary(page);
  expect(facts).toMatchObject({ view: 'explore', service: 'e2e/exact', profileType: CPU, unit: 'nanoseconds', total });
  expect(facts).toMatchObject({ nodes: 5, maxDepth: 3, functions: 5, from: BASE_MS - 60_000 });
  expect(await page.evaluate(() => window.flametide.top(1, 'self'))).toEqual([
    { name: 'json.Marshal', self: total * 0.6, total: total * 0.6 },
  ]);
  const series = await page.evaluate(() => window.flametide.series());
  expect(series).toHaveLength(1);
  // Cores, by steps that are minutes at the most: Σ rate · step is the total again.
  const [{ points }] = series;
  const stepMs = 30_000;
  expect(points.reduce((sum, [, cores]) => sum + cores * stepMs * 1e6, 0)).toBeCloseTo(total, -3);
  await expect(page.getByRole('row', { name: /json\.Marshal/ }).first()).toContainText('60.0');
  // Files and lines come with the whole answer.
  await page.getByRole('radio', { name: 'Functions' }).click();
  await expect(page.getByRole('row', { name: /json\.Marshal/ }).first()).toContainText('src/json.Marshal.go');
});

unwatched(
  'a failed series is asked for again; a failed list of services takes no graph away',
  async ({ page, baseURL }) => {
    await push(baseURL!, 'e2e/again', stacks, BASE_MS);
    const failure = { status: 500, contentType: 'application/json', body: '{"code":"internal","message":"not now"}' };
    await page.route('**/querier.v1.QuerierService/{SelectSeries,Series,LabelNames}', (route) =>
      route.fulfill(failure),
    );
    await page.goto(link('e2e/again'));
    await shown(page);
    const alert = page.getByRole('alert').filter({ hasText: 'Could not load the time series: not now' });
    await expect(alert).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.unroute('**/querier.v1.QuerierService/{SelectSeries,Series,LabelNames}');
    await alert.getByRole('button', { name: 'Try again' }).press('Enter');
    await expect(alert).toBeHidden();
    await shown(page);
  },
);

unwatched('a source that is asked too often says so, and is asked again', async ({ page, baseURL }) => {
  await push(baseURL!, 'e2e/often', stacks, BASE_MS);
  const failure = {
    status: 429,
    contentType: 'application/json',
    body: '{"code":"resource_exhausted","message":"slow down"}',
  };
  await page.route('**/querier.v1.QuerierService/SelectMergeStacktraces', (route) => route.fulfill(failure));
  await page.goto(link('e2e/often'));
  await expect(page.getByRole('heading', { name: 'Too many requests to the source' })).toBeVisible();
  await page.unroute('**/querier.v1.QuerierService/SelectMergeStacktraces');
  await page.getByRole('button', { name: 'Try again' }).first().press('Enter');
  await shown(page);
});

unwatched('a Pyroscope that says it holds nothing is asked all the same', async ({ page, baseURL }) => {
  await push(baseURL!, 'e2e/quiet', stacks, BASE_MS);
  await page.route('**/querier.v1.QuerierService/GetProfileStats', (route) => route.fulfill({ json: {} }));
  await page.route('**/api/status', (route) =>
    route.fulfill({ json: { version: '1', source: 'pyroscope', refusals: [] } }),
  );
  await page.goto(`/?v=1&view=explore&svc=e2e%2Fquiet`);
  await shown(page);
  await page.route('**/querier.v1.QuerierService/Series', (route) => route.fulfill({ json: {} }));
  await page.goto(`/?v=1&view=explore`);
  await expect(page.getByRole('heading', { name: 'No profile in this range' })).toBeVisible();
  await expect(page.getByText('own profile')).toBeHidden();
});

test('refused uploads are shown beside their service until they are dismissed', async ({ page, baseURL }) => {
  for (const service of ['e2e/refused', 'e2e/fine']) await push(baseURL!, service, stacks, BASE_MS);
  const sent = await page.request.post(`${baseURL}/ingest?name=e2e/refused&format=pprof`, { data: 'no profile' });
  expect(sent.status()).toBe(422);
  const notice = page.getByRole('status').filter({ hasText: 'refused since the server started' });
  await page.goto(link('e2e/fine'));
  await shown(page);
  await expect(notice.filter({ hasText: 'e2e' })).toBeHidden();
  await page.goto(link('e2e/refused'));
  await expect(notice).toBeVisible();
  await notice.getByRole('button', { name: 'Dismiss' }).press('Enter');
  await expect(notice).toBeHidden();
});

test('a matcher of every operator reaches every question, and changes graph, series and export alike', async ({
  page,
  baseURL,
}) => {
  const pods = ['web-1', 'web-2', 'job-1'];
  for (const [i, pod] of pods.entries()) {
    await push(baseURL!, `e2e/matchers{pod=${pod}}`, { [`main;only_${pod}`]: i + 1 }, BASE_MS);
  }
  const asked = watchQuestions(page);
  await page.goto(link('e2e/matchers'));
  // The whole answer too: it is asked for once the first rests on the screen.
  await summary(page);
  for (const [operator, value, samples] of [
    ['=', 'web-2', 2],
    ['!=', 'web-2', 4],
    ['=~', 'web-.*', 3],
    ['!~', 'web-.*', 3],
  ] as const) {
    const matcher = `pod${operator}"${value}"`;
    asked.clear();
    await page.evaluate((q) => window.flametide.show({ q }), matcher);
    const total = samples * totalOf({ a: 1 });
    expect(await summary(page)).toMatchObject({ total });
    const series = await page.evaluate(() => window.flametide.series());
    expect(series.flatMap(({ points }) => points).length).toBeGreaterThan(0);
    const collapsed = await page.evaluate(() => window.flametide.exportAs('collapsed'));
    const exported = String(collapsed)
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ').at(-1)));
    expect(exported.reduce((sum, one) => sum + one, 0)).toBe(total);
    for (const call of ['SelectSeries', 'SelectMergeStacktraces', 'SelectMergeProfile']) {
      expect(asked.get(call)?.length, call).toBeGreaterThan(0);
      expect(
        asked.get(call)?.every((body) => body.includes(matcher)),
        call,
      ).toBe(true);
    }
    // Suggestions for another label are those of the profiles that match.
    asked.clear();
    await page.getByRole('button', { name: 'Add a label' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expect
      .poll(() => asked.get('LabelNames')?.some((body) => body.includes(matcher.replaceAll('"', '\\"'))))
      .toBe(true);
    await page.keyboard.press('Escape');
  }
});

test('snapshots are what was held, whatever was looked at before', async ({ page, baseURL }) => {
  const service = `e2e/heap-${BASE_MS}`;
  const heap = ['inuse_space', 'bytes'] as const;
  // Within full steps, as a step that is full in part holds less.
  for (let ms = BASE_MS + 1000; ms < BASE_MS + 6 * 60_000; ms += 15_000) {
    await push(baseURL!, `${service}{pod=one}`, stacks, ms);
    await push(baseURL!, `${service}{pod=one}`, { 'main;cache': 3, 'main;pool': 1 }, ms, heap);
    await push(baseURL!, `${service}{pod=two}`, { 'main;cache': 6 }, ms + 7000, heap);
  }
  await page.goto(link(service));
  await shown(page);
  const held = totalOf({ cache: 9, pool: 1 });
  await page.evaluate((type) => window.flametide.show({ type }), HEAP);
  expect(await summary(page)).toMatchObject({ shown: held, snapshots: 12 });
  // Of a path over time alone the series are less, the tree is not.
  await page.evaluate(() => window.flametide.show({ cs: 'main;pool' }));
  await expect(page.getByText('Only calls through pool')).toBeVisible();
  expect(await summary(page)).toMatchObject({ shown: held, snapshots: 12 });
  // Four uploads in a step.
  const from = String(BASE_MS - 30 * 60_000);
  await page.evaluate((start) => window.flametide.show({ cs: null, from: start, by: 'pod', grid: 'values' }), from);
  const values = page.getByRole('region', { name: 'Values of pod' });
  await expect(values).toContainText('57.2\u00a0MiB');
  await expect(values).toContainText('38.1\u00a0MiB');
});

test('values of a label cost what their title says, whichever type is looked at', async ({ page, baseURL }) => {
  await push(baseURL!, 'e2e/costed{pod=one}', stacks, BASE_MS);
  await page.goto(link('e2e/costed').replace(CPU, 'memory:inuse_space:bytes:space:bytes'));
  await page.getByRole('button', { name: 'Add a label' }).click();
  await page.getByRole('option', { name: /^pod/ }).click();
  await expect(page.getByText('CPU time in this range')).toBeVisible();
  await expect(page.getByRole('option', { name: /one/ })).toContainText('500\u00a0core-ms');
});

test('by keyboard alone: a service, a label, a range, the top function', async ({ page, baseURL }) => {
  await push(baseURL!, 'e2e/keys{pod=one}', { 'main;hot': 9, 'main;cold': 1 }, BASE_MS);
  await push(baseURL!, 'e2e/keys{pod=two}', { 'main;other': 20 }, BASE_MS);
  await page.goto(`/?v=1&view=explore&svc=flametide&type=${CPU}&${RANGE}`);
  const service = page.getByRole('button', { name: /^Service/ });
  await service.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Find a service' })).toBeFocused();
  await page.keyboard.type('e2e/keys');
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(service).toContainText('e2e/keys');
  await expect(service).toBeFocused();
  await page.getByRole('button', { name: 'Add a label' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('option')).not.toHaveCount(0);
  await page.keyboard.type('pod');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('option', { name: /one/ })).toBeVisible();
  await page.keyboard.type('one');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  expect(await summary(page)).toMatchObject({ service: 'e2e/keys', total: totalOf({ a: 10 }) });
  await page.getByRole('button', { name: /^Range/ }).focus();
  await page.keyboard.press('Enter');
  const from = page.getByRole('textbox', { name: 'From' });
  await expect(from).toBeVisible();
  await from.fill('now-2h');
  await page.getByRole('textbox', { name: 'Until' }).fill('now');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Range/ })).toContainText('Last 2');
  expect(await page.evaluate(() => window.flametide.top(1, 'self'))).toMatchObject([{ name: 'hot' }]);
});

test('a link shows the same in another browser; reload, back and forward too', async ({ page, baseURL, browser }) => {
  await push(baseURL!, 'e2e/links{pod=a}', stacks, BASE_MS);
  await push(baseURL!, 'e2e/links{pod=b}', { 'main;serve;parse': 5 }, BASE_MS + 15_000);
  await page.goto(link('e2e/links'));
  await shown(page);
  const before = await summary(page);
  await page.evaluate(() => window.flametide.show({ q: 'pod="b"' }));
  const after = await summary(page);
  expect(after.total).toBe(totalOf({ a: 5 }));
  await page.goBack();
  expect(await summary(page)).toEqual(before);
  await page.goForward();
  expect(await summary(page)).toEqual(after);
  await page.reload();
  await shown(page);
  expect(await summary(page)).toEqual(after);
  const copied = await page.evaluate(() => window.flametide.url());
  const other = await (await browser.newContext()).newPage();
  await other.goto(copied);
  await expect(other.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect(await summary(other)).toEqual(after);
  await other.context().close();
});

test('the address names what the page chose, as a step that Back does not stop at', async ({ page, baseURL }) => {
  // Older than the hour that the page opens on.
  await push(baseURL!, 'e2e/address', stacks, BASE_MS - 2 * 3_600_000);
  await push(baseURL!, 'e2e/address', stacks, BASE_MS);
  await page.goto('/?v=1&view=files');
  await page.goto('/?v=1&svc=e2e/address');
  await shown(page);
  await expect(page).toHaveURL(
    /[?&]svc=e2e\/address&type=process_cpu:cpu:nanoseconds:cpu:nanoseconds&from=now-1h&until=now/,
  );
  expect((await summary(page)).total).toBe(totalOf(stacks));
  await page.getByRole('radio', { name: 'Tree', exact: true }).click();
  await expect(page).toHaveURL(/pane=tree/);
  await page.goBack();
  await expect(page).toHaveURL(/type=process_cpu.*pane=both/);
  await page.goBack();
  await expect(page).toHaveURL(/view=files/);
});

for (const half of [1, 2])
  test(`50 random views come back from their links, half ${half}`, async ({ page, baseURL }) => {
    test.slow();
    // A service of its own: the other half may run in another process, whose times differ.
    const service = `e2e/random-${half}`;
    await push(baseURL!, `${service}{pod=a,env=prod}`, stacks, BASE_MS);
    await push(baseURL!, `${service}{pod=b,env=test}`, { 'main;serve;parse': 5, gc: 2 }, BASE_MS + 30_000);
    await page.goto(link(service));
    await shown(page);
    let seed = 20_261_125 * half;
    const random = (most: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * most);
    };
    const pick = <T>(list: readonly T[]): T => list[random(list.length)];
    for (let i = 0; i < 25; i++) {
      const patch = {
        q: pick([null, 'pod="a"', 'env!="prod"', 'pod=~"a|b"']),
        by: pick([null, 'pod', 'env']),
        pane: pick(['flame', 'both', 'functions']),
        s: pick([null, 'parse', '/^json/']),
        z: pick([null, 'main', 'main;serve']),
        t: pick([null, 'hide:serve', 'merge-recursion', 'focus:parse']),
        col: pick(['package', 'function', 'self']),
        dir: pick(['icicle', 'flame']),
        order: pick(['size', 'name']),
        tz: pick([null, 'UTC', 'Europe/Berlin']),
      };
      await page.evaluate((next) => window.flametide.show(next), patch);
      const [facts, url, stacksShown] = await page.evaluate(
        async () => [await window.flametide.summary(), location.search, await window.flametide.stacks()] as const,
      );
      await page.goto(`/${url}`);
      await expect(page.locator('[data-flamegraph], [role=grid]').first()).toBeVisible();
      expect(await summary(page), url).toEqual(facts);
      expect(await page.evaluate(() => window.flametide.stacks()), url).toEqual(stacksShown);
      expect(await page.evaluate(() => location.search)).toBe(url);
    }
  });

test('the reason for an empty view is shown, with a way back', async ({ page, baseURL }) => {
  await push(baseURL!, 'e2e/empty{pod=a}', stacks, BASE_MS);
  await page.goto(link('e2e/empty', '&q=pod%3D"nobody"'));
  await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible();
  await expect(page.getByText('No profile of e2e/empty has {pod="nobody"} in this range.')).toBeVisible();
  await page.getByRole('button', { name: 'Remove the label' }).click();
  await shown(page);
  await page.goto(`/?v=1&view=explore&svc=e2e/empty&type=${CPU}&from=now-5s&until=now-10s`);
  await expect(page.getByRole('heading', { name: 'This range is not valid' })).toBeVisible();
});

test('a service that does not exist, or not in the range, is named, with what shows something', async ({
  page,
  baseURL,
}) => {
  await push(baseURL!, 'e2e/elsewhere{pod=a}', stacks, BASE_MS);
  const service = page.getByRole('button', { name: /^Service/ });
  await page.goto(`/?v=1&view=explore&svc=e2e/nobody&${RANGE}`);
  await expect(page.getByText('e2e/nobody has no profiles at any time')).toBeVisible();
  await expect(service).toContainText('e2e/nobody');
  await page.getByRole('button', { name: 'All services', exact: true }).click();
  await expect(page.getByRole('grid')).toBeVisible();

  const day = 24 * 3_600_000;
  await page.goto(`/?v=1&view=explore&svc=e2e/elsewhere&from=${BASE_MS - 2 * day}&until=${BASE_MS - day}`);
  await expect(page.getByText('e2e/elsewhere has no profiles in this range')).toBeVisible();
  await expect(service).toContainText('e2e/elsewhere');
  await page.getByRole('button', { name: 'Show everything that is stored' }).click();
  await shown(page);
  await expect(service).toContainText('e2e/elsewhere');
});

// The browser itself logs that the server is away.
unwatched('a server that is away is said, and asked again', async ({ page, baseURL }) => {
  await push(baseURL!, 'e2e/away{pod=a}', stacks, BASE_MS);
  await page.route('**/querier.v1.QuerierService/**', (route) => route.abort());
  await page.goto(link('e2e/away'));
  await expect(page.getByRole('heading', { name: 'The server does not answer' })).toBeVisible();
  await page.unroute('**/querier.v1.QuerierService/**');
  await page.getByRole('button', { name: 'Try again' }).last().click();
  await shown(page);
});

test('the grid of flamegraphs has the largest values first, and more on request', async ({ page, baseURL }) => {
  for (let i = 0; i < 30; i++) await push(baseURL!, `e2e/many{pod=p${i}}`, { main: i + 1 }, BASE_MS);
  await page.goto(link('e2e/many', '&by=pod&grid=flames'));
  const grid = page.getByRole('grid', { name: 'Values of pod' });
  await expect(grid.getByRole('gridcell').first()).toContainText('p29');
  await expect(page.getByRole('status').filter({ hasText: /^24 of 30/ })).toBeVisible();
  await expect(grid.getByRole('img')).not.toHaveCount(0);
  const rows = Number(await grid.getAttribute('aria-rowcount'));
  expect(rows * Number(await grid.getAttribute('aria-colcount'))).toBe(24);
  for (let row = 0; row < rows; row++) await grid.press('ArrowDown');
  await expect(grid.getByRole('gridcell').last()).toContainText('p6');
  await page.getByRole('button', { name: 'Show 6 more' }).click();
  await expect(page.getByRole('status').filter({ hasText: /^30\u00a0values/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Show \d+ more/ })).toHaveCount(0);
  for (let row = 0; row < 2; row++) await grid.press('ArrowDown');
  await expect(grid.getByRole('gridcell').last()).toContainText('p0');
});

test('axe finds nothing in Explore, its panels and its grids', async ({ page, baseURL }) => {
  await push(baseURL!, 'e2e/axe{pod=a}', stacks, BASE_MS);
  await push(baseURL!, 'e2e/axe{pod=b}', stacks, BASE_MS + 60_000);
  await page.goto(link('e2e/axe', '&by=pod'));
  await shown(page);
  await summary(page);
  expect(await violations(page)).toEqual([]);
  for (const name of [/^Service/, /^Profile type/, /^Range/, /^Zone/]) {
    await page.getByRole('button', { name }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await violations(page), String(name)).toEqual([]);
    await page.keyboard.press('Escape');
  }
  for (const grid of ['services', 'types', 'values', 'flames']) {
    await page.evaluate((next) => window.flametide.show({ grid: next }), grid);
    await expect(page.getByRole('grid')).toBeVisible();
    expect(await violations(page), grid).toEqual([]);
  }
});
