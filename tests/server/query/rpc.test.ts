/** The wire, by clients that are not ours: Connect, gRPC-web, gRPC and plain HTTP against answerQuery behind node:http. */
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fromBinary, toBinary, create } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerQuery } from '#server/query/answer-query.ts';
import { answerRpc, type RpcTable } from '#server/rpc/rpc.ts';
import { RpcError } from '#server/rpc/rpc-error.ts';
import { Stopped } from '#server/store/profile-reader.ts';
import { QueryService } from '#wire/gen/flametide/v1/query_pb.ts';
import {
  ProfileFormat,
  QuerierService,
  SelectSeriesRequestSchema,
  SelectSeriesResponseSchema,
} from '#wire/gen/querier/v1/querier_pb.ts';
import { NaiveReader, stackOf } from '../../support/naive-reader.ts';

const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const BASE = Date.parse('2026-11-24T10:00:00Z');
const series = (name: string): { name: string; value: string }[] => [
  { name: '__profile_type__', value: TYPE },
  { name: 'k8s.pod', value: 'p-1' },
  { name: 'service_name', value: name },
];
const reader = new NaiveReader([
  {
    labels: series('shop'),
    type: TYPE,
    timeUs: BASE * 1000,
    samples: [
      {
        stack: [
          { name: 'main', line: 3, file: 'main.go', mapping: '/app' },
          { name: 'work', line: 7 },
        ],
        value: 20,
        count: 2,
      },
      { stack: [{ name: 'main', line: 4, file: 'main.go', mapping: '/app' }], value: 10, count: 1 },
    ],
  },
  {
    labels: series('cart'),
    type: TYPE,
    timeUs: (BASE + 30_000) * 1000,
    samples: [{ stack: stackOf('main;sleep'), value: 5, count: 1 }],
  },
]);
const range = { start: BigInt(BASE), end: BigInt(BASE + 60_000) };
const question = { ...range, profileTypeID: TYPE, labelSelector: '{}' };

let server: Server;
let baseUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [path = '', query = ''] = (request.url ?? '').split('?', 2);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const asked = { method: request.method ?? '', path, query, headers, body: Buffer.concat(chunks) };
      void answerQuery(asked, reader, { nowMs: BASE + 60_000 }, () => undefined).then(({ answer }) => {
        response.writeHead(answer.status, {
          ...answer.headers,
          ...(answer.trailers && { trailer: Object.keys(answer.trailers).join() }),
        });
        if (answer.trailers) response.addTrailers(answer.trailers);
        return response.end(answer.body);
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

const transports: [string, () => Transport][] = [
  ['Connect JSON', () => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false })],
  ['Connect binary', () => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: true })],
  [
    'Connect with gzip both ways',
    () => createConnectTransport({ baseUrl, httpVersion: '1.1', sendCompression: gzip, compressMinBytes: 1 }),
  ],
  ['gRPC-web', () => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
  ['gRPC-web JSON', () => createGrpcWebTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false })],
  [
    'gRPC-web with gzip',
    () => createGrpcWebTransport({ baseUrl, httpVersion: '1.1', sendCompression: gzip, compressMinBytes: 1 }),
  ],
];
const gzip = {
  name: 'gzip',
  compress: (bytes: Uint8Array) => Promise.resolve(new Uint8Array(gzipSync(bytes))),
  decompress: (bytes: Uint8Array) => Promise.resolve(new Uint8Array(gunzipSync(bytes))),
};

describe.each(transports)('%s', (_, transport) => {
  const querier = (): ReturnType<typeof createClient<typeof QuerierService>> =>
    createClient(QuerierService, transport());

  it('types, names, values, series', async () => {
    expect((await querier().profileTypes(range)).profileTypes).toMatchObject([{ ID: TYPE, sampleType: 'cpu' }]);
    expect((await querier().labelNames(range)).names).toEqual(['__profile_type__', 'service_name']);
    const headers = { Accept: '*/*;allow-utf8-labelnames=true' };
    expect((await querier().labelNames(range, { headers })).names).toEqual([
      '__profile_type__',
      'k8s.pod',
      'service_name',
    ]);
    const values = await querier().labelValues({
      ...range,
      name: 'service_name',
      matchers: ['{}', '{service_name!="cart"}'],
    });
    expect(values.names).toEqual(['shop']);
    const { labelsSet } = await querier().series({ ...range, labelNames: ['service_name'] });
    expect(labelsSet.map(({ labels }) => labels.map(({ value }) => value))).toEqual([['cart'], ['shop']]);
  });

  it('a flame graph, tree bytes and a pprof', async () => {
    const { flamegraph } = await querier().selectMergeStacktraces(question);
    expect(flamegraph).toMatchObject({ names: ['total', 'main', 'work', 'sleep'], total: 35n, maxSelf: 20n });
    expect(flamegraph?.levels.map(({ values }) => values)).toEqual([
      [0n, 35n, 0n, 0n],
      [0n, 35n, 10n, 1n],
      [10n, 5n, 5n, 3n, 0n, 20n, 20n, 2n],
    ]);
    const { tree } = await querier().selectMergeStacktraces({ ...question, format: ProfileFormat.TREE });
    expect(tree).toHaveLength(3 + 7 + 7 + 8);
    const { pprof } = await querier().selectMergeStacktraces({ ...question, format: ProfileFormat.PPROF });
    const own = await querier().selectMergeProfile(question);
    expect(pprof?.profile).toEqual(own);
    expect(own.sample.map(({ value }) => value)).toEqual(expect.arrayContaining([[20n], [10n], [5n]]));
    expect(own.location).toHaveLength(5);
    expect(own.function).toHaveLength(3);
    expect(own.mapping.map(({ filename }) => own.stringTable[Number(filename)])).toEqual(['/app']);
    expect(own.timeNanos).toBe(range.end * 1_000_000n);
    expect(own.period).toBe(1_000_000_000n);
    expect(own.stringTable[Number(own.defaultSampleType)]).toBe('cpu');
  });

  it('series, a comparison, statistics', async () => {
    const { series: found } = await querier().selectSeries({ ...question, step: 30, groupBy: ['service_name'] });
    expect(
      found.map(({ labels, points }) => [labels[0]?.value, points.map(({ timestamp, value }) => [timestamp, value])]),
    ).toEqual([
      ['shop', [[range.start, 30]]],
      ['cart', [[range.start + 30_000n, 5]]],
    ]);
    const left = { ...question, labelSelector: '{service_name="shop"}' };
    const { flamegraph } = await querier().diff({ left, right: question });
    expect(flamegraph).toMatchObject({ leftTicks: 30n, rightTicks: 35n, total: 65n });
    const stats = await querier().getProfileStats({});
    expect(stats).toMatchObject({ dataIngested: true, oldestProfileTime: range.start });
  });

  it('slices, whose sum is the merge', async () => {
    const answer = await createClient(QueryService, transport()).selectSlices({ ...question, slices: 4 });
    expect(answer.names).toEqual(['main', 'work', 'sleep']);
    // The reference decoder: self by node over all slices, the path from the parents.
    const paths: string[] = [];
    const sums: Record<string, number> = {};
    const bySlice = Array.from({ length: 4 }, () => 0);
    let entry = 0;
    answer.entries.forEach((count, node) => {
      const distance = answer.parentDistance[node] ?? 0;
      const above = node === 0 ? '' : paths[node - distance];
      paths.push(node === 0 ? '' : [above, answer.names[answer.name[node] ?? 0]].filter(Boolean).join(';'));
      for (let i = 0; i < count; i++, entry++) {
        const value = Number(answer.value[entry]);
        sums[paths[node] ?? ''] = (sums[paths[node] ?? ''] ?? 0) + value;
        const slice = answer.slice[entry] ?? 0;
        bySlice[slice] = (bySlice[slice] ?? 0) + value;
      }
    });
    expect(sums).toEqual({ main: 10, 'main;work': 20, 'main;sleep': 5 });
    expect(bySlice).toEqual([30, 0, 5, 0]);
    expect(answer.profiles).toEqual([1, 0, 1, 0]);
    expect(answer.count.reduce((a, b) => a + b, 0n)).toBe(4n);
  });

  it('a refusal, with its code and words', async () => {
    const asked = querier().selectMergeStacktraces({ ...question, labelSelector: '{größe' });
    const error = await asked.then(
      () => undefined,
      (reason: unknown) => ConnectError.from(reason),
    );
    expect(error?.code).toBe(Code.InvalidArgument);
    expect(error?.rawMessage).toBe(
      'The label selector {größe cannot be read at character 4: expected =, !=, =~ or !~.',
    );
  });
});

describe('gRPC over HTTP/1.1', () => {
  const message = toBinary(SelectSeriesRequestSchema, create(SelectSeriesRequestSchema, { ...question, step: 60 }));
  const frame = (bytes: Uint8Array): Buffer => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  };
  const call = (
    body: Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<{ body: Buffer; trailers: NodeJS.Dict<string> }> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(
        `${baseUrl}/querier.v1.QuerierService/SelectSeries`,
        { method: 'POST', headers: { 'content-type': 'application/grpc+proto', te: 'trailers', ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve({ body: Buffer.concat(chunks), trailers: response.trailers }));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });

  it('answers in a frame, the status behind it', async () => {
    const { body, trailers } = await call(frame(message));
    expect(trailers).toEqual({ 'grpc-status': '0' });
    expect(body[0]).toBe(0);
    expect(fromBinary(SelectSeriesResponseSchema, body.subarray(5)).series[0]?.points).toHaveLength(2);
  });

  it('packs the frame for who takes gzip', async () => {
    const { body } = await call(frame(message), { 'grpc-accept-encoding': 'gzip' });
    expect(body[0]).toBe(1);
    expect(fromBinary(SelectSeriesResponseSchema, gunzipSync(body.subarray(5))).series).toHaveLength(1);
  });

  it.each([
    ['no frame', new Uint8Array(3), '3', 'no gRPC frame'],
    ['a short frame', frame(message).subarray(0, 20), '3', 'announces'],
    ['no protobuf', frame(new Uint8Array([255])), '3', 'is not a valid querier.v1.SelectSeriesRequest'],
  ])('%s', async (_, body, status, words) => {
    const { trailers } = await call(body);
    expect(trailers['grpc-status']).toBe(status);
    expect(decodeURIComponent(trailers['grpc-message'] ?? '')).toContain(words);
  });
});

describe('plain requests', () => {
  const labelNames = '/querier.v1.QuerierService/LabelNames';
  const ask = (init: RequestInit, at = labelNames): Promise<Response> =>
    fetch(baseUrl + at, { method: 'POST', ...init });
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
    const client = createClient(QuerierService, createConnectTransport({ baseUrl, httpVersion: '1.1' }));
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
      `${baseUrl}/pyroscope/render?query=${encodeURIComponent(`${TYPE}{}`)}&from=${BASE}&until=now&groupBy=service_name`,
    );
    expect(await render.json()).toMatchObject({
      flamebearer: { names: ['total', 'main', 'work', 'sleep'], numTicks: 35 },
      metadata: { format: 'single', units: 'samples', name: 'cpu' },
      timeline: { startTime: BASE / 1000, samples: [30, 0, 5, 0], durationDelta: 15 },
      groups: { shop: { samples: [30, 0, 0, 0] }, cart: { samples: [0, 0, 5, 0] } },
    });
    const values = await fetch(`${baseUrl}/pyroscope/label-values?label=__name__`);
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
