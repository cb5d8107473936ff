/** The page as one file: opened from disk, with the network watched, it shows what the page showed that wrote it. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { openFiles, sampleStacks, test as base, textFile } from './support.ts';

/** A folder for what is written, and a page whose every request is told. */
const test = base.extend<{ folder: string; reader: { page: Page; requests: string[]; complaints: string[] } }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'flametide-kept-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  reader: async ({ browser }, use) => {
    const context = await browser.newContext({ offline: true, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    context.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await use({ page, requests, complaints });
    await context.close();
  },
});

async function write(page: Page, folder: string): Promise<{ url: string; bytes: number }> {
  const html = await page.evaluate(() => window.flametide.exportAs('html') as Promise<string>);
  const path = join(folder, 'shown here, and there.html');
  writeFileSync(path, html);
  return { url: pathToFileURL(path).href, bytes: statSync(path).size };
}

/** All that the console tells of what is shown. */
function told(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    const summary = await window.flametide.summary();
    const isTree = 'sampleType' in summary;
    return {
      summary,
      found: isTree ? await window.flametide.top(50, 'self') : await window.flametide.changes(50),
      status: document.querySelector('[aria-label="Search frames"]')?.parentElement?.textContent,
    };
  });
}

test('a tree', async ({ page, folder, reader }) => {
  await page.goto('/?v=1&view=files');
  await openFiles(page, textFile('<img src=x onerror=alert(1)>.txt', `${sampleStacks}</script><script>alert(1)//;<!--<script> 7\n`));
  await page.evaluate(() =>
    window.flametide.show({ s: 'json', t: ['hide:gc'], z: 'main;serve', col: 'function', order: 'name', dir: 'flame' }),
  );
  const { url } = await write(page, folder);
  const before = await told(page);
  await reader.page.goto(url); await reader.page.waitForTimeout(1000); console.log(reader.requests, reader.complaints, reader.page.url(), await reader.page.locator('body').innerText());
  await expect(reader.page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect(await told(reader.page)).toEqual(before);
  console.log(JSON.stringify(before), reader.requests, reader.complaints, reader.page.url());
});
