/** The wire, by clients that are not ours: Connect, gRPC-web and gRPC. */
import { request as httpRequest } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { describe, expect, it } from 'vitest';
import { QueryService } from '#wire/gen/flametide/v1/query_pb.ts';
import {
  ProfileFormat,
  QuerierService,
  SelectSeriesRequestSchema,
  SelectSeriesResponseSchema,
} from '#wire/gen/querier/v1/querier_pb.ts';
import { naiveServer, question, range, TYPE } from '../../support/naive-server.ts';

const server = naiveServer();
const transports: [string, () => Transport][] = [
  [
    'Connect JSON',
    () => createConnectTransport({ baseUrl: server.baseUrl, httpVersion: '1.1', useBinaryFormat: false }),
  ],
  [
    'Connect binary',
    () => createConnectTransport({ baseUrl: server.baseUrl, httpVersion: '1.1', useBinaryFormat: true }),
  ],
  [
    'Connect with gzip both ways',
    () =>
      createConnectTransport({
        baseUrl: server.baseUrl,
        httpVersion: '1.1',
        sendCompression: gzip,
        compressMinBytes: 1,
      }),
  ],
  ['gRPC-web', () => createGrpcWebTransport({ baseUrl: server.baseUrl, httpVersion: '1.1' })],
  [
    'gRPC-web JSON',
    () => createGrpcWebTransport({ baseUrl: server.baseUrl, httpVersion: '1.1', useBinaryFormat: false }),
  ],
  [
    'gRPC-web with gzip',
    () =>
      createGrpcWebTransport({
        baseUrl: server.baseUrl,
        httpVersion: '1.1',
        sendCompression: gzip,
        compressMinBytes: 1,
      }),
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
        `${server.baseUrl}/querier.v1.QuerierService/SelectSeries`,
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
