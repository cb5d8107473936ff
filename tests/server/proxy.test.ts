import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WireRequest } from '#server/request.ts';
import { createProxy } from '#server/proxy.ts';

const PACKED = gzipSync('{"answer":1}');
let upstream: Server;
let url: string;
let seen: { request: IncomingMessage; body: Buffer }[] = [];

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push({ request, body: Buffer.concat(parts) });
      if (request.url?.includes('/away')) return response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      if (request.url?.includes('/silent')) return;
      if (request.url?.includes('/switch'))
        return request.socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
      const status = /status-(\d+)/.exec(request.url ?? '')?.[1];
      if (status !== undefined)
        return response.writeHead(Number(status), { 'content-type': 'text/plain' }).end('no org id');
      if (request.url?.includes('/ready')) return response.end('ready');
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip', 'set-cookie': 'a=b' });
      return response.end(PACKED);
    });
  });
  await new Promise<void>((resolve) => {
    upstream.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/base/`;
});
afterAll(() => upstream.closeAllConnections());

function ask(path: string, more: Partial<WireRequest> = {}): WireRequest {
  return { method: 'POST', path, query: '', headers: {}, body: new Uint8Array(0), ...more };
}

const going = new AbortController().signal;

it('passes bytes on and back as they are, with its own tenant and authorization', async () => {
  seen = [];
  const proxy = createProxy({ url, tenant: 'team', authorization: 'Bearer secret' });
  const body = new Uint8Array(gzipSync('{"asked":1}'));
  const headers = {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'x-scope-orgid': 'mine',
    authorization: 'Basic bWU6bWU=',
    cookie: 'c=d',
    connection: 'close',
  };
  const { answer } = await proxy.query(
    ask('/querier.v1.QuerierService/Series', { body, headers, query: 'a=b' }),
    going,
  );
  expect(Buffer.from(answer.body)).toEqual(PACKED);
  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip' });
  expect(answer.headers).not.toHaveProperty('set-cookie');
  const [{ request, body: arrived }] = seen as [(typeof seen)[0]];
  expect(request.url).toBe('/base/querier.v1.QuerierService/Series?a=b');
  expect(request.headers).toMatchObject({
    'content-encoding': 'gzip',
    'x-scope-orgid': 'team',
    authorization: 'Bearer secret',
  });
  expect(request.headers.cookie).toBeUndefined();
  expect(arrived).toEqual(Buffer.from(body));
});

it('sends no credentials of the client when it has none of its own', async () => {
  seen = [];
  const proxy = createProxy({ url, tenant: undefined, authorization: undefined });
  await proxy.ingest(ask('/ingest', { headers: { authorization: 'Bearer mine', 'x-scope-orgid': 'mine' } }), going);
  expect(seen[0]?.request.headers.authorization).toBeUndefined();
  expect(seen[0]?.request.headers['x-scope-orgid']).toBeUndefined();
});

it('follows no redirect', async () => {
  const { answer, facts } = await createProxy({ url, tenant: undefined, authorization: undefined }).query(
    ask('/away'),
    going,
  );
  expect([answer.status, facts.refused]).toEqual([502, 'backend_unavailable']);
});

it('reports that the backend does not answer', async () => {
  const proxy = createProxy({ url: 'http://127.0.0.1:1', tenant: undefined, authorization: undefined });
  const { answer } = await proxy.query(ask('/querier.v1.QuerierService/Series'), going);
  expect(answer.status).toBe(502);
  expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({ code: 'unavailable' });
  expect(await proxy.ready()).toContain('cannot be reached');
});

it('reports refusals of the backend, and names the flags if it requires credentials', async () => {
  const proxy = createProxy({ url, tenant: undefined, authorization: undefined });
  const { answer, facts } = await proxy.ingest(ask('/pyroscope/status-401'), going);
  expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([401, 'no org id']);
  expect(facts).toEqual({
    refused: 'backend_unauthenticated',
    message: expect.stringMatching(/answered 401: no org id.*--tenant.*FLAMETIDE_BACKEND_AUTHORIZATION/),
  });
  expect((await proxy.ingest(ask('/pyroscope/status-422'), going)).facts.refused).toBe('backend_refused');
});

it('stops when the client is gone', async () => {
  const gone = new AbortController();
  const asked = createProxy({ url, tenant: undefined, authorization: undefined }).query(ask('/silent'), gone.signal);
  gone.abort();
  expect((await asked).answer.status).toBe(499);
});

it('does not ask a cluster for the slices call', async () => {
  const proxy = createProxy({ url, tenant: undefined, authorization: undefined });
  expect((await proxy.query(ask('/flametide.v1.QueryService/SelectSlices'), going)).answer.status).toBe(501);
  expect(await proxy.ready()).toBe(true);
});

it('an answer that switches to another protocol is none', async () => {
  const { answer } = await createProxy({ url, tenant: undefined, authorization: undefined }).query(
    ask('/pyroscope/switch'),
    going,
  );
  expect(answer.status).toBe(502);
  expect(Buffer.from(answer.body).toString()).toContain('it closed the connection without an answer');
});
