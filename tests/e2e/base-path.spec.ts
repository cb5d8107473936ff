/** The page below a prefix, as behind a reverse proxy: its parts, its worker and its questions stay below it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';
import { textFile } from './support.ts';

test('everything is asked below --base-path', async ({ page }) => {
  const data = mkdtempSync(join(tmpdir(), 'flametide-base-'));
  const args = [
    'dist/server/main.js',
    '--port',
    '0',
    '--data',
    data,
    '--no-self-profile',
    '--base-path',
    '/tools/flame',
  ];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const url = line.replace(/^.* /, '');
    const asked: { path: string; status: number }[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (response.url().startsWith('http')) asked.push({ path: pathname, status: response.status() });
    });
    await page.goto(`${url}/some/old/link?v=1&view=files`);
    await expect(page).toHaveURL(/\/tools\/flame\/\?/);
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles([textFile('stacks.txt', 'main;work 7\n')]);
    // Decoded and built in the worker, which is a file below the prefix too.
    await expect.poll(() => page.title()).toContain('stacks.txt');
    expect(asked.filter(({ path }) => !path.startsWith('/tools/flame/'))).toEqual([]);
    expect(asked.filter(({ status }) => status >= 400)).toEqual([]);
    await expect.poll(() => asked.map(({ path }) => path)).toContain('/tools/flame/api/files');
    const paths = asked.map(({ path }) => path);
    expect(paths.filter((path) => path.includes('/assets/worker/'))).not.toEqual([]);
  } finally {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true });
  }
});
