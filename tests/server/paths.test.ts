/** Routing: doubled slashes, uploads to wrong addresses, and requests of a proxy. */

import { mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerParts } from '#server/http.ts';
import { Links } from '#server/links.ts';
import { Markers } from '#server/markers.ts';
import { createProxy } from '#server/proxy.ts';
import { ask, listen } from '../support/test-server.ts';

let parts: Pick<ServerParts, 'pageFolder' | 'markers' | 'links'>;
const servers: Server[] = [];

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'flametide-paths-'));
  parts = { pageFolder: folder, markers: new Markers(folder), links: new Links(folder) };
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  parts.markers.close();
  parts.links.close();
});

async function serving(more: Partial<ServerParts> = {}): Promise<Server> {
  const server = await listen({ ...parts, ...more });
  servers.push(server);
  return server;
}

describe('an address with slashes too many', () => {
  it.each([
    ['//ingest?name=a', 'ingest POST /ingest name=a'],
    ['/ingest/?name=a', 'ingest POST /ingest name=a'],
    ['///pyroscope//ingest//', 'ingest POST /pyroscope/ingest'],
    ['//push.v1.PusherService/Push', 'ingest POST /push.v1.PusherService/Push'],
    ['/push.v1.PusherService//Push/', 'ingest POST /push.v1.PusherService/Push'],
    ['/v1/profiles/', 'ingest POST /v1/profiles'],
    ['//v1development/profiles', 'ingest POST /v1development/profiles'],
    ['//querier.v1.QuerierService/Series/', 'query POST /querier.v1.QuerierService/Series'],
    ['//pyroscope/render?query=x', 'query POST /pyroscope/render query=x'],
    ['http://127.0.0.1/ingest?name=a', 'ingest POST /ingest name=a'],
  ])('is taken as meant: %s', async (path, told) => {
    const server = await serving();
    const { body } = await ask(server, path, { method: 'POST' });
    expect(body.toString().trim()).toBe(told);
  });

  it('is taken as meant below a base path', async () => {
    const server = await serving({ basePath: '/flame' });
    for (const path of ['/flame//ingest', '//flame/ingest', '/flame/ingest/'])
      expect((await ask(server, path, { method: 'POST' })).body.toString().trim()).toBe('ingest POST /ingest');
  });
});

describe('an upload that misses the door', () => {
  it.each([
    ['/injest?name=a', 'POST /injest (text/plain, 4 bytes) is not an upload address'],
    ['/v1/traces', 'POST /v1/traces (text/plain, 4 bytes) is not an upload address'],
    ['/', 'POST / (text/plain, 4 bytes) is not an upload address'],
    ['/ingest/more', 'POST /ingest/more (text/plain, 4 bytes) is not an upload address'],
  ])('is logged, counted and shown: %s', async (path, message) => {
    const logged: string[] = [];
    const log = { info: () => undefined, warn: (text: string) => void logged.push(text), error: () => undefined };
    const server = await serving({ log });
    const answer = await ask(server, path, { method: 'POST', body: 'text', headers: { 'content-type': 'text/plain' } });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect(answer.body.toString()).toContain(message);
    expect(answer.body.toString()).toContain('send profiles with POST to /ingest or /push.v1.PusherService/Push');
    expect(logged).toEqual([expect.stringContaining(message)]);
    expect((await ask(server, '/metrics')).body.toString()).toContain('flametide_refused_total{reason="wrong_path"} 1');
    expect(JSON.parse((await ask(server, '/api/status')).body.toString())).toMatchObject({
      refusals: [{ kind: 'wrong_path', count: 1, last: expect.stringContaining(message) }],
    });
  });

  it('outside of the base path is answered with the base path', async () => {
    const server = await serving({ basePath: '/flame' });
    expect((await ask(server, '/ingest', { method: 'POST' })).status).toBe(404);
    expect(JSON.parse((await ask(server, '/flame/api/status')).body.toString())).toMatchObject({
      refusals: [{ kind: 'wrong_path', last: expect.stringContaining('/flame/ingest') }],
    });
  });

  it('with a long address is quoted in part', async () => {
    const server = await serving();
    const { body } = await ask(server, `/${'x'.repeat(5000)}`, { method: 'POST' });
    expect(body.length).toBeLessThan(500);
  });
});

describe('in front of a backend', () => {
  let upstream: Server;
  let seen: IncomingMessage[];
  let server: Server;

  beforeAll(async () => {
    upstream = createServer((request, response) => {
      seen.push(request);
      request.resume();
      response.writeHead(200, {
        'content-type': 'application/json',
        'set-cookie': 'a=b',
        'access-control-allow-origin': '*',
        'x-internal': 'yes',
        location: 'http://evil.example/',
      });
      response.end('{}');
    });
    await new Promise<void>((resolve) => {
      upstream.listen(0, '127.0.0.1', resolve);
    });
    servers.push(upstream);
    const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/base`;
    server = await serving({ backend: createProxy({ url, tenant: 'team', authorization: 'Bearer secret' }) });
  });

  const HOSTILE = [
    '/pyroscope/../../admin',
    '/pyroscope/..',
    '/pyroscope/./../admin',
    '/pyroscope/%2e%2e/%2e%2e/admin',
    '/pyroscope/.%2E/admin',
    '/pyroscope/..%2f..%2fadmin',
    '/pyroscope/..%5cadmin',
    '/pyroscope/..\\admin',
    '/pyroscope//..//..//admin',
    '//pyroscope/../admin',
    '/pyroscope/render/../../admin',
    '/pyroscope/render%00',
    '/pyroscope/render;a=b',
    '/pyroscope/render#/../admin',
    '/api/v1/status/../../../admin',
    '/push.v1./../../admin',
    '/push.v1.PusherService/../admin',
    '/opentelemetry.proto.collector.profiles./../admin',
    'http://127.0.0.1/pyroscope/../../admin',
    'http://127.0.0.1/admin',
    '/admin',
  ];

  it.each(HOSTILE)('nothing goes out for %s', async (path) => {
    seen = [];
    for (const method of ['GET', 'POST']) {
      const { status } = await ask(server, path, { method });
      expect(status).toBeGreaterThanOrEqual(400);
    }
    expect(seen).toEqual([]);
  });

  it('nothing goes out for them by HTTP/2 either', async () => {
    seen = [];
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (const path of HOSTILE) {
      const stream = session.request({ ':method': 'GET', ':path': path });
      let status: unknown;
      stream.on('response', (head) => (status = head[':status']));
      // Some are no requests of HTTP/2 at all: the stream is reset.
      stream.on('error', () => (status = 400));
      await new Promise((resolve) => stream.resume().on('close', resolve));
      expect(Number(status), path).toBeGreaterThanOrEqual(400);
    }
    expect(seen).toEqual([]);
    const stream = session.request({ ':method': 'POST', ':path': '/querier.v1.QuerierService/Series' });
    stream.end('{}');
    const [head] = (await once(stream.resume(), 'response')) as [Record<string, unknown>];
    expect(head[':status']).toBe(200);
    session.destroy();
  });

  it('a short list of headers goes out, and a short list comes back', async () => {
    seen = [];
    const { headers } = await ask(server, '/querier.v1.QuerierService/Series', {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: 'Basic bWU6bWU=',
        'connect-timeout-ms': '1000',
        cookie: 'c=d',
        'content-type': 'application/json',
        forwarded: 'for=192.0.2.1',
        'proxy-authorization': 'Basic bWU6bWU=',
        'x-forwarded-for': '192.0.2.1',
        'x-forwarded-user': 'admin',
        'x-scope-orgid': 'other',
        'x-webauth-user': 'admin',
      },
      body: '{}',
    });
    const { host, connection, ...sent } = seen[0].headers;
    expect([host, connection]).toEqual([expect.stringMatching(/^127/), expect.any(String)]);
    expect(sent).toEqual({
      accept: 'application/json',
      authorization: 'Bearer secret',
      'connect-timeout-ms': '1000',
      'content-length': '2',
      'content-type': 'application/json',
      'x-scope-orgid': 'team',
    });
    expect(headers['content-type']).toBe('application/json');
    for (const name of ['set-cookie', 'access-control-allow-origin', 'x-internal', 'location'])
      expect(headers).not.toHaveProperty(name);
  });

  it('a query with bytes that no address holds goes out escaped', async () => {
    seen = [];
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ':path': '/pyroscope/render?query=b"{}#\u00e9' });
    const [head] = (await once(stream.resume(), 'response')) as [Record<string, unknown>];
    expect(head[':status']).toBe(200);
    expect(seen[0].url).toMatch(/^\/base\/pyroscope\/render\?query=b"\{\}%23(%C3%A9|%E9)$/);
    session.destroy();
  });
});
