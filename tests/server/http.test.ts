import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GivenFiles } from '#server/given-files.ts';
import type { ServerParts } from '#server/http.ts';
import { Links } from '#server/links.ts';
import { Markers } from '#server/markers.ts';
import { Work } from '#server/work.ts';
import { ABOUT, ask, backend, echo, listen } from '../support/test-server.ts';

const INDEX = '<!doctype html><title>Flametide</title>';
const SCRIPT = 'console.log(1);';
const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let folder: string;
let server: Server;
let markers: Markers;
let links: Links;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-http-'));
  mkdirSync(join(folder, 'assets/worker'), { recursive: true });
  mkdirSync(join(folder, '.vite'));
  for (const [path, text] of [
    ['index.html', INDEX],
    ['assets/index-abc123.js', SCRIPT],
    ['assets/worker/analysis-abc123.js', SCRIPT],
    ['sw.js', SCRIPT],
    ['app.webmanifest', '{}'],
  ] as const) {
    writeFileSync(join(folder, path), text);
    writeFileSync(join(folder, `${path}.gz`), gzipSync(text));
  }
  writeFileSync(join(folder, 'assets/gone-abc123.js'), SCRIPT);
  writeFileSync(join(folder, '.vite/manifest.json'), '{}');
  markers = new Markers(mkdtempSync(join(tmpdir(), 'flametide-markers-')));
  links = new Links(mkdtempSync(join(tmpdir(), 'flametide-links-')));
  server = await listening('127.0.0.1');
});

afterAll(() => {
  server.close();
  markers.close();
  links.close();
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
    const { port } = server.address() as AddressInfo;
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
    const { port } = server.address() as AddressInfo;
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

describe('a service', () => {
  const dropped: string[] = [];
  const owning = {
    ...backend,
    dropService: (service: string) => {
      dropped.push(service);
      return Promise.resolve(service !== 'nobody');
    },
  };
  it('is removed by its name, whatever characters it has', async () => {
    const made = await listening('127.0.0.1', { backend: owning });
    for (const name of ['shop', 'a/b', 'ü ?&#', '%41']) {
      expect((await get(`/api/services/${encodeURIComponent(name)}`, {}, 'DELETE', made)).status).toBe(200);
      expect(dropped.pop()).toBe(name);
    }
    expect((await get('/api/services/nobody', {}, 'DELETE', made)).status).toBe(404);
    dropped.length = 0;
    for (const [method, name, status] of [
      ['GET', 'shop', 405],
      ['POST', 'shop', 405],
      ['DELETE', '', 400],
      ['DELETE', '%', 400],
    ] as const) {
      expect((await get(`/api/services/${name}`, {}, method, made)).status).toBe(status);
    }
    expect(dropped).toEqual([]);
    made.close();
  });

  it('is removed where it has only counts of requests, and where its counts could not be removed before', async () => {
    const work = new Work({ folder: mkdtempSync(join(tmpdir(), 'work-')), retentionMs: undefined, maxFutureMs: 0 });
    const count = new TextEncoder().encode('{"service": "nobody", "time": 60000, "requests": 1}');
    const remove = async (name: string, made: Server): Promise<[number, string]> => {
      const { status, body } = await get(`/api/services/${name}`, {}, 'DELETE', made);
      return [status, body.toString()];
    };
    for (const [kept, after] of [
      [owning, 404],
      [backend, 501],
    ] as const) {
      await work.answer('POST', '', count, new AbortController().signal);
      const made = await listening('127.0.0.1', { backend: kept, work });
      expect(await remove('nobody', made)).toEqual([200, '{"counts":1}']);
      expect((await remove('nobody', made))[0]).toBe(after);
      made.close();
    }
    work.removeService = () => Promise.reject(Object.assign(new Error('database or disk is full'), { errcode: 13 }));
    const made = await listening('127.0.0.1', { backend: owning, work });
    const [status, text] = await remove('shop', made);
    expect(status).toBe(507);
    expect(text).toMatch(
      /^The profiles of the service were removed, but the counts of .+\. Remove the service again\.\n$/,
    );
    made.close();
    work.close();
    dropped.length = 0;
  });

  it('is not removed without the token, from another page, or where none is kept', async () => {
    const closed = await listening('127.0.0.1', { backend: owning, token: 'let me in' });
    expect((await get('/api/services/shop', {}, 'DELETE', closed)).status).toBe(401);
    const foreign = { authorization: 'Bearer let me in', origin: 'https://evil.example' };
    expect((await get('/api/services/shop', foreign, 'DELETE', closed)).status).toBe(403);
    expect(dropped).toEqual([]);
    closed.close();
    expect((await get('/api/services/shop', {}, 'DELETE')).status).toBe(501);
  });
});

describe('markers', () => {
  it('are stored, listed and removed', async () => {
    const marker = { time: 1000, title: 'v2 deployed', service: 'shop', url: 'https://ci.example/1' };
    const told = await post('/api/markers', JSON.stringify(marker));
    expect(told.status).toBe(201);
    const { id } = JSON.parse(told.body.toString()) as { id: number };
    await post('/api/markers', JSON.stringify({ time: 2000, title: 'everywhere' }));
    const list = async (query: string): Promise<unknown> =>
      JSON.parse((await get(`/api/markers${query}`)).body.toString());
    expect(await list('?service=shop')).toMatchObject({ markers: [{ id, ...marker }, { title: 'everywhere' }] });
    expect(await list('?service=cart')).toMatchObject({ markers: [{ title: 'everywhere' }] });
    expect(await list('?from=1500&until=1900')).toEqual({ markers: [] });
    expect((await get(`/api/markers/${id}`, {}, 'DELETE')).status).toBe(200);
    expect((await get(`/api/markers/${id}`, {}, 'DELETE')).status).toBe(404);
  });

  it('are not listed from an invalid time', async () => {
    for (const query of [`from=${'9'.repeat(400)}`, `until=${'9'.repeat(400)}`, 'from=now', 'from=-1', 'until='])
      expect((await get(`/api/markers?${query}`)).status, query).toBe(400);
  });

  it.each(['', '{', '[]', '{"time":1}', '{"time":1,"title":""}', '{"time":1,"title":"x","url":"javascript:alert(1)"}'])(
    'refuse %j',
    async (body) => {
      expect((await post('/api/markers', body)).status).toBe(400);
    },
  );
});

describe('counts of requests', () => {
  it('are pushed and read, by one who has the token', async () => {
    const query = '/api/work?service=shop&from=0&until=60000';
    expect((await post('/api/work', JSON.stringify({ service: 'shop', time: 60_000, requests: 6 }))).status).toBe(201);
    expect(JSON.parse((await get(query)).body.toString())).toMatchObject({ source: 'pushed', steps: [6] });
    expect((await get('/api/work', {}, 'DELETE')).status).toBe(405);
    const guarded = await listening('127.0.0.1', { token: 'secret-word' });
    expect((await get(query, {}, 'GET', guarded)).status).toBe(401);
    expect((await get(query, { authorization: 'Bearer secret-word' }, 'GET', guarded)).status).toBe(200);
    guarded.close();
  });
});

describe('short links', () => {
  const query = 'v=1&svc=shop&q=pod="a"'.replaceAll('"', '%22');

  it('are made, followed below the base path, listed and deleted', async () => {
    const made = await post('/api/links', JSON.stringify({ query: `?${query}` }));
    expect(made.status).toBe(201);
    const { id, path } = JSON.parse(made.body.toString()) as { id: string; path: string };
    expect(path).toBe(`s/${id}`);
    expect(await get(`/${path}`, NAVIGATION)).toMatchObject({ status: 302, headers: { location: `../?${query}` } });
    const based = await listening('127.0.0.1', { basePath: '/flame' });
    expect((await get(`/flame/${path}`, NAVIGATION, 'GET', based)).headers.location).toBe(`../?${query}`);
    based.close();
    expect(JSON.parse((await get('/api/links')).body.toString())).toEqual({
      links: [{ id, query, createdMs: expect.any(Number), snapshotBytes: 0 }],
      count: 1,
      snapshotBytes: 0,
    });
    expect((await get(`/api/links/${id}`, {}, 'DELETE')).status).toBe(200);
    const gone = await get(`/${path}`, NAVIGATION);
    expect(gone.status).toBe(404);
    expect(gone.body.toString()).toContain(`There is no link ${id} here`);
  });

  it('lead to the page behind a proxy that strips its prefix', async () => {
    const made = await post('/api/links', JSON.stringify({ query }));
    const { path } = JSON.parse(made.body.toString()) as { path: string };
    const leads = async (asked: string, shown: string): Promise<string> => {
      const { headers } = await get(asked, NAVIGATION);
      return new URL(headers.location!, `https://tools.example${shown}`).href;
    };
    expect(await leads(`/${path}`, `/flame/${path}`)).toBe(`https://tools.example/flame/?${query}`);
    expect(await leads('/a/b/c?v=1', '/flame/a/b/c')).toBe('https://tools.example/flame/?v=1');
    const missing = await get('/s/nowhere1', NAVIGATION);
    expect(missing.body.toString()).toContain('<a href="../">');
  });

  it('are refused beyond the maximum size', async () => {
    expect((await post('/api/links', JSON.stringify({ query: 'a'.repeat(64_001) }))).status).toBe(413);
    expect((await post('/api/links', JSON.stringify({ query: 'a'.repeat(70_000) }))).status).toBe(413);
    const { status, body } = await post('/api/snapshots', `{"query":"v=1"}\n\u001f${'a'.repeat(2 ** 26)}`);
    expect({ status, text: body.toString() }).toEqual({ status: 413, text: expect.stringContaining('67108864 bytes') });
  });

  it('of the longest size can be opened', async () => {
    const made = await post('/api/links', JSON.stringify({ query: `v=1&s=${'a'.repeat(63_000)}` }));
    const { path } = JSON.parse(made.body.toString()) as { path: string };
    const { location } = (await get(`/${path}`, NAVIGATION)).headers;
    expect(await get(location!.replace('../', '/'), NAVIGATION)).toMatchObject({ status: 200 });
  });

  it('want the token like all else', async () => {
    const guarded = await listening('127.0.0.1', { token: 'a long secret' });
    for (const [method, path] of [
      ['GET', '/api/links'],
      ['POST', '/api/links'],
      ['POST', '/api/snapshots'],
      ['GET', '/api/snapshots/abcdefgh'],
      ['DELETE', '/api/links/abcdefgh'],
      ['GET', '/s/abcdefgh'],
    ])
      expect((await get(path, {}, method, guarded)).status, `${method} ${path}`).toBe(401);
    guarded.close();
  });
});

describe('the status that the page shows', () => {
  it('has the source, the version, and the reasons of refused uploads', async () => {
    const own = await listening('127.0.0.1');
    await post('/ingest?name=x', 'refuse', {}, own);
    await post('/ingest?name=x', 'refuse', {}, own);
    await post('/querier.v1.QuerierService/Series', 'refuse', {}, own);
    const { status, body } = await get('/api/status', {}, 'GET', own);
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({
      ...ABOUT,
      refusals: [{ kind: 'bad', service: 'x', count: 2, last: 'no', lastMs: expect.any(Number) }],
      alterations: [],
      changed: {
        emptyProfiles: 0,
        droppedSamples: 0,
        cutStacks: 0,
        unlabelledProfiles: 0,
        negativeValues: 0,
        cumulativeProfiles: 0,
        cutOffRecordings: 0,
        foldedSamples: 0,
      },
      targets: [],
      damage: ['A stored block was left out.'],
    });
    expect((await post('/api/status', '', {}, own)).status).toBe(405);
    own.close();
  });

  it('reports uploads stored with changes; the log warns once', async () => {
    const told: string[] = [];
    const log = {
      info: (text: string) => told.push(`info ${text}`),
      warn: (text: string) => told.push(`warn ${text}`),
      error: (text: string) => told.push(`error ${text}`),
    };
    const own = await listening('127.0.0.1', { log });
    await post('/ingest?name=x', 'change', {}, own);
    await post('/ingest?name=x', 'change', {}, own);
    expect(JSON.parse((await get('/api/status', {}, 'GET', own)).body.toString())).toMatchObject({
      changed: {
        droppedSamples: 8,
        cutStacks: 4,
        unlabelledProfiles: 2,
        negativeValues: 6,
        cumulativeProfiles: 2,
        cutOffRecordings: 0,
        foldedSamples: 0,
      },
    });
    const text = (await get('/metrics', {}, 'GET', own)).body.toString();
    for (const line of [
      'dropped_samples_total 8',
      'cut_stacks_total 4',
      'unlabelled_profiles_total 2',
      'negative_values_total 6',
    ])
      expect(text).toContain(`\nflametide_${line}\n`);
    const cut = '/ingest of shop: 2 stacks were too deep';
    const labels = '/ingest of shop: The samples have too many label sets';
    const negative = '/ingest of shop: 3 values are negative';
    const cumulative = '/ingest of shop: The profile is marked as cumulative';
    const all = [cut, labels, negative, cumulative];
    expect(told).toEqual(
      ['warn', 'info'].flatMap((level) => all.map((start) => expect.stringContaining(`${level} ${start}`))),
    );
    own.close();
  });

  it('has no secret in it', async () => {
    const own = await listening('127.0.0.1', { token: 'a long secret' });
    expect((await get('/api/status', {}, 'GET', own)).status).toBe(401);
    const { status, body } = await get('/api/status', { authorization: 'Bearer a' }, 'GET', own);
    expect([status, body.toString()]).toEqual([401, expect.not.stringContaining('secret')]);
    const inside = await get('/api/status', { authorization: `Basic ${btoa('x:a long secret')}` }, 'GET', own);
    expect([inside.status, inside.body.toString()]).toEqual([200, expect.not.stringContaining('secret')]);
    own.close();
  });

  it('reports that nothing can be written', async () => {
    const full = await listening('127.0.0.1', {
      backend: { ...backend, ready: () => Promise.resolve('The disk is full.') },
    });
    expect(JSON.parse((await get('/api/status', {}, 'GET', full)).body.toString())).toMatchObject({
      problem: 'The disk is full.',
    });
    full.close();
  });

  it('leads from the base path to the page below it', async () => {
    const below = await listening('127.0.0.1', { basePath: '/profiles' });
    const { status, headers } = await get('/profiles?v=1', {}, 'GET', below);
    expect([status, headers.location]).toEqual([308, 'profiles/?v=1']);
    below.close();
  });
});

describe('files of the command line', () => {
  it('are listed and read as they are at the moment, these and no others', async () => {
    const files = mkdtempSync(join(tmpdir(), 'flametide-files-'));
    const [first, second] = ['cpu.pb.gz', 'heap.txt'].map((name) => join(files, name));
    writeFileSync(first, 'first');
    writeFileSync(second, '');
    writeFileSync(join(files, 'other'), 'other');
    const own = await listening('127.0.0.1', { files: new GivenFiles([first, second]) });
    const read = async (path: string) => {
      const { status, headers, body } = await get(path, {}, 'GET', own);
      return [status, headers['content-type'], body.toString()];
    };
    const list = async (): Promise<unknown> => JSON.parse(String((await read('/api/files'))[2]));
    expect(await list()).toEqual({
      files: [
        { id: 0, name: 'cpu.pb.gz', size: 5, modifiedMs: expect.any(Number) },
        { id: 1, name: 'heap.txt', size: 0, modifiedMs: expect.any(Number) },
      ],
      mostBytes: 512 << 20,
    });
    expect(await read('/api/files/0')).toEqual([200, 'application/octet-stream', 'first']);
    expect(await read('/api/files/1')).toEqual([200, 'application/octet-stream', '']);
    writeFileSync(first, 'written anew');
    expect(await read('/api/files/0')).toEqual([200, 'application/octet-stream', 'written anew']);
    for (const path of ['2', '-1', 'other', '0/..%2fother', '', '00000'])
      expect((await read(`/api/files/${path}`))[0]).toBe(404);
    expect((await post('/api/files/0', '', {}, own)).status).toBe(405);

    truncateSync(second, (512 << 20) + 1);
    expect(await read('/api/files/1')).toEqual([
      413,
      'application/json',
      expect.stringContaining('the maximum is 536870912'),
    ]);
    rmSync(second);
    expect((await read('/api/files/1'))[0]).toBe(410);
    expect(await list()).toMatchObject({ files: [{ id: 0 }] });
    mkdirSync(second);
    expect((await read('/api/files/1'))[0]).toBe(410);
    own.close();
    rmSync(files, { recursive: true });
  });

  it.each([
    ['nowhere.pb.gz', 'there is no such file'],
    ['.', 'it is no file'],
  ])('that cannot be read stop the start: %s', (path, why) => {
    expect(() => new GivenFiles([path])).toThrow(`${path} cannot be opened: ${why}.`);
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

function post(path: string, body: string, headers: Record<string, string> = {}, to = server) {
  return ask(to, path, { headers, method: 'POST', body });
}

function listening(host: string, more: Partial<ServerParts> = {}): Promise<Server> {
  return listen({ host, pageFolder: folder, markers, links, ...more });
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET', from = server) {
  return ask(from, path, { headers, method });
}
