/** The wire by plain HTTP, and what a failing handler answers. */
import { gzipSync } from 'node:zlib';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { describe, expect, it } from 'vitest';
import { answerQuery } from '#server/query/answer-query.ts';
import { RpcError } from '#server/rpc/rpc-error.ts';
import { answerRpc, type RpcTable } from '#server/rpc/rpc.ts';
import { Stopped } from '#server/store/profile-reader.ts';
import { QuerierService } from '#wire/gen/querier/v1/querier_pb.ts';
import { BASE, naiveServer, question, reader, TYPE } from '../../support/naive-server.ts';

const server = naiveServer();

describe('plain requests', () => {
  const labelNames = '/querier.v1.QuerierService/LabelNames';
  const ask = (init: RequestInit, at = labelNames): Promise<Response> =>
    fetch(server.baseUrl + at, { method: 'POST', ...init });
  const json = { 'content-type': 'application/json' };

  it.each<[string, RequestInit, number]>([
    ['GET', { method: 'GET' }, 405],
    ['an unknown type', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 415],
    ['a foreign charset', { headers: { 'content-type': 'application/json; charset=latin1' }, body: '{}' }, 415],
    ['an empty body', { headers: json }, 400],
    ['broken JSON', { headers: json, body: '{' }, 400],
    ['a wrong type', { headers: json, body: '{"matchers":1}' }, 400],
    ['no range', { headers: json, body: '{}' }, 400],
    ['another version', { headers: { ...json, 'connect-protocol-version': '2' }, body: '{}' }, 400],
    ['a timeout that is none', { headers: { ...json, 'connect-timeout-ms': 'soon' }, body: '{}' }, 400],
    ['no time at all', { headers: { ...json, 'connect-timeout-ms': '0' }, body: '{}' }, 504],
    ['brotli', { headers: { ...json, 'content-encoding': 'br' }, body: '{}' }, 501],
    ['gzip that is none', { headers: { ...json, 'content-encoding': 'gzip' }, body: '{}' }, 400],
    [
      'gzip of too much',
      { headers: { ...json, 'content-encoding': 'gzip' }, body: new Uint8Array(gzipSync(Buffer.alloc(2 << 20))) },
      429,
    ],
    ['too much', { headers: json, body: new Uint8Array(2 << 20) }, 429],
  ])('%s', async (_, init, status) => {
    expect((await ask(init)).status).toBe(status);
  });

  it.each<[string, Record<string, string>, boolean, string | undefined]>([
    ['packs for who takes gzip', { 'accept-encoding': 'br, gzip' }, false, 'gzip'],
    ['packs nothing for this machine', { 'accept-encoding': 'br, gzip' }, true, undefined],
    ['answers a packed request packed', { 'content-encoding': 'gzip' }, true, 'gzip'],
    ['packs nothing for who does not ask', { 'accept-encoding': 'gzip;q=0' }, false, undefined],
  ])('%s', async (_, headers, isLocal, encoding) => {
    const text = Buffer.from(JSON.stringify({ ...question, start: String(BASE), end: String(BASE + 60_000) }));
    const body = 'content-encoding' in headers ? gzipSync(text) : text;
    const path = '/querier.v1.QuerierService/SelectMergeStacktraces';
    const asked = { method: 'POST', path, query: '', headers: { ...json, ...headers }, body, isLocal };
    const { answer } = await answerQuery(asked, reader, { nowMs: BASE }, () => undefined);
    expect([answer.status, answer.headers['content-encoding']]).toEqual([200, encoding]);
  });

  it('says what it takes', async () => {
    expect((await ask({ method: 'PUT' })).headers.get('allow')).toBe('POST');
    expect((await ask({ headers: { 'content-type': 'x/y' } })).headers.get('accept-post')).toContain(
      'application/grpc-web+proto',
    );
    const unknown = await ask({ headers: json, body: '{}' }, '/querier.v1.QuerierService/Nope');
    expect([unknown.status, await unknown.text()]).toEqual([404, '404 page not found\n']);
  });

  it('passes over fields and enum names that it does not know, and takes proto names', async () => {
    const body = {
      ...question,
      start: String(BASE),
      end: BASE + 60_000,
      label_selector: '{}',
      labelSelector: undefined,
      format: 'NEW',
      x: 1,
    };
    const response = await ask(
      { headers: json, body: JSON.stringify(body) },
      '/querier.v1.QuerierService/SelectMergeStacktraces',
    );
    expect(await response.json()).toMatchObject({ flamegraph: { total: '35' } });
  });

  it.each<[string, object, number]>([
    ['start behind end', { start: String(BASE + 1), end: String(BASE) }, 400],
    ['too long a range', { start: '1', end: String(BASE) }, 400],
    ['no type', { profileTypeID: '' }, 400],
    ['half a type', { profileTypeID: 'cpu:nanoseconds' }, 400],
    ['an empty selector', { labelSelector: '' }, 400],
    ['a bad pattern', { labelSelector: '{a=~"("}' }, 400],
    ['too many nodes', { maxNodes: 1_048_577 }, 400],
    ['fewer than no nodes', { maxNodes: -1 }, 400],
    ['DOT', { format: 'PROFILE_FORMAT_DOT' }, 501],
    ['what is no id of a trace', { traceIdSelector: ['x'] }, 400],
    ['ids of traces', { traceIdSelector: ['0'.repeat(32)] }, 200],
    ['ids of traces and spans', { traceIdSelector: ['0'.repeat(32)], spanSelector: ['0'.repeat(16)] }, 400],
    ['six parts', { profileTypeID: `${TYPE}:delta` }, 200],
    ['async', { async: { type: 'ASYNC_QUERY_TYPE_FORCE' } }, 200],
  ])('a merge with %s', async (_, changes, status) => {
    const body = JSON.stringify({
      profileTypeID: TYPE,
      labelSelector: '{}',
      start: String(BASE),
      end: String(BASE + 1),
      ...changes,
    });
    const response = await ask({ headers: json, body }, '/querier.v1.QuerierService/SelectMergeStacktraces');
    expect(response.status).toBe(status);
    if (status !== 200)
      expect(await response.json()).toEqual({
        code: status === 400 ? 'invalid_argument' : 'unimplemented',
        message: expect.any(String),
      });
  });

  it('cuts stacks for profile-guided optimisation', async () => {
    const client = createClient(
      QuerierService,
      createConnectTransport({ baseUrl: server.baseUrl, httpVersion: '1.1' }),
    );
    const stackTraceSelector = { goPgo: { keepLocations: 1, aggregateCallees: true } };
    const profile = await client.selectMergeProfile({ ...question, stackTraceSelector });
    expect(profile.sample.map(({ locationId, value }) => [locationId.length, Number(value[0])])).toEqual([
      [1, 20],
      [1, 10],
      [1, 5],
    ]);
    expect(profile.location.map(({ line }) => line[0]?.line)).toEqual([0n, 0n, 0n]);
  });

  it('the older interface', async () => {
    const render = await fetch(
      `${server.baseUrl}/pyroscope/render?query=${encodeURIComponent(`${TYPE}{}`)}&from=${BASE}&until=now&groupBy=service_name`,
    );
    expect(await render.json()).toMatchObject({
      flamebearer: { names: ['total', 'main', 'work', 'sleep'], numTicks: 35 },
      metadata: { format: 'single', units: 'samples', name: 'cpu' },
      timeline: { startTime: BASE / 1000, samples: [30, 0, 5, 0], durationDelta: 15 },
      groups: { shop: { samples: [30, 0, 0, 0] }, cart: { samples: [0, 0, 5, 0] } },
    });
    const values = await fetch(`${server.baseUrl}/pyroscope/label-values?label=__name__`);
    expect(await values.json()).toEqual([TYPE]);
  });
});

describe('a handler', () => {
  const stop = (): void => undefined;
  const post = {
    method: 'POST',
    path: '/x/Y',
    query: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{}'),
  };
  const run = (handler: () => Uint8Array, check = stop): ReturnType<typeof answerRpc> => {
    const table: RpcTable = new Map([['/x/Y', handler]]);
    return answerRpc(post, table, { mostMessageBytes: 100 }, check);
  };

  it.each([
    [new RpcError('unavailable', 'Later.'), 503, 'Later.'],
    [new Stopped('aborted'), 499, 'The client no longer waits for the answer.'],
    [new Stopped('deadline'), 504, 'The deadline of this query has passed.'],
    [new TypeError('secret'), 500, 'Internal error: the log of the server'],
  ])('that throws %s', async (error, status, words) => {
    const { answer, error: told } = await run(() => {
      throw error;
    });
    expect(answer.status).toBe(status);
    expect(told?.message).toContain(words);
    expect(Buffer.from(answer.body).toString()).not.toContain('secret');
  });

  it('is not called after the client left', async () => {
    const { answer } = await run(
      () => new Uint8Array(0),
      () => {
        throw new Stopped('aborted');
      },
    );
    expect(answer.status).toBe(499);
  });
});
