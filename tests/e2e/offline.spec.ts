/** The page without its server: stored after the first visit, below any path, and never used instead of a newer one. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { expect, type Page, test as base } from '@playwright/test';
import { openFiles, sampleStacks, summary, textFile } from './support.ts';

const FOLDER = 'dist/client';
const BASE = '/tools/flame/';
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

interface Host {
  readonly url: string;
  /** The requested paths, without the base. */
  readonly asked: string[];
  /** Changes what it sends, as a newer build would. */
  edit: (path: string, text: string) => string;
  stop(): Promise<void>;
}

/** The built page below a path, by a server that can be newer, and be gone. */
const test = base.extend<{ host: Host }>({
  // oxlint-disable-next-line no-empty-pattern
  host: async ({}, give) => {
    const asked: string[] = [];
    const host = { asked, edit: (_: string, text: string) => text } as Host & { url: string };
    const server: Server = createServer((request, response) => {
      const path = new URL(request.url ?? '', 'http://x').pathname.replace(BASE, '');
      asked.push(path);
      const file = join(FOLDER, path === '' ? 'index.html' : path);
      if (!request.url?.startsWith(BASE) || !existsSync(file)) return void response.writeHead(404).end();
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.setHeader('cache-control', path.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache');
      const isText = extname(file) in TYPES;
      response.end(isText ? host.edit(path, readFileSync(file, 'utf8')) : readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const stop = async (): Promise<void> => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    };
    await give(Object.assign(host, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`, stop }));
    await stop();
  },
});
test.use({ serviceWorkers: 'allow' });

const isKept = (page: Page): Promise<unknown> => page.evaluate(async () => (await navigator.serviceWorker.ready).scope);

test('after one visit files open without the server', async ({ page, host }) => {
  await page.goto(`${host.url}?v=1&view=files`);
  expect(await isKept(page)).toBe(host.url);
  await host.stop();
  await page.reload();
  await openFiles(page, textFile('before.txt', sampleStacks), textFile('after.txt', `${sampleStacks}main;new 30\n`));
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect(await summary(page)).toMatchObject({ source: 'before.txt', total: 100 });
  // Whatever loads when it is first used is there too.
  await page.evaluate(() =>
    window.flametide.show({ view: 'compare', 'a.file': 'before.txt', 'b.file': 'after.txt', pane: 'functions' }),
  );
  expect(await page.evaluate(() => window.flametide.changes(10))).not.toEqual([]);
  expect(await page.evaluate(() => window.flametide.exportAs('html'))).toContain('id="kept"');
});

test('a newer server is shown at once; what it is asked is never kept', async ({ page, host }) => {
  await page.goto(`${host.url}?v=1&view=files`);
  await isKept(page);
  host.edit = (path, text) => (path === '' ? text.replace('<body>', '<body data-build="newer">') : text);
  await page.reload();
  await expect(page.locator('body[data-build=newer]')).toBeAttached();

  host.asked.length = 0;
  const ask = (path: string): Promise<number> => page.evaluate(async (to) => (await fetch(to)).status, path);
  const paths = ['api/status', 'querier.v1.QuerierService/ProfileTypes', 'pyroscope/render', 's/12345678'];
  for (const path of [...paths, ...paths]) expect(await ask(path)).toBe(404);
  expect(host.asked.filter((path) => paths.includes(path))).toEqual([...paths, ...paths]);
  const kept = await page.evaluate(async () => {
    const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = await Promise.all(stores.map((store) => store.keys()));
    return requests.flat().map(({ url }) => url);
  });
  expect(kept).toContain(host.url);
  expect(kept.filter((url) => !/\/(?:assets\/.*|[\w-]+\.(?:html|svg|png|webmanifest))?$/.test(url))).toEqual([]);

  // A newer worker takes the place of the one before, with all that belongs to it, once no tab shows that.
  host.edit = (path, text) => (path === 'sw.js' ? text.replace(/"version":"\w+"/, '"version":"newer"') : text);
  const isWaiting = (): Promise<boolean> =>
    page.evaluate(async () => (await navigator.serviceWorker.ready).waiting !== null);
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await expect.poll(isWaiting).toBe(true);
  const visit = async (): Promise<string[]> => {
    await page.goto('about:blank');
    await page.goto(`${host.url}?v=1&view=files`);
    return page.evaluate(() => caches.keys());
  };
  await expect.poll(visit).toEqual([`flametide ${host.url} newer`]);
});
