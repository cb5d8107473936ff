/** The built command as a process of its own: lines, exit codes, signals. Built here, so that no earlier build counts. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

let home: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'flametide-main-'));
  mkdirSync(join(home, 'dist/client'), { recursive: true });
  writeFileSync(join(home, 'dist/client/index.html'), '<title>Flametide</title>');
  copyFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), join(home, 'package.json'));
  await build({ logLevel: 'silent', build: { ssr: true, outDir: join(home, 'dist/server'), emptyOutDir: false } });
}, 60_000);

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(home, { recursive: true }));

it.each(['SIGTERM', 'SIGINT'] as const)('says one line, serves, and leaves in peace on %s', async (signal) => {
  const { child, ended, firstLine } = start('--port', '0');
  const line = await firstLine;
  const address = line.match(/^Flametide listens on (http:\/\/127\.0\.0\.1:\d+)$/)?.[1];
  expect(address).toBeDefined();
  expect(await (await fetch(`${address}/ready`)).text()).toBe('ok\n');
  child.kill(signal);
  expect(await ended).toEqual({ code: 0, stdout: `${line}\n`, stderr: '' });
});

it('a taken port is one line and code 2', async () => {
  const port = (await start('--port', '0').firstLine).split(':').at(-1) ?? '';
  expect(await start('--port', port).ended).toEqual({
    code: 2,
    stdout: '',
    stderr: `flametide: Port ${port} on 127.0.0.1 is taken: stop what listens there, or choose another with --port.\n`,
  });
});

it('a bad flag is one line and code 2', async () => {
  const { code, stdout, stderr } = await start('--port', 'many').ended;
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^flametide: [^\n]+\n$/);
});

it('prints its version and its help with code 0', async () => {
  expect(await start('--version').ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  });
  expect(await start('--help').ended).toMatchObject({ code: 0, stdout: expect.stringContaining('--host'), stderr: '' });
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [join(home, 'dist/server/main.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += String(text)));
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.on('data', (text) => {
      stdout += String(text);
      if (stdout.includes('\n')) resolve(stdout.split('\n', 1)[0] ?? '');
    });
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, firstLine, ended };
}
