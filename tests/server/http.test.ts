/** The HTTP server: the page, guards, and what goes to the backend. */

import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:http2';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { INDEX, NAVIGATION, pageServer } from '../support/page-server.ts';
import { ABOUT, backend, echo } from '../support/test-server.ts';

const site = pageServer();
const { get, post, listening } = site;

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

  it.each([
    ['/sw.js', 'text/javascript'],
    ['/app.webmanifest', 'application/manifest+json'],
  ])('hands out what installs it, asked for again each time: %s', async (path, type) => {
    const { status, headers } = await get(path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': type, 'cache-control': 'no-cache' });
  });

  it('is the redirect target of navigations, and of nothing else', async () => {
    const deep = await get('/some/view?q=1', NAVIGATION);
    expect(deep).toMatchObject({ status: 302, headers: { location: '../?q=1' } });
    expect(await get('/view', NAVIGATION)).toMatchObject({ status: 302, headers: { location: './' } });
    const based = await listening('127.0.0.1', { basePath: '/flame' });
    const below = await get('/flame/some/view', NAVIGATION, 'GET', based);
    expect(below).toMatchObject({ status: 302, headers: { location: '../' } });
    based.close();
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
    rmSync(site.file('assets/gone-abc123.js'));
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
    // The worker alone may compile WebAssembly, to unpack xz.
    expect((await get('/assets/worker/analysis-abc123.js')).headers['content-security-policy']).toMatch(
      /^default-src 'self';.*frame-ancestors 'none'.*; script-src 'self' 'wasm-unsafe-eval'$/,
    );
    expect((await get('/assets/index-abc123.js')).headers['content-security-policy']).not.toContain('wasm');
  });

  it.each([
    ['/ready', 'ready\n'],
    ['/healthz', 'ok\n'],
    ['/ready?x=1', 'ready\n'],
  ])('%s says %j', async (path, text) => {
    const { status, headers, body } = await get(path);
    expect([status, headers['content-type'], body.toString()]).toEqual([200, 'text/plain; charset=utf-8', text]);
  });

  it.each([{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
    'refuse what another page sends: %j',
    async (headers) => {
      expect(await get('/querier.v1.QuerierService/Series', headers, 'POST')).toMatchObject({ status: 403 });
      expect(await get('/api/markers', headers, 'GET')).toMatchObject({ status: 403 });
    },
  );

  it('ask for the token, however it is sent, and leave /ready open', async () => {
    const guarded = await listening('127.0.0.1', { token: 'a long secret' });
    const status = async (headers: Record<string, string>, path = '/'): Promise<number> =>
      (await get(path, headers, 'GET', guarded)).status;
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await status({ authorization: basic('a long secret') })).toBe(401);
    expect(await status({ authorization: basic('anyone:a long secret') })).toBe(200);
    expect(await status({}, '/ready')).toBe(200);
    guarded.close();
    const plain = await listening('127.0.0.1', { token: 'secret-word' });
    expect((await get('/', { authorization: 'Bearer secret-word' }, 'GET', plain)).status).toBe(200);
    plain.close();
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

describe('what goes to the backend', () => {
  it('arrives with its path, query, headers and body', async () => {
    const { status, body } = await post('/ingest?name=a', 'text', { 'x-scope-orgid': 't' });
    expect([status, body.toString()]).toEqual([200, 'ingest POST /ingest name=a t text']);
    expect((await post('/querier.v1.QuerierService/Series', '{}')).body.toString()).toMatch(/^query POST \/querier/);
    expect((await get('/pyroscope/render?query=x')).body.toString()).toMatch(/^query GET \/pyroscope\/render query=x/);
  });

  it('lives under the base path', async () => {
    const based = await listening('127.0.0.1', { basePath: '/flame' });
    expect((await post('/flame/ingest', 'x', {}, based)).body.toString()).toMatch(/^ingest POST \/ingest/);
    expect((await get('/flame/ready', {}, 'GET', based)).status).toBe(200);
    expect((await get('/flame/', NAVIGATION, 'GET', based)).status).toBe(200);
    expect((await get('/ready', {}, 'GET', based)).status).toBe(404);
    based.close();
  });

  it('is refused when it is too large, however it is sent', async () => {
    const small = await listening('127.0.0.1', { maxBodyBytes: 10 });
    expect((await post('/ingest', '12345678901', {}, small)).status).toBe(413);
    expect((await post('/ingest', '12345678901', { 'transfer-encoding': 'chunked' }, small)).status).toBe(413);
    expect((await post('/ingest', '1234567890', {}, small)).status).toBe(200);
    small.close();
  });

  it('says whether the client is on this machine, with no proxy between', async () => {
    const seen: unknown[] = [];
    const watched = await listening('127.0.0.1', {
      backend: { ...backend, query: (asked) => Promise.resolve((seen.push(asked.isLocal), echo('query', asked))) },
    });
    await post('/querier.v1.QuerierService/Series', '{}', {}, watched);
    await post('/querier.v1.QuerierService/Series', '{}', { 'x-forwarded-for': '192.0.2.1' }, watched);
    expect(seen).toEqual([true, false]);
    watched.close();
  });

  it('may end with trailers', async () => {
    const port = site.port();
    const trailers = await new Promise<NodeJS.Dict<string>>((resolve, reject) => {
      const sent = request({ port, path: '/trailers.v1.Service/Call', method: 'POST' }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.trailers));
      });
      sent.on('error', reject);
      sent.end();
    });
    expect(trailers).toEqual({ 'grpc-status': '0' });
  });

  it('may come as HTTP/2 without asking first, as gRPC clients do', async () => {
    const port = site.port();
    const session = connect(`http://127.0.0.1:${port}`);
    const answer = await new Promise<{ status: unknown; text: string; trailers: unknown }>((resolve, reject) => {
      session.on('error', reject);
      const stream = session.request({ ':method': 'POST', ':path': '/trailers.v1.Service/Call', 'x-scope-orgid': 't' });
      let status: unknown;
      let text = '';
      let trailers: unknown;
      stream.on('response', (head) => (status = head[':status']));
      stream.on('trailers', (tail) => (trailers = tail['grpc-status']));
      stream.on('data', (part: Buffer) => (text += part.toString()));
      stream.on('end', () => resolve({ status, text, trailers }));
      stream.end('over two');
    });
    session.close();
    expect(answer).toEqual({ status: 200, text: 'query POST /trailers.v1.Service/Call  t over two', trailers: '0' });
  });

  it('counts in /metrics', async () => {
    await post('/ingest', 'refuse');
    const text = (await get('/metrics')).body.toString();
    expect(text).toContain('flametide_refused_total{reason="bad"} 1');
    expect(text).toMatch(/flametide_requests_total\{route="ingest",status="200"\} \d/);
    expect(text).toContain('own_metric 1');
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/);
  });
});

it('says what it is as a Pyroscope does', async () => {
  const { status, body } = await get('/api/v1/status/buildinfo');
  expect(status).toBe(200);
  const empty = { revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' };
  expect(JSON.parse(body.toString())).toEqual({ status: 'success', data: { version: '1.2.3', ...empty } });
  expect((await post('/api/v1/status/buildinfo', '')).status).toBe(405);
  const proxy = await listening('127.0.0.1', { about: { ...ABOUT, source: 'pyroscope' } });
  const passed = await get('/api/v1/status/buildinfo', {}, 'GET', proxy);
  expect(passed.body.toString()).toMatch(/^query GET \/api\/v1\/status\/buildinfo/);
  proxy.close();
});
