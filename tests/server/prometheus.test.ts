/** A stand-in answers as a Prometheus 2.42 was recorded to answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askPrometheus, type PrometheusOptions } from '#server/prometheus.ts';
import type { WorkQuestion } from '#server/work.ts';
import type { WorkAnswer } from '#wire/work.ts';

const FROM = 1_796_090_000_000;
const MINUTE = 60_000;

let server: Server | undefined;
let asked: {
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly authorization: string | undefined;
}[];

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Answer = (path: string, parameters: URLSearchParams, response: ServerResponse) => unknown;

async function prometheus(answer: Answer, more: Partial<PrometheusOptions> = {}) {
  asked = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const parameters = new URLSearchParams(Buffer.concat(chunks).toString());
    const path = request.url ?? '';
    asked.push({ path, parameters, authorization: request.headers.authorization });
    const made = answer(path, parameters, response);
    if (made !== undefined) response.end(typeof made === 'string' ? made : JSON.stringify(made));
  };
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = askPrometheus({ url, authorization: undefined, queries: {}, ...more });
  return (question: Partial<WorkQuestion> = {}): Promise<WorkAnswer> =>
    ask(
      { service: 'shop', matchers: [], fromMs: FROM, untilMs: FROM + 8 * MINUTE, steps: 1, ...question },
      new AbortController().signal,
    );
}

function success(resultType: 'vector' | 'matrix', result: readonly unknown[]): object {
  return { status: 'success', data: { resultType, result } };
}

/** Knows one counter of a job. Ten requests of /cart and two of /login a second; nothing in the second quarter. */
const usual: Answer = (path) => {
  if (path === '/api/v1/query')
    return success('vector', [
      { metric: { __name__: 'http_requests_total', found_by: 'job' }, value: [FROM / 1000, '3'] },
      { metric: { __name__: 'http_request_duration_seconds_count', found_by: 'app' }, value: [FROM / 1000, '3'] },
    ]);
  const at = [1, 3, 4].map((part) => FROM / 1000 + part * 120);
  return success('matrix', [
    { metric: { path: '/cart' }, values: at.map((time) => [time, '10']) },
    { metric: { path: '/login' }, values: at.map((time) => [time, '2']) },
  ]);
};

describe('a Prometheus', () => {
  it('is asked for the usual counter of the service, by route', async () => {
    const ask = await prometheus(usual, { authorization: 'Bearer secret' });
    expect(await ask()).toEqual({
      source: 'prometheus',
      steps: [12 * 360],
      routes: [
        { route: '/cart', requests: 3600 },
        { route: '/login', requests: 720 },
      ],
      covered: 0.75,
      problem: undefined,
    });
    expect(asked.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/api/v1/query', 'Bearer secret'],
      ['/api/v1/query_range', 'Bearer secret'],
    ]);
    expect(Object.fromEntries(asked[1].parameters)).toEqual({
      query:
        'sum by (http_route, route, uri, path, handler, endpoint, view, grpc_method) (rate(http_requests_total{job="shop",}[120s]))',
      start: ((FROM + 2 * MINUTE) / 1000).toFixed(3),
      end: ((FROM + 9 * MINUTE) / 1000).toFixed(3),
      step: '120.000',
    });
  });

  it('gives each step of a series', async () => {
    const ask = await prometheus(usual);
    expect(await ask({ steps: 4 })).toMatchObject({ steps: [1440, null, 1440, 1440], covered: 0.75 });
  });

  it('is asked for the counter of a service once, and again where that has nothing', async () => {
    let counter = 'http_requests_total';
    const ask = await prometheus((path, parameters) => {
      if (path === '/api/v1/query')
        return success('vector', [{ metric: { __name__: counter, found_by: 'job' }, value: [FROM / 1000, '3'] }]);
      const isThere = parameters.get('query')!.includes(`rate(${counter}{`);
      return success('matrix', isThere ? [{ metric: { path: '/' }, values: [[FROM / 1000 + 120, '10']] }] : []);
    });
    const paths = (): string[] => asked.splice(0).map(({ path }) => path.replace('/api/v1/', ''));
    for (let i = 0; i < 3; i++) expect(await ask()).toMatchObject({ source: 'prometheus', steps: [1200] });
    expect(paths()).toEqual(['query', 'query_range', 'query_range', 'query_range']);
    await ask({ service: 'cart' });
    expect(paths()).toEqual(['query', 'query_range']);
    counter = 'http_request_duration_seconds_count';
    expect(await ask()).toMatchObject({ source: 'prometheus', steps: [1200] });
    expect(paths()).toEqual(['query_range', 'query', 'query_range']);
    expect(await ask()).toMatchObject({ steps: [1200] });
    expect(paths()).toEqual(['query_range']);
  });

  it.each([
    [
      'most requests have the first',
      [90, 10],
      [
        ['/cart/:id', 10_800],
        ['', 1200],
      ],
    ],
    [
      'few requests have the first',
      [10, 90],
      [
        ['/cart/7', 10_800],
        ['', 1200],
      ],
    ],
  ])('gives routes by one label: %s', async (_, [named, plain], routes) => {
    const ask = await prometheus((path) => {
      if (path === '/api/v1/query') return usual(path, new URLSearchParams(), undefined!);
      const values = (rate: number): unknown => [[FROM / 1000 + 120, `${rate}`]];
      return success('matrix', [
        { metric: { http_route: '/cart/:id', path: '' }, values: values(named) },
        { metric: { path: '/cart/7' }, values: values(plain) },
      ]);
    });
    expect((await ask()).routes).toEqual(routes.map(([route, requests]) => ({ route, requests })));
  });

  it('is asked with the query of the service, where it has one', async () => {
    const ask = await prometheus(usual, {
      queries: { shop: 'sum by (path) (rate(served{a="$",$matchers}[$window]))' },
    });
    await ask({ matchers: [{ name: 'k8s.pod', operator: '=~', value: '$window"}b\\.*' }] });
    expect(asked.map(({ parameters }) => parameters.get('query'))).toEqual([
      'sum by (path) (rate(served{a="$",k8s_pod=~"$window\\"}b\\\\.*"}[120s]))',
    ]);
    const without = await prometheus(usual, { queries: { shop: 'sum(rate(served[$window]))' } });
    expect(await without({ matchers: [{ name: 'pod', operator: '=', value: 'a' }] })).toMatchObject({
      source: undefined,
      problem: expect.stringContaining('has no $matchers'),
    });
  });

  it('takes hostile names of services as text', async () => {
    const ask = await prometheus(usual);
    await ask({ service: 'x"} or up{a="\\$window\n' });
    const [found, range] = asked.map(({ parameters }) => parameters.get('query')!);
    expect(found).toContain('job="x\\"} or up{a=\\"\\\\$window\\n"}');
    expect(range).toContain('{job="x\\"} or up{a=\\"\\\\\\x24window\\n",}[120s]');
    expect(await ask({ service: '__proto__' })).toMatchObject({ source: 'prometheus' });
  });

  it('that knows no counter of the service says nothing', async () => {
    const ask = await prometheus(() => success('vector', []));
    expect(await ask({ steps: 2 })).toEqual({
      source: undefined,
      steps: [null, null],
      routes: [],
      covered: 0,
      problem: undefined,
    });
  });

  it.each<[string, Answer, RegExp]>([
    [
      'refuses',
      (_, __, response) => {
        response.statusCode = 400;
        return { status: 'error', errorType: 'bad_data', error: 'invalid parameter "query":\n 1:1: parse error' };
      },
      /^Prometheus refused \(400\): invalid parameter "query": 1:1: parse error$/,
    ],
    ['answers with a page', () => '<html>sign in</html>', /^Prometheus answered 200 with something other than JSON\.$/],
    ['answers with nothing', () => ({ status: 'success' }), /without series/],
    [
      'redirects',
      (_, __, response) => {
        response.writeHead(302, { location: 'http://127.0.0.1:1/' });
        return '';
      },
      /^Prometheus does not answer: /,
    ],
    ['hangs', () => undefined, /^Prometheus did not answer within 0\.3 s\.$/],
    ['sends more than anyone wants', () => ' '.repeat((16 << 20) + 1), /more than 16 MiB/],
    [
      'has too many series',
      () =>
        success(
          'vector',
          Array.from({ length: 2001 }, () => ({ metric: {}, value: [1, '1'] })),
        ),
      /more than 2000 series/,
    ],
  ])('that %s is a sentence', async (what, answer, words) => {
    const ask = await prometheus(answer, what === 'hangs' ? { timeoutMs: 300 } : {});
    const { source, problem } = await ask();
    expect(source).toBeUndefined();
    expect(problem).toMatch(words);
  });

  it('that is not there is a sentence', async () => {
    const ask = askPrometheus({ url: 'http://127.0.0.1:1', authorization: undefined, queries: {} });
    const question = { service: 'shop', matchers: [], fromMs: FROM, untilMs: FROM + MINUTE, steps: 1 };
    expect((await ask(question, new AbortController().signal)).problem).toMatch(/^Prometheus does not answer: /);
  });

  it('with odd values is read as far as they are counts', async () => {
    const ask = await prometheus(
      () =>
        success('matrix', [
          { metric: { route: 7 }, values: [[FROM / 1000 + 120, 'NaN'], 'x', [FROM / 1000 + 240, '1']] },
          7,
        ]),
      { queries: { shop: 'up' } },
    );
    expect(await ask()).toMatchObject({ steps: [120], routes: [{ route: '', requests: 120 }], covered: 0.25 });
  });
});
