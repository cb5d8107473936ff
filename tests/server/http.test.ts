import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFlametideServer } from '#server/http.ts';

const INDEX = '<!doctype html><title>Flametide</title>';
const SCRIPT = 'console.log(1);';
const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let folder: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-http-'));
  mkdirSync(join(folder, 'assets'));
  mkdirSync(join(folder, '.vite'));
  for (const [path, text] of [
    ['index.html', INDEX],
    ['assets/index-abc123.js', SCRIPT],
  ] as const) {
    writeFileSync(join(folder, path), text);
    writeFileSync(join(folder, `${path}.gz`), gzipSync(text));
  }
  writeFileSync(join(folder, 'assets/gone-abc123.js'), SCRIPT);
  writeFileSync(join(folder, '.vite/manifest.json'), '{}');
  server = await listening('127.0.0.1');
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('the page', () => {
  it('is handed out compressed, and asked for again each time', async () => {
    const { status, headers, body } = await get('/', { 'accept-encoding': 'gzip' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html;charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'no-cache',
      vary: 'Accept-Encoding',
    });
    expect(gunzipSync(body).toString()).toBe(INDEX);
    expect(await get('/', { 'accept-encoding': 'gzip', 'if-none-match': headers.etag ?? '' })).toMatchObject({
      status: 304,
    });
  });

  it('is handed out as it is to who does not take gzip', async () => {
    const { headers, body } = await get('/');
    expect(headers['content-encoding']).toBeUndefined();
    expect(body.toString()).toBe(INDEX);
  });

  it('keeps files with a hash in their name for ever', async () => {
    const { status, headers } = await get('/assets/index-abc123.js', { 'accept-encoding': 'gzip' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  it('answers a person at any address, and nobody else', async () => {
    const deep = await get('/some/view?q=1', NAVIGATION);
    expect(deep).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    expect(deep.body.toString()).toBe(INDEX);
    expect(await get('/some/view', { accept: '*/*' })).toMatchObject({ status: 404 });
    expect(await get('/assets/old-abc123.js', { accept: '*/*' })).toMatchObject({ status: 404 });
  });

  it.each(['/.vite/manifest.json', '/../package.json', '/%2e%2e/package.json', '/%', '//', '/\0'])(
    'hands out nothing else: %j',
    async (path) => {
      expect((await get(encodeURI(path).replaceAll('%25', '%'))).status).toBe(404);
    },
  );

  it('outlives a file that went away', async () => {
    rmSync(join(folder, 'assets/gone-abc123.js'));
    await expect(get('/assets/gone-abc123.js')).rejects.toThrow('socket hang up');
    expect(await get('/ready')).toMatchObject({ status: 200 });
  });
});

describe('the guards', () => {
  it('send their headers with every answer', async () => {
    for (const path of ['/', '/ready', '/nothing']) {
      const { headers } = await get(path);
      expect(headers['content-security-policy']).toMatch(/^default-src 'self';.*frame-ancestors 'none'/);
      expect(headers['content-security-policy']).not.toMatch(/script-src|unsafe-eval/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    }
  });

  it.each(['/ready', '/healthz', '/ready?x=1'])('%s says ok', async (path) => {
    const { status, headers, body } = await get(path);
    expect([status, headers['content-type'], body.toString()]).toEqual([200, 'text/plain; charset=utf-8', 'ok\n']);
  });

  it.each(['evil.example', 'evil.example:4040', '127.0.0.1.evil.example', 'localhost.evil.example'])(
    'on loopback refuse the host %j',
    async (host) => {
      const { status, body } = await get('/', { host });
      expect(status).toBe(403);
      expect(body.toString().trimEnd()).not.toContain('\n');
    },
  );

  it.each(['localhost', 'LOCALHOST:4040', '127.0.0.1:1', '[::1]:4040', '127.0.0.1'])(
    'on loopback let in the host %j',
    async (host) => {
      expect(await get('/', { host })).toMatchObject({ status: 200 });
    },
  );

  it('let in any host when open to others', async () => {
    const open = await listening('0.0.0.0');
    expect(await get('/', { host: 'profiles.example' }, 'GET', open)).toMatchObject({ status: 200 });
    open.close();
  });

  it('refuse to be written to', async () => {
    expect(await get('/', {}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect((await get('/', {}, 'HEAD')).body.length).toBe(0);
  });
});

/** A server that believes to listen on `host`; really it is always loopback. */
function listening(host: string): Promise<Server> {
  const made = createFlametideServer({ host, pageFolder: folder });
  return new Promise((resolve) => made.listen(0, '127.0.0.1', () => resolve(made)));
}

/** One request by hand, as fetch sets the host itself and tidies paths. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET', from = server) {
  const { port } = from.address() as AddressInfo;
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const sent = request({ port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}
