/** In a frame of another page: without our bands, with a link out, and only for origins that the server allows. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';
import { CPU, push } from './stored.ts';

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a page that may shows a view in a frame; another may not', async ({ page }) => {
  let frame = '';
  const parents = [1, 2].map(() =>
    createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<iframe src="${frame}" width="900" height="600" title="view"></iframe>`);
    }),
  );
  const [allowed, other] = await Promise.all(parents.map(listening));
  const data = mkdtempSync(join(tmpdir(), 'flametide-embed-'));
  const args = ['dist/server/main.js', '--port', '0', '--data', data, '--no-self-profile', '--embed-in', allowed];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const url = line.replace(/^.* /, '');
    const now = Date.now();
    await push(url, 'embedded', { 'main;work': 7 }, now - 60_000);
    frame = `${url}/?v=1&view=explore&svc=embedded&type=${CPU}&from=${now - 600_000}&until=${now}&embed=1`;
    frame = frame.replaceAll('&', '&amp;');
    await page.goto(allowed);
    const view = page.frameLocator('iframe');
    await expect(view.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
    await expect(view.getByRole('navigation')).toHaveCount(0);
    await expect(view.getByRole('region', { name: 'Query' })).toHaveCount(0);
    const out = view.getByRole('link', { name: 'Open in Flametide' });
    await expect(out).toHaveAttribute('href', /svc=embedded(?!.*embed=1)/);
    await page.goto(other);
    await expect(view.getByRole('tree', { name: 'Flamegraph' })).toHaveCount(0);
    expect(
      page
        .frames()
        .map((one) => one.url())
        .join(),
    ).toContain('chrome-error:');
  } finally {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
    for (const parent of parents) parent.close();
    rmSync(data, { recursive: true });
  }
});
