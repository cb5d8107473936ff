/** A profile of a scraped service that is taken when somebody asks for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';
import { violations } from './axe.ts';
import { pprofOf } from './stored.ts';

test('Profile now opens what a target records, and says what is wrong with it', async ({ page }) => {
  let isWell = true;
  const target = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    if (pathname !== '/debug/pprof/profile') response.writeHead(404).end();
    else if (!isWell) response.writeHead(503).end('The target is shutting down.');
    else {
      const isRegular = searchParams.get('seconds') === '14';
      response.end(pprofOf(isRegular ? { 'main;regular': 3 } : { 'main;wanted': 5 }, Date.now()));
    }
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(target.address() as AddressInfo).port}`;
  const data = mkdtempSync(join(tmpdir(), 'flametide-now-'));
  const args = [
    'dist/server/main.js',
    '--port',
    '0',
    '--data',
    data,
    '--no-self-profile',
    '--scrape',
    `shop=${address}`,
  ];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const url = line.replace(/^.* /, '').replace(/\/$/, '');
    await page.goto(`${url}/`);
    const frame = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) });
    await expect(frame('regular')).toBeAttached();
    const now = page.getByRole('button', { name: 'Profile now' });
    await now.click();
    await expect(frame('wanted')).toBeAttached();
    await expect(page.getByRole('status').filter({ hasText: 'This is the profile of these' }).first()).toBeAttached();
    expect(page.url()).toMatch(/from=\d+&until=\d+/);
    expect(await violations(page)).toEqual([]);

    isWell = false;
    await now.click();
    await expect(page.getByText('No profile was taken.', { exact: false }).first()).toContainText(
      'It answered 503: The target is shutting down.',
    );
    await expect(now).toBeEnabled();
  } finally {
    server.kill();
    await once(server, 'close');
    target.close();
    target.closeAllConnections();
    rmSync(data, { recursive: true, force: true });
  }
});
