/** Queries over HTTP to a reader of three samples. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { answerQuery } from '#server/query/answer-query.ts';
import { NaiveReader, stackOf } from './naive-reader.ts';

export const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
export const BASE = Date.parse('2026-11-24T10:00:00Z');
const series = (name: string): { name: string; value: string }[] => [
  { name: '__profile_type__', value: TYPE },
  { name: 'k8s.pod', value: 'p-1' },
  { name: 'service_name', value: name },
];
/** 30 of a shop and 5 of a cart. */
export const reader = new NaiveReader([
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
export const range = { start: BigInt(BASE), end: BigInt(BASE + 60_000) };
export const question = { ...range, profileTypeID: TYPE, labelSelector: '{}' };

/** A server over the reader, while the tests of a file run. */
export function naiveServer(): { readonly baseUrl: string } {
  let server: Server;
  let baseUrl = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const [path = '', query = ''] = (request.url ?? '').split('?', 2);
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
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
  return {
    get baseUrl() {
      return baseUrl;
    },
  };
}
