/** The built command as a process of its own: lines, exit codes, signals. Built here, so that no earlier build counts. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

let home: string;
const running: ChildProcess[] = [];
let folders = 0;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'flametide-main-'));
  mkdirSync(join(home, 'dist/client'), { recursive: true });
  writeFileSync(join(home, 'dist/client/index.html'), '<title>Flametide</title>');
  copyFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), join(home, 'package.json'));
  // SQLite is not in the bundle.
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(home, 'node_modules'));
  await build({ logLevel: 'silent', build: { ssr: true, outDir: join(home, 'dist/server'), emptyOutDir: false } });
});

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(home, { recursive: true }));

it.each(['SIGTERM', 'SIGINT'] as const)('says one line, serves, and leaves in peace on %s', async (signal) => {
  const { child, ended, firstLine } = start('--port', '0');
  const line = await firstLine;
  const address = line.match(/^Flametide listens on (http:\/\/127\.0\.0\.1:\d+)$/)?.[1];
  expect(address).toBeDefined();
  expect(await (await fetch(`${address}/ready`)).text()).toBe('ready\n');
  child.kill(signal);
  expect(await ended).toEqual({ code: 0, stdout: `${line}\n`, stderr: '' });
});

it('with --otlp profiles of OpenTelemetry are taken on ports of their own, and both ports are given back', async () => {
  const config = join(home, 'otlp.json');
  writeFileSync(config, '{ "otlpPorts": [0, 0] }');
  const { child, ended, firstLine } = start('--port', '0', '--base-path', '/below', '--otlp', '--config', config);
  let said = '';
  child.stdout.on('data', (part: Buffer) => (said += part.toString()));
  await firstLine;
  const ports = /taken on 127\.0\.0\.1:(\d+) and (\d+), by gRPC and HTTP\n/;
  while (!ports.test(said)) await once(child.stdout, 'data');
  const [, grpc, http] = ports.exec(said)!;
  for (const port of [grpc, http]) {
    const url = `http://127.0.0.1:${port}/v1development/profiles`;
    const sent = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect([sent.status, await sent.json()]).toEqual([200, {}]);
  }
  expect(await start('--port', '0', '--otlp', '--config', config).firstLine).toMatch(/^Flametide listens/);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  await expect(fetch(`http://127.0.0.1:${http}/v1development/profiles`)).rejects.toThrow('fetch failed');
});

it('a taken port is one line and code 2', async () => {
  const port = (await start('--port', '0').firstLine).split(':').at(-1) ?? '';
  expect(await start('--port', port).ended).toEqual({
    code: 2,
    stdout: '',
    stderr: `flametide: Port ${port} on 127.0.0.1 is taken: stop what listens there, or choose another with --port.\n`,
  });
});

it('a folder that another one uses, or that is not its own, is one line and code 2', async () => {
  const data = join(home, 'shared');
  await startOn(data, '--port', '0').firstLine;
  const second = await startOn(data, '--port', '0').ended;
  expect([second.code, second.stdout]).toEqual([2, '']);
  expect(second.stderr).toMatch(/^flametide: The data folder .* is in use by another Flametide[^\n]*\n$/);
  const foreign = await startOn(join(home, 'dist'), '--port', '0').ended;
  expect([foreign.code, foreign.stdout]).toEqual([2, '']);
  expect(foreign.stderr).toMatch(/^flametide: The folder .* contains other files[^\n]*\n$/);
});

it('a folder of a newer version is left as it is', async () => {
  const data = join(home, 'newer');
  const first = startOn(data, '--port', '0');
  await first.firstLine;
  first.child.kill('SIGTERM');
  await first.ended;
  const db = new DatabaseSync(join(data, 'profiles.db'));
  db.exec("UPDATE meta SET value = 99 WHERE key = 'format'");
  db.close();
  const { code, stderr } = await startOn(data, '--port', '0').ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(/^flametide: The data was written by a newer Flametide[^\n]*\n$/);
});

it('acknowledged profiles are there after kill -9', async () => {
  const data = join(home, 'killed');
  const first = startOn(data, '--port', '0');
  const url = (await first.firstLine).replace(/^.* /, '');
  const from = Math.floor(Date.now() / 1000);
  const pushed = await fetch(`${url}/ingest?name=killed.cpu&from=${from}`, { method: 'POST', body: 'main;work 7\n' });
  expect(pushed.status).toBe(200);
  first.child.kill('SIGKILL');
  await first.ended;
  const again = (await startOn(data, '--port', '0').firstLine).replace(/^.* /, '');
  expect(await merged(again, 'killed', from)).toMatchObject({ names: ['total', 'main', 'work'], total: '70000000' });
});

it('a thread that ends is started again: 503 under its calls, everything stored stays', async () => {
  // Any call with this word ends its thread.
  const broken = copyOfBuild('broken');
  for (const name of ['store-worker', 'reader-worker'])
    appendFileSync(
      join(broken, `dist/server/${name}.js`),
      `;import { parentPort as port } from 'node:worker_threads';
      port.on('message', ({ payload }) => { if (payload?.request?.query.includes('end-the-thread')) process.exit(); });`,
    );
  const data = join(home, 'threads');
  const server = run(process.execPath, join(broken, 'dist/server/main.js'), '--data', data, '--port', '0');
  const url = (await server.firstLine).replace(/^.* /, '');
  const from = Math.floor(Date.now() / 1000);
  const push = (service: string, more = '') =>
    fetch(`${url}/ingest?name=${service}.cpu&from=${from}${more}`, { method: 'POST', body: 'main;work 7\n' });
  expect((await push('kept')).status).toBe(200);
  const refused = await push('kept', '&x=end-the-thread');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await refused.json()).toMatchObject({ code: 'unavailable' });
  // An upload that comes meanwhile waits for the thread.
  expect((await push('after')).status).toBe(200);
  const query = await fetch(`${url}/pyroscope/render?query=x&end-the-thread`);
  expect([query.status, query.headers.get('retry-after')]).toEqual([503, '5']);
  for (const service of ['kept', 'after'])
    expect(await merged(url, service, from)).toMatchObject({ names: ['total', 'main', 'work'], total: '70000000' });
  while ((await fetch(`${url}/ready`)).status !== 200) await new Promise((resolve) => setImmediate(resolve));
});

it('exits with code 70 at an unexpected error, and logs it', async () => {
  const broken = copyOfBuild('lost');
  appendFileSync(join(broken, 'dist/server/main.js'), ';setTimeout(() => Promise.reject(new Error("unforeseen")));');
  const data = join(home, 'lost-data');
  const main = join(broken, 'dist/server/main.js');
  const { code, stderr } = await run(process.execPath, main, '--data', data, '--port', '0').ended;
  expect([code, stderr]).toEqual([70, expect.stringContaining('unforeseen')]);
});

it('where nothing more can be written, says so with 503, shows what it has, and goes on once there is room', async () => {
  const data = join(home, 'full');
  const from = Math.floor(Date.now() / 1000);
  let pushes = 0;
  const push = (url: string): Promise<Response> => {
    const name = `${pushes++}${'x'.repeat(30)}`;
    const body = Array.from({ length: 4000 }, (_, i) => `main;work${i}of${name} 1\n`).join('');
    return fetch(`${url}/ingest?name=full.cpu&from=${from}`, { method: 'POST', body });
  };
  const samples = async (url: string): Promise<number> => Number((await merged(url, 'full', from)).total) / 10_000_000;
  // No file may be larger than 2048 blocks of half a KiB.
  const limited = run('sh', '-c', 'ulimit -f 2048; exec "$@"', 'sh', process.execPath, ...mainOn(data, '--port', '0'));
  const url = (await limited.firstLine).replace(/^.* /, '');
  let kept = 0;
  let answer = await push(url);
  for (; answer.status === 200 && kept < 100; answer = await push(url)) kept++;
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ message: expect.stringContaining('The disk is full') as string });
  expect(await samples(url)).toBe(kept * 4000);
  limited.child.kill('SIGTERM');
  await limited.ended;
  const again = (await startOn(data, '--port', '0').firstLine).replace(/^.* /, '');
  expect(await samples(again)).toBe(kept * 4000);
  expect((await push(again)).status).toBe(200);
  expect(await samples(again)).toBe((kept + 1) * 4000);
});

it('a service that is dropped is gone, also after a restart, and others are not', async () => {
  const data = join(home, 'dropped');
  const first = startOn(data, '--port', '0');
  const url = (await first.firstLine).replace(/^.* /, '');
  const from = Math.floor(Date.now() / 1000);
  for (const name of ['shop', 'cart'])
    await fetch(`${url}/ingest?name=${name}.cpu&from=${from}`, { method: 'POST', body: 'main;work 7\n' });
  expect((await fetch(`${url}/api/services/shop`, { method: 'DELETE' })).status).toBe(200);
  expect((await fetch(`${url}/api/services/shop`, { method: 'DELETE' })).status).toBe(404);
  expect((await merged(url, 'shop', from)).total).toBeUndefined();
  const { store } = (await (await fetch(`${url}/api/status`)).json()) as { store: { services: { service: string }[] } };
  expect(store.services.map(({ service }) => service)).toContain('cart');
  first.child.kill('SIGKILL');
  await first.ended;
  const again = (await startOn(data, '--port', '0').firstLine).replace(/^.* /, '');
  expect((await merged(again, 'shop', from)).total).toBeUndefined();
  expect((await merged(again, 'cart', from)).total).toBe('70000000');
});

it('in a data folder that was removed nothing is acknowledged', async () => {
  const data = join(home, 'removed');
  const url = (await startOn(data, '--port', '0').firstLine).replace(/^.* /, '');
  const post = async (path: string, body: string): Promise<number> =>
    (await fetch(`${url}${path}`, { method: 'POST', body })).status;
  const from = Math.floor(Date.now() / 1000);
  expect(await post(`/ingest?name=shop.cpu&from=${from}`, 'main;work 7\n')).toBe(200);
  // The server may write into it meanwhile: then it is not empty yet.
  rmSync(data, { recursive: true, maxRetries: 50 });
  for (const make of [() => undefined, () => mkdirSync(data)]) {
    make();
    expect(await post(`/ingest?name=shop.cpu&from=${from + 1}`, 'main;work 8\n')).toBe(503);
    expect(await post('/api/links', '{"query":"v=1"}')).toBe(503);
    expect(await post('/api/markers', '{"time":1,"title":"v2"}')).toBe(503);
    expect((await fetch(`${url}/ready`)).status).toBe(503);
  }
});

it('profiles are kept where links and markers cannot be', async () => {
  const data = join(home, 'broken-beside');
  for (const name of ['links.db', 'markers.db']) mkdirSync(join(data, name), { recursive: true });
  writeFileSync(join(data, 'lock.db'), '');
  const { firstLine, child, ended } = startOn(data, '--port', '0');
  const url = (await firstLine).replace(/^.* /, '');
  const from = Math.floor(Date.now() / 1000);
  const pushed = await fetch(`${url}/ingest?name=shop.cpu&from=${from}`, { method: 'POST', body: 'main;work 7\n' });
  expect(pushed.status).toBe(200);
  for (const path of ['/api/links', '/api/markers']) expect((await fetch(`${url}${path}`)).status).toBe(503);
  child.kill('SIGTERM');
  expect((await ended).stderr).toContain('Profiles are stored without it');
});

it('a file that is not there is one line and code 2; one that is, is handed to the page', async () => {
  const { code, stderr } = await start('--port', '0', 'nowhere.pb.gz').ended;
  expect([code, stderr]).toEqual([2, 'flametide: nowhere.pb.gz cannot be opened: there is no such file.\n']);
  const file = join(home, 'given.txt');
  writeFileSync(file, 'main;work 7\n');
  const url = (await start('--port', '0', '--base-path', '/x', file).firstLine).replace(/^.* /, '');
  expect(await (await fetch(`${url}/api/files`)).json()).toMatchObject({
    files: [{ id: 0, name: 'given.txt', size: 12 }],
  });
  expect(await (await fetch(`${url}/api/files/0`)).text()).toBe('main;work 7\n');
});

it('a bad flag is one line and code 2', async () => {
  const { code, stdout, stderr } = await start('--port', 'many').ended;
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^flametide: [^\n]+\n$/);
});

it('diff compares two files, and exits with 1 when a change passes the threshold', async () => {
  const [a, b] = ['a', 'b'].map((name) => join(home, `${name}.folded`));
  writeFileSync(a, 'main;parse 400\nmain;encode 300\nmain;read 300\n');
  writeFileSync(b, 'main;parse 400\nmain;encode 600\nmain;read 300\n');
  const compared = await command('diff', a, b).ended;
  expect(compared).toMatchObject({ code: 0, stderr: '' });
  expect(compared.stdout).toContain('encode');
  expect(await command('diff', a, b, '--fail-on', '+5%').ended).toMatchObject({ code: 1 });
  expect(await command('diff', a).ended).toMatchObject({ code: 2, stdout: '' });
});

it('prints its version and its help with code 0', async () => {
  expect(await start('--version').ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  });
  expect(await start('--help').ended).toMatchObject({ code: 0, stdout: expect.stringContaining('--host'), stderr: '' });
});

/** To be broken. @returns its folder */
function copyOfBuild(name: string): string {
  const folder = join(home, name);
  cpSync(join(home, 'dist'), join(folder, 'dist'), { recursive: true });
  copyFileSync(join(home, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(home, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** The CPU of a service around a time in seconds. */
async function merged(url: string, service: string, at: number): Promise<{ names: string[]; total: string }> {
  const answer = await fetch(`${url}/querier.v1.QuerierService/SelectMergeStacktraces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      profileTypeID: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      labelSelector: `{service_name="${service}"}`,
      start: (at - 60) * 1000,
      end: (at + 60) * 1000,
    }),
  });
  return ((await answer.json()) as { flamegraph: { names: string[]; total: string } }).flamegraph;
}

function start(...args: string[]) {
  return startOn(join(home, `data-${++folders}`), ...args);
}

function startOn(data: string, ...args: string[]) {
  return run(process.execPath, ...mainOn(data, ...args));
}

function mainOn(data: string, ...args: string[]): string[] {
  return [join(home, 'dist/server/main.js'), '--data', data, '--no-self-profile', ...args];
}

function command(...args: string[]) {
  return run(process.execPath, join(home, 'dist/server/main.js'), ...args);
}

function run(program: string, ...args: string[]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
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
