/** The page as one file: opened from disk without network access, it shows the same as the page that wrote it. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { CPU, push } from './stored.ts';
import { openFiles, sampleStacks, summary as treeSummary, test as base, textFile } from './support.ts';

/** A folder for files, and a page whose requests are recorded. */
const test = base.extend<{ folder: string; reader: Reader }>({
  // oxlint-disable-next-line no-empty-pattern
  folder: async ({}, give) => {
    const folder = mkdtempSync(join(tmpdir(), 'flametide-kept-'));
    await give(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  reader: async ({ browser }, give) => {
    const context = await browser.newContext({ offline: true, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    context.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await give({ page, requests, complaints });
    await context.close();
  },
});

async function write(page: Page, folder: string): Promise<{ url: string; bytes: number }> {
  const html = await page.evaluate(() => window.flametide.exportAs('html') as Promise<string>);
  const path = join(folder, 'shown here, #1.html');
  writeFileSync(path, html);
  return { url: pathToFileURL(path).href, bytes: statSync(path).size };
}

/** The facts of the view from the console, and the list beside the graph. */
function told(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    const summary = await window.flametide.summary();
    const isTree = 'sampleType' in summary;
    return {
      summary,
      found: isTree ? await window.flametide.top(50, 'self') : await window.flametide.changes(100),
      series: await window.flametide.series(),
      search: document.querySelector('[role=search]')?.textContent,
      frame: document.querySelector('[role=treeitem][aria-selected=true]')?.textContent,
    };
  });
}

interface Reader {
  readonly page: Page;
  /** But for the worker, which is a part of the file. */
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

const show = (page: Page, patch: Record<string, string | string[] | null>): Promise<void> =>
  page.evaluate((keys) => window.flametide.show(keys), patch);

function asked({ requests }: Reader): readonly string[] {
  return requests.filter((url) => !url.startsWith('blob:'));
}

test('a tree of a file, with hostile names in it', async ({ page, folder, reader }) => {
  const name = '<img src=x onerror=alert(1)>.txt';
  const hostile = '</script><script>window.hit = 1</script>;<!--<script>;${hit}\u2028"&amp; 7\n';
  await page.goto('/?v=1&view=files');
  await openFiles(page, textFile(name, sampleStacks + hostile));
  await show(page, { s: 'json', t: ['hide:gc'], z: 'main;serve', sel: 'main;serve', col: 'function', dir: 'flame' });
  const before = await told(page);
  const { url } = await write(page, folder);

  await reader.page.goto(url);
  await expect(reader.page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect(await told(reader.page)).toEqual(before);
  expect(new URL(reader.page.url()).search).toBe(new URL(page.url()).search);
  // A picture made in it tells nobody in which folder it lies.
  const svg = await reader.page.evaluate(() => window.flametide.exportAs('svg') as Promise<string>);
  expect(svg).toContain('view=files');
  expect(svg).not.toContain('file:/');

  // The same explorer: navigation, Back and reload work.
  await show(reader.page, { s: null, t: null, z: null, pane: 'sandwich', sw: 'json.Marshal' });
  await expect(reader.page.getByRole('tree', { name: /callers/i })).toBeVisible();
  await reader.page.goBack();
  expect(await told(reader.page)).toEqual(before);
  await reader.page.reload();
  await expect(reader.page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect(await told(reader.page)).toEqual(before);
  expect(await reader.page.evaluate(() => 'hit' in window)).toBe(false);
  expect(asked(reader)).toEqual([url, expect.stringContaining('view=files')]);
  expect(reader.complaints).toEqual([]);

  // Nor could it: its own policy forbids it.
  const refused = await reader.page.evaluate(
    () =>
      new Promise((resolve) => {
        addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective));
        fetch('http://127.0.0.1:9/').catch(() => {});
      }),
  );
  expect(refused).toBe('connect-src');
});

const MINUTE = 60_000;
const BASE_MS = Math.floor(Date.now() / MINUTE) * MINUTE - 40 * MINUTE;

/** Ten minutes of two routes and ten with one function slower, an upload each 15 s. */
async function pushTwoWindows(baseURL: string, service: string): Promise<void> {
  const uploads = Array.from({ length: 80 }, async (_, i) => {
    const wave = (of: number): number => 1 + 0.1 * Math.sin(i * of);
    const stacks = Object.fromEntries(
      ['search', 'cart'].flatMap((route, r) =>
        ['parse', 'query', 'render', 'log', 'price', 'encode'].map((one, f) => {
          const cost = one === 'price' && r === 1 && i >= 40 ? 1.6 : 1;
          return [`main;serve;${route};${route}.${one}`, Math.round((30 + 10 * f) * wave(r + 2) * wave(f + 5) * cost)];
        }),
      ),
    );
    await push(baseURL, `${service}{pod=a,version=v${i < 40 ? 1 : 2}}`, stacks, BASE_MS + i * 15_000);
  });
  await Promise.all(uploads);
}

const sides = (service: string): string =>
  ['a', 'b']
    .map((side, i) => {
      const from = BASE_MS + i * 10 * MINUTE;
      return `${side}.svc=${service}&${side}.type=${CPU}&${side}.from=${from}&${side}.until=${from + 10 * MINUTE - 1}`;
    })
    .join('&');

test('a comparison of two ranges of a server, with its evidence and its series', async ({
  page,
  baseURL,
  folder,
  reader,
}) => {
  const service = `e2e/kept-${BASE_MS / MINUTE}-${test.info().workerIndex}`;
  await pushTwoWindows(baseURL!, service);
  await page.goto(`/?v=1&${sides(service)}&s=price&t=hide:log&z=main;serve;cart&dcol=self&norm=per-second`);
  await expect(page.getByRole('tree', { name: 'Diff flamegraph' })).toBeVisible();
  const before = await told(page);
  const { url } = await write(page, folder);
  await reader.page.goto(url);
  await expect(reader.page.getByRole('tree', { name: 'Diff flamegraph' })).toBeVisible();
  expect(await told(reader.page)).toEqual(before);
  expect(before).toMatchObject({ found: expect.arrayContaining([expect.objectContaining({ supported: true })]) });

  // Not the answers alone are kept, but what they come from: slices of each side.
  await expect(reader.page.getByText('Saved on')).toBeVisible();
  for (const one of [page, reader.page]) await show(one, { norm: 'equal-work', t: null, z: null });
  expect(await told(reader.page)).toEqual(await told(page));

  // Another range is not held, and that is said.
  await show(reader.page, { 'a.from': String(BASE_MS - 5 * MINUTE) });
  await expect(reader.page.getByText('Side A: This file holds only the view that was saved')).toBeVisible();
  expect(asked(reader)).toEqual([url]);
  expect(reader.complaints).toEqual([]);
});

test('a range of a service, with its time series', async ({ page, baseURL, folder, reader }) => {
  const service = `e2e/kept-alone-${BASE_MS / MINUTE}-${test.info().workerIndex}`;
  await pushTwoWindows(baseURL!, service);
  await page.goto(`/?v=1&view=explore&svc=${service}&from=now-1h&until=now&by=version&pane=flame&z=main;serve`);
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  const before = await told(page);
  expect(before).toMatchObject({ summary: { service }, series: [{}, {}] });
  const { url } = await write(page, folder);
  await reader.page.goto(url);
  await expect(reader.page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect(await told(reader.page)).toEqual(before);
  expect(asked(reader)).toEqual([url]);
  expect(reader.complaints).toEqual([]);
});

test('200 000 nodes of two sides fit in 8 MB', async ({ page, folder, reader }) => {
  await page.goto('/?v=1&view=files&src=demo&nodes=130000&seed=7');
  const [a, b] = [await treeSummary(page), await show(page, { seed: '8' }).then(() => treeSummary(page))];
  await show(page, { view: 'compare', 'a.file': a.source, 'b.file': b.source, src: null, nodes: null, seed: null });
  const before = (await told(page)) as { summary: { nodes: number } };
  expect(before.summary.nodes).toBeGreaterThan(200_000);
  const { url, bytes } = await write(page, folder);
  expect(bytes).toBeLessThan(8_000_000);
  await reader.page.goto(url);
  await expect(reader.page.getByRole('tree', { name: 'Diff flamegraph' })).toBeVisible();
  expect(await told(reader.page)).toEqual(before);
});
