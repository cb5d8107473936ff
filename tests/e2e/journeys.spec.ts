/** How many clicks a journey takes: presses of the pointer are counted, and moves, drags of files and links are none. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, type Locator, type Page, test as base } from '@playwright/test';
import { CPU, push } from './stored.ts';
import { openFiles, textFile } from './support.ts';

const MINUTE = 60_000;
const NOW_MS = Math.floor(Date.now() / MINUTE) * MINUTE;
const DEPLOY_MS = NOW_MS - 20 * MINUTE;

/** A server of its own, so that its one service is what the default page opens on. */
const test = base.extend<{ server: string; presses: () => Promise<number> }>({
  // oxlint-disable-next-line no-empty-pattern
  server: async ({}, give) => {
    const data = mkdtempSync(join(tmpdir(), 'flametide-journeys-'));
    const args = ['--port', '0', '--data', data, '--no-self-profile', '--max-profile-age', '2d'];
    const child = spawn(process.execPath, ['dist/server/main.js', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const url = line.replace(/^.* /, '').replace(/\/$/, '');
    for (let minutes = 50; minutes > 0; minutes -= 0.25) {
      const timeMs = NOW_MS - minutes * MINUTE;
      const isNew = timeMs >= DEPLOY_MS;
      const stacks = { 'main;serve;work': isNew ? 600 : 300, 'main;serve;read': 300, 'main;gc': 100 };
      await push(url, `shop{version=${isNew ? 'v2' : 'v1'},pod=a}`, stacks, timeMs);
      if (minutes % 5 === 0) await push(url, 'shop{version=v1,pod=a}', { 'main;yesterday': 7 }, timeMs - 1440 * MINUTE);
    }
    await give(url);
    child.kill('SIGTERM');
    await once(child, 'exit');
    rmSync(data, { recursive: true });
  },
  presses: async ({ page }, give) => {
    let count = 0;
    await page.exposeFunction('countPress', () => void count++);
    await page.addInitScript(() => {
      const { countPress } = window as unknown as { countPress(): void };
      addEventListener('pointerdown', (event) => event.isTrusted && countPress(), true);
    });
    await give(async () => {
      // What was pressed has been told once this comes back.
      await page.evaluate(() => 0);
      return count;
    });
  },
});

const graph = (page: Page): Locator => page.getByRole('tree', { name: 'Flamegraph' });
const key = (page: Page, name: string): string | null => new URL(page.url()).searchParams.get(name);

async function clickFlag(page: Page): Promise<void> {
  const chart = page.getByRole('application', { name: /m goes to the next marker/ });
  await expect(chart).toBeVisible();
  const box = (await chart.boundingBox())!;
  for (let x = box.x + box.width * 0.5; x < box.x + box.width; x += 3) {
    await page.mouse.move(x, box.y + 6);
    if (await chart.evaluate((one) => (one as HTMLElement).style.cursor === 'pointer'))
      return page.mouse.click(x, box.y + 6);
  }
  throw new Error('There is no flag.');
}

test('from the default page by the flag of a deploy to its cause: 3', async ({ page, server, presses }) => {
  await page.goto(`${server}/`);
  await expect(graph(page)).toBeVisible();
  await clickFlag(page);
  await page.getByRole('button', { name: 'Compare 15 min before and after' }).click();
  await page.getByRole('listbox', { name: 'Changes' }).getByRole('option').first().click();
  await expect.poll(() => key(page, 'sel')).toBe('main;serve;work');
  expect(await presses()).toBe(3);
});

test('two files to their comparison: 1', async ({ page, server, presses }) => {
  await page.goto(`${server}/?v=1&view=files`);
  await openFiles(page, textFile('before.txt', 'main;work 3'), textFile('after.txt', 'main;work 5'));
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(page.getByRole('tree', { name: 'Diff flamegraph' })).toBeVisible();
  expect(await presses()).toBe(1);
});

test('from the default page to the values of a label beside each other: 3', async ({ page, server, presses }) => {
  await page.goto(`${server}/`);
  await expect(graph(page)).toBeVisible();
  await page.getByRole('button', { name: 'Add a label' }).click();
  await page.getByRole('option', { name: /^version/ }).click();
  await page.getByRole('button', { name: 'As a grid' }).click();
  await expect(page.getByRole('gridcell').filter({ hasText: 'v2' })).toContainText('core-min');
  expect(await presses()).toBe(3);
});

test('from the default page to one value of a label: 3; boxes tick several', async ({ page, server, presses }) => {
  await page.goto(`${server}/`);
  await expect(graph(page)).toBeVisible();
  await page.getByRole('button', { name: 'Add a label' }).click();
  await page.getByRole('option', { name: /^version/ }).click();
  await page.getByRole('option', { name: /^v2/ }).click();
  await expect.poll(() => key(page, 'q')).toBe('version="v2"');
  expect(await presses()).toBe(3);
  await page.getByRole('button', { name: 'version = v2' }).click();
  const values = page.getByRole('listbox', { name: 'Values of version' });
  await values.getByRole('option', { name: /^v1/ }).locator('span').first().click();
  await expect(values.getByRole('option', { selected: true })).toHaveCount(2);
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect.poll(() => key(page, 'q')).toBe('version=~"v2|v1"');
});

test('a link from an alert to the hot path: 0', async ({ page, server, presses }) => {
  await page.goto(`${server}/?v=1&svc=shop&from=${DEPLOY_MS}&until=${NOW_MS}&q=pod="a"`);
  await expect(graph(page)).toBeVisible();
  const hottest = page.getByRole('grid', { name: 'Functions' }).getByRole('row').nth(1);
  await expect(hottest).toContainText('work');
  await expect(hottest).toContainText('60.00');
  expect(await presses()).toBe(0);
});

test('from the default page of Compare to a day earlier: 2, and it is that day', async ({ page, server, presses }) => {
  await page.goto(
    `${server}/?v=1&view=compare&pane=functions&norm=share&svc=shop&type=${CPU}&from=${NOW_MS - 50 * MINUTE}&until=${NOW_MS}`,
  );
  await page.getByRole('button', { name: /Compare with/ }).click();
  await page.getByRole('menuitem', { name: 'A day earlier' }).click();
  await expect.poll(() => key(page, 'a.from')).toBe(String(NOW_MS - 50 * MINUTE - 1440 * MINUTE));
  const row = page.getByRole('grid', { name: 'Functions of both sides' }).getByRole('row', { name: /yesterday/ });
  await expect(row).toContainText(/yesterday\s*100/);
  expect(await presses()).toBe(2);
});
