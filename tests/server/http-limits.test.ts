/** Limits of a request: bytes, time, connections. */

import { mkdtempSync } from 'node:fs';
import { request, type IncomingMessage, type Server } from 'node:http';
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEitherHttp, type HttpTimes } from '#server/either-http.ts';
import { Links } from '#server/links.ts';
import { Markers } from '#server/markers.ts';
import { ask, backend, echo, listen } from '../support/test-server.ts';

const MiB = 1 << 20;
const QUERY = '/querier.v1.QuerierService/Series';

let markers: Markers;
let links: Links;
let server: Server;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-limits-'));
  markers = new Markers(folder);
  links = new Links(folder);
  server = await listen({ pageFolder: folder, markers, links, maxBodyBytes: 64 * MiB });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  markers.close();
  links.close();
});

/** Sends a head that promises a body, and nothing of it. */
function promise(path: string, bytes: number, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({
      port,
      path,
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-length': String(bytes) },
    });
    sent.on('response', resolve).on('error', reject);
    sent.flushHeaders();
  });
}

describe('a body that is too large for its route', () => {
  it.each([
    [QUERY, MiB + 6],
    ['/flametide.v1.QueryService/SelectSlices', 200 * MiB],
    ['/pyroscope/render', MiB + 6],
    ['/ingest', 64 * MiB + 1],
    ['/push.v1.PusherService/Push', 64 * MiB + 1],
    ['/api/links', 65_537],
    ['/api/markers', 65_537],
    ['/api/work', 65_537],
    ['/api/snapshots', 64 * MiB + 1],
  ])('is refused by its length, before anything of it is sent: %s', async (path, bytes) => {
    const response = await promise(path, bytes);
    expect(response.statusCode).toBe(413);
    response.destroy();
  });

  it('is refused before the client is told to go on', async () => {
    const response = await promise(QUERY, 200 * MiB, { expect: '100-continue' });
    expect(response.statusCode).toBe(413);
    response.destroy();
  });

  it('is refused while it arrives if its length is unknown', async () => {
    const chunked = { 'transfer-encoding': 'chunked' };
    const tooLarge = await ask(server, QUERY, {
      method: 'POST',
      headers: chunked,
      body: new Uint8Array(3 * MiB),
    });
    expect([tooLarge.status, tooLarge.body.toString()]).toEqual([413, expect.stringContaining('1048581 bytes')]);
    const fits = await ask(server, QUERY, { method: 'POST', headers: chunked, body: new Uint8Array(MiB) });
    expect(fits.status).toBe(200);
  });

  it('is a refused upload in /api/status and /metrics, where it is one', async () => {
    (await promise('/ingest', 64 * MiB + 1)).destroy();
    const { body } = await ask(server, '/api/status');
    expect(JSON.parse(body.toString())).toMatchObject({
      refusals: [{ kind: 'too_large', last: expect.stringContaining('larger than the maximum of 67108864 bytes') }],
    });
    expect((await ask(server, '/metrics')).body.toString()).toContain('flametide_refused_total{reason="too_large"}');
  });
});

it('a client that waits to be told to go on is told', async () => {
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, path: '/ingest', method: 'POST', agent: false, headers: { expect: '100-continue' } });
  sent.flushHeaders();
  await once(sent, 'continue');
  sent.end('text');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  response.resume();
});

it('bodies share a budget: where it is used up, large ones get 503 with Retry-After, small ones pass', async () => {
  const answers: (() => void)[] = [];
  const slow = await listen({
    pageFolder: folder,
    markers,
    links,
    maxBodyBytes: 64 * MiB,
    backend: {
      ...backend,
      ingest: (asked) =>
        asked.body.length < MiB
          ? Promise.resolve(echo('ingest', asked))
          : new Promise((resolve) => {
              answers.push(() => resolve({ answer: { status: 200, headers: {}, body: new Uint8Array() }, facts: {} }));
            }),
    },
  });
  const upload = (bytes: number) => ask(slow, '/ingest', { method: 'POST', body: new Uint8Array(bytes) });
  const arrived = async (count: number): Promise<void> => {
    while (answers.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const under = [upload(40 * MiB)];
  await arrived(1);
  under.push(upload(20 * MiB));
  await arrived(2);
  const refused = await upload(10 * MiB);
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
  expect((await upload(1000)).status).toBe(200);
  expect((await ask(slow, QUERY, { method: 'POST', body: new Uint8Array(MiB) })).status).toBe(200);
  for (const answer of answers.splice(0)) answer();
  expect((await Promise.all(under)).map(({ status }) => status)).toEqual([200, 200]);
  const again = upload(60 * MiB);
  await arrived(1);
  answers[0]();
  expect((await again).status).toBe(200);
  slow.close();
});

describe('HTTP/2', () => {
  const LONG: HttpTimes = { headMs: 600_000, requestMs: 600_000, idleMs: 600_000 };
  const open: { server: Server; session: ClientHttp2Session }[] = [];

  afterAll(() => {
    for (const { server: one, session } of open) {
      session.destroy();
      one.closeAllConnections();
      one.close();
    }
  });

  async function opened(times: Partial<HttpTimes>): Promise<ClientHttp2Session> {
    const two = createEitherHttp(
      (asked, response) => {
        asked.resume();
        asked.on('end', () => response.end('whole'));
      },
      { ...LONG, ...times },
    );
    await new Promise<void>((resolve) => {
      two.listen(0, '127.0.0.1', resolve);
    });
    const session = connect(`http://127.0.0.1:${(two.address() as AddressInfo).port}`);
    session.on('error', () => undefined);
    open.push({ server: two, session });
    return session;
  }

  /** Errors come before it, or none. */
  const untilClosed = (one: ClientHttp2Session): Promise<unknown> =>
    new Promise((resolve) => one.once('close', resolve));

  it('ends a connection that sends no request, whatever else it sends', async () => {
    const session = await opened({ headMs: 50 });
    const pings = setInterval(() => session.destroyed || session.ping(() => undefined), 10);
    await untilClosed(session);
    clearInterval(pings);
    expect(session.destroyed).toBe(true);
  });

  it('ends a connection that sends no further request', async () => {
    const session = await opened({ idleMs: 50 });
    const end = untilClosed(session);
    const stream = session.request({ ':path': '/' });
    let text = '';
    stream.on('data', (part: Buffer) => (text += part.toString()));
    await end;
    expect(text).toBe('whole');
  });

  it('ends a request that does not end', async () => {
    const session = await opened({ requestMs: 50 });
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    stream.on('error', () => undefined);
    stream.write('some');
    await new Promise((resolve) => stream.once('close', resolve));
    expect(stream.rstCode).not.toBe(0);
  });

  it('lets an answer take as long as it takes', async () => {
    const session = await opened({ requestMs: 1 });
    const stream = session.request({ ':path': '/' });
    let text = '';
    stream.on('data', (part: Buffer) => (text += part.toString()));
    await once(stream, 'end');
    expect(text).toBe('whole');
  });

  it('says how many requests it takes at one time, and how long a head may be', async () => {
    const session = await opened({});
    await once(session, 'remoteSettings');
    expect(session.remoteSettings).toMatchObject({ maxConcurrentStreams: 100, maxHeaderListSize: 80_384 });
  });

  it('ends with the server', async () => {
    const session = await opened({});
    await once(session, 'remoteSettings');
    const { server: two } = open.at(-1)!;
    const closed = new Promise((resolve) => two.close(resolve));
    two.closeIdleConnections();
    await closed;
    if (!session.destroyed) await new Promise((resolve) => session.once('close', resolve));
    expect(session.destroyed).toBe(true);
  });

  it('outlives clients that break off, before and after the end of a request', async () => {
    const gone: Promise<unknown>[] = [];
    const slow = await listen({
      pageFolder: folder,
      markers,
      links,
      backend: {
        ...backend,
        query: (_, signal) => {
          const aborted = once(signal, 'abort');
          gone.push(aborted);
          return aborted.then(() => ({ answer: { status: 499, headers: {}, body: new Uint8Array() }, facts: {} }));
        },
      },
    });
    const { port } = slow.address() as AddressInfo;
    const session = connect(`http://127.0.0.1:${port}`);
    session.on('error', () => undefined);
    const codes = [constants.NGHTTP2_INTERNAL_ERROR, constants.NGHTTP2_PROTOCOL_ERROR, constants.NGHTTP2_CANCEL];
    for (const code of codes) {
      const whole = session.request({ ':method': 'POST', ':path': QUERY }).on('error', () => undefined);
      whole.end('{}');
      const before = gone.length;
      while (gone.length === before) await new Promise((resolve) => setImmediate(resolve));
      whole.close(code);
      const part = session.request({ ':method': 'POST', ':path': QUERY }).on('error', () => undefined);
      part.write('{');
      part.close(code);
    }
    await Promise.all(gone);
    session.destroy();
    expect((await ask(slow, '/healthz')).status).toBe(200);
    slow.close();
  });

  it('refuses a body that is too large, and the connection goes on', async () => {
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const status = async (bytes: number): Promise<unknown> => {
      const stream = session.request({ ':method': 'POST', ':path': QUERY });
      stream.on('error', () => undefined).resume();
      stream.end(new Uint8Array(bytes));
      const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
      return head[':status'];
    };
    expect([await status(3 * MiB), await status(10)]).toEqual([413, 200]);
    session.destroy();
  });
});
