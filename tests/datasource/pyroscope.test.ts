import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SeriesQuestion } from '#datasource/datasource.ts';
import { pyroscopeSource } from '#datasource/pyroscope.ts';
import { fromBinary } from '@bufbuild/protobuf';
import {
  SelectMergeProfileRequestSchema,
  SelectMergeStacktracesRequestSchema,
  SelectSeriesRequestSchema,
} from '#wire/gen/querier/v1/querier_pb.ts';
import { defaultQueryLimits } from '#server/query/query-limits.ts';
import { checkLimitedRange } from '#server/query/request-checks.ts';
import { printWarnings, warningsHeader } from '#wire/warnings.ts';
import { WireSink } from '#wire/wire-sink.ts';

const DAY_MS = 86_400_000;
const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const range = { startMs: 1_000_000.6, endMs: 2_000_000.2 };
const query = {
  profileType: CPU,
  matchers: [
    { name: 'service_name', operator: '=', value: 'shop/"cart"' },
    { name: 'k8s.pod', operator: '=~', value: 'a.*' },
  ],
  range,
} as const;
const question: SeriesQuestion = { query, stepMs: 15_000, groupBy: [], callSite: [], limit: undefined };

const options = { id: 'server', title: 'The server', baseUrl: 'http://host.test/prefix/' };
const source = pyroscopeSource(options);
const { signal } = new AbortController();

/** The requests so far, and the next answer. */
let asked: { readonly url: string; readonly headers: Headers; readonly body: Uint8Array }[] = [];
let answer: (url: string) => Response | Promise<Response>;

beforeEach(() => {
  asked = [];
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    init.signal?.throwIfAborted();
    const body = new Uint8Array(await new Response(init.body ?? null).arrayBuffer());
    asked.push({ url: url.href, headers: new Headers(init.headers), body });
    return answer(url.href);
  });
});
afterEach(() => vi.unstubAllGlobals());

function json(message: object, status = 200): () => Response {
  return () => Response.json(message, { status });
}

function proto(bytes: Uint8Array<ArrayBuffer>): () => Response {
  return () => new Response(bytes, { headers: { 'content-type': 'application/proto' } });
}

function text(body: string, status: number, type: string): () => Response {
  return () => new Response(body, { status, headers: { 'content-type': type } });
}

function askedJson(): unknown {
  return JSON.parse(new TextDecoder().decode(asked[0]?.body));
}

describe('questions', () => {
  it('go below the base path, and ask for label names of any letters', async () => {
    answer = json({ names: ['a', 'k8s.pod'] });
    expect(await source.labelNames([], range, signal)).toEqual(['a', 'k8s.pod']);
    expect(asked[0]?.url).toBe('http://host.test/prefix/querier.v1.QuerierService/LabelNames');
    expect(asked[0]?.headers.get('accept')).toContain('allow-utf8-labelnames=true');
    // Whole ms, and all of the range.
    expect(askedJson()).toEqual({ matchers: [], start: 1_000_000, end: 2_000_001 });
  });

  it('have all matchers in one selector, as several would mean any of them to some', async () => {
    answer = json({});
    expect(await source.labelValues('pod', query.matchers, range, signal)).toEqual([]);
    expect(askedJson()).toMatchObject({
      name: 'pod',
      matchers: ['{service_name="shop/\\"cart\\"", "k8s.pod"=~"a.*"}'],
    });
  });

  it('for a tree say how many nodes, and hand the answer on as it is', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    answer = proto(bytes);
    expect(await source.mergedTree(query, 500, signal)).toEqual({
      bytes,
      name: 'shop/"cart"',
      form: { kind: 'merged-tree', profileType: CPU, maxNodes: 500 },
    });
    expect(fromBinary(SelectMergeStacktracesRequestSchema, asked[0].body)).toMatchObject({
      profileTypeID: CPU,
      labelSelector: '{service_name="shop/\\"cart\\"", "k8s.pod"=~"a.*"}',
      start: 1_000_000n,
      end: 2_000_001n,
      maxNodes: 500n,
      format: 2,
    });
  });

  it('of profiles come with what the source left out', async () => {
    const warnings = ['3 of 4 profiles are missing.', 'ä'];
    answer = () =>
      new Response(new Uint8Array(0), {
        headers: { 'content-type': 'application/proto', [warningsHeader]: printWarnings(warnings) },
      });
    expect((await source.mergedTree(query, 500, signal)).warnings).toEqual(warnings);
    expect((await source.mergedPprof(query, signal)).warnings).toEqual(warnings);
    expect((await source.slices(query, 10, signal))?.warnings).toEqual(warnings);
  });

  it('for a pprof say no number of nodes: it would be cut block by block', async () => {
    answer = proto(new Uint8Array(0));
    expect(await source.mergedPprof(query, signal)).toMatchObject({ form: { kind: 'merged-pprof', profileType: CPU } });
    expect(fromBinary(SelectMergeProfileRequestSchema, asked[0].body).maxNodes).toBeUndefined();
  });

  it('for series have seconds', async () => {
    answer = proto(new Uint8Array(0));
    await source.series({ ...question, groupBy: ['pod', 'region'], limit: 20 }, signal);
    const request = fromBinary(SelectSeriesRequestSchema, asked[0].body);
    expect(request).toMatchObject({ step: 15, groupBy: ['pod', 'region'], limit: 20n });
    expect(request.stackTraceSelector).toBeUndefined();
  });

  it('have a step that is the same number of ms once it was cut to whole ones', async () => {
    answer = proto(new Uint8Array(0));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: DAY_MS * 31 }), async (stepMs) => {
        asked = [];
        await source.series({ ...question, stepMs }, signal);
        expect(Math.trunc(fromBinary(SelectSeriesRequestSchema, asked[0].body).step * 1000)).toBe(stepMs);
      }),
      { examples: [[1001], [4035]] },
    );
  });
});

describe('one call site over time', () => {
  const minute = { ...query, range: { startMs: 1_000_000, endMs: 1_060_000 } };
  const point = new WireSink();
  point.message(1, () =>
    point.message(2, () => {
      point.double(1, 7);
      point.field(2, 1_060_000);
    }),
  );
  const one = point.take();
  const callSiteOf = (body: Uint8Array): string | undefined =>
    fromBinary(SelectSeriesRequestSchema, body)
      .stackTraceSelector?.callSite.map(({ name }) => name)
      .join(';');

  it('is asked for where the source heeds it, which is found out once', async () => {
    // An unknown call site gets no series.
    answer = () => proto(callSiteOf(asked.at(-1)!.body) === '\u0000' ? new Uint8Array(0) : one)();
    const fresh = pyroscopeSource(options);
    const first = await fresh.series({ ...question, query: minute, callSite: ['main', 'run'] }, signal);
    expect(first.map(({ values }) => [...values])).toEqual([[7]]);
    expect(callSiteOf(asked.at(-1)!.body)).toBe('main;run');
    asked = [];
    await fresh.series({ ...question, query: minute, callSite: ['main', 'run'] }, signal);
    expect(asked).toHaveLength(1);
  });

  it('is a few merges where the source passes it over, never the sum of everything', async () => {
    answer = (url) => (url.endsWith('SelectSeries') ? proto(one)() : json({ flamegraph: { total: '40' } })());
    const [series] = await pyroscopeSource(options).series({ ...question, query: minute, callSite: ['main'] }, signal);
    expect([...(series?.values ?? [])]).toEqual([40, 40, 40, 40]);
    const merges = asked.filter(({ url }) => url.endsWith('SelectMergeStacktraces'));
    expect(merges.map(({ body }) => JSON.parse(new TextDecoder().decode(body)) as unknown)).toMatchObject([
      { start: 1_000_000, end: 1_014_999, stackTraceSelector: { callSite: [{ name: 'main' }] } },
      { start: 1_015_000, end: 1_029_999 },
      { start: 1_030_000, end: 1_044_999 },
      { start: 1_045_000, end: 1_060_000 },
    ]);
  });
});

describe('answers', () => {
  it('have each label set once, sorted, and leave out values that are not text', async () => {
    const set = (...labels: object[]): object => ({ labels });
    answer = json({
      labelsSet: [
        set({ name: 'b', value: '1' }, { name: 'a', value: '2' }),
        set({ name: 'a', value: '2' }, { name: 'b', value: '1' }),
        set({ name: 'a', value: { toString: 'x' } }),
        {},
        null,
      ],
    });
    expect(await source.labelSets(['a', 'b'], [], range, signal)).toEqual([
      [
        { name: 'a', value: '2' },
        { name: 'b', value: '1' },
      ],
      [],
    ]);
  });

  it('of series are columns in order of time, with what protobuf leaves out as 0', async () => {
    const sink = new WireSink();
    sink.message(1, () => {
      sink.message(1, () => {
        sink.text(1, 'pod');
        sink.text(2, 'größe');
      });
      for (const [value, timeMs] of [
        [0, 2000],
        [1.5, 1000],
      ] as const)
        sink.message(2, () => {
          sink.double(1, value);
          sink.field(2, timeMs);
          // Annotations and exemplars are passed over.
          sink.message(3, () => sink.text(1, 'key'));
        });
    });
    sink.message(1, () => undefined);
    answer = proto(sink.take());
    const [first, second] = await source.series(question, signal);
    expect(first).toEqual({
      labels: [{ name: 'pod', value: 'größe' }],
      timesMs: new Float64Array([1000, 2000]),
      values: new Float64Array([1.5, 0]),
    });
    expect(second).toMatchObject({ labels: [], timesMs: new Float64Array(0) });
  });

  it('of series that are damaged are refused, never half read', async () => {
    const sink = new WireSink();
    for (let i = 0; i < 3; i++)
      sink.message(1, () => {
        sink.message(1, () => sink.text(1, 'pod'));
        sink.message(2, () => {
          sink.double(1, 3);
          sink.field(2, 1000);
        });
      });
    const whole = sink.take();
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, byte, end) => {
        const damaged = whole.slice(0, Math.max(end, at + 1));
        damaged[at] = byte;
        answer = proto(damaged);
        const outcome = await source.series(question, signal).then(
          (all) => all.every(({ timesMs, values }) => timesMs.length === values.length),
          (error: Error) => error.name === 'SourceError',
        );
        expect(outcome).toBe(true);
      }),
    );
  });

  it('about the stored range may say that it is empty', async () => {
    answer = json({ oldestProfileTime: '9223372036854775807', newestProfileTime: '-9223372036854775808' });
    expect(await source.storedRange(signal)).toBeUndefined();
    answer = json({ dataIngested: true, oldestProfileTime: '5', newestProfileTime: '9' });
    expect(await source.storedRange(signal)).toEqual({ oldestMs: 5, newestMs: 9 });
  });
});

describe('slices', () => {
  it('are undefined of a source that knows none, which is asked once', async () => {
    const fresh = pyroscopeSource({ id: 'own', title: 'The server', baseUrl: 'http://host/' });
    answer = text('404 page not found', 404, 'text/plain');
    expect(await fresh.slices(query, 10, signal)).toBeUndefined();
    answer = () => {
      throw new Error('asked again');
    };
    expect(await fresh.slices(query, 10, signal)).toBeUndefined();
  });

  it('are refused in the words of the source', async () => {
    answer = json({ code: 'invalid_argument', message: 'slices must be at most 240' }, 400);
    await expect(source.slices(query, 10_000, signal)).rejects.toThrow('at most 240');
  });
});

describe('refusals', () => {
  const names = (): Promise<unknown> => source.labelNames([], range, signal);
  const told = (code: string, message: string, status: number): (() => Response) => json({ code, message }, status);

  it.each([
    ['refused', told('invalid_argument', 'step must be >= 1ms', 400), 'step must be >= 1ms'],
    ['refused', told('unknown', 'rpc error', 500), 'rpc error'],
    ['refused', told('deadline_exceeded', 'Ask for a shorter range.', 504), 'Ask for a shorter range.'],
    ['unknown-call', told('unimplemented', 'Heatmaps are not made.', 501), 'Heatmaps are not made.'],
    [
      'unknown-call',
      text('404 page not found', 404, 'text/plain'),
      'The server does not support the call LabelNames (404 page not found).',
    ],
    [
      'refused',
      text('Requests from other pages are refused.', 403, 'text/plain'),
      'Requests from other pages are refused.',
    ],
    ['refused', text('<html>Sign in</html>', 200, 'text/html'), /text\/html.*sign-in/],
    ['refused', text('<html>Oh no</html>', 500, 'text/html'), 'The server answered LabelNames with status 500.'],
    ['refused', text('{"names":', 200, 'application/json'), /cannot be read/],
    ['unauthorised', text('The token is missing', 401, 'text/plain'), 'The token is missing'],
    ['unauthorised', told('unauthenticated', 'no org id', 401), 'no org id'],
    ['offline', told('unavailable', 'The backend cannot be reached.', 502), 'The backend cannot be reached.'],
    ['offline', text('<html>Bad gateway</html>', 502, 'text/html'), 'The server answered LabelNames with status 502.'],
    ['busy', told('resource_exhausted', 'too many outstanding requests', 429), 'too many outstanding requests'],
  ] as const)('%s: %#', async (code, refuse, words) => {
    answer = refuse;
    await expect(names()).rejects.toMatchObject({ name: 'SourceError', code, longestRangeMs: undefined });
    await expect(names()).rejects.toThrow(words);
  });

  it.each([
    ['the query time range exceeds the limit (max_query_length, actual: 25h0m0s, limit: 1d)', DAY_MS],
    ['the query time range exceeds the limit (query length: 745h0m0s, limit: 1d12h30m)', 1.5 * DAY_MS + 1_800_000],
    [ourRefusal(), 31 * DAY_MS],
  ])('limit: %s', async (message, longestRangeMs) => {
    answer = told('invalid_argument', message, 400);
    await expect(names()).rejects.toMatchObject({ code: 'limit', message, longestRangeMs });
  });

  it('words of a megabyte are shortened', async () => {
    answer = told('unknown', 'x'.repeat(1_000_000), 500);
    await expect(names()).rejects.toSatisfy((error: Error) => error.message.length <= 2000);
  });

  it('offline: no answer, or a truncated one', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(names()).rejects.toMatchObject({
      code: 'offline',
      message: 'The server does not answer: Failed to fetch.',
    });
    const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError('network error')) });
    answer = () => new Response(broken, { headers: { 'content-type': 'application/json' } });
    await expect(names()).rejects.toMatchObject({ code: 'offline' });
  });

  it('a question that is taken back stays an AbortError, at each of its stages', async () => {
    const before = AbortSignal.abort();
    await expect(source.labelNames([], range, before)).rejects.toMatchObject({ name: 'AbortError' });
    for (const status of [200, 500]) {
      const amid = new AbortController();
      answer = () => {
        const body = new ReadableStream({
          pull: (controller) => {
            amid.abort();
            controller.error(amid.signal.reason);
          },
        });
        return new Response(body, { status, headers: { 'content-type': 'application/json' } });
      };
      await expect(source.labelNames([], range, amid.signal)).rejects.toMatchObject({ name: 'AbortError' });
    }
  });
});

/** The message of our server for a range that is too long. */
function ourRefusal(): string {
  try {
    checkLimitedRange({ start: 1n, end: BigInt(40 * DAY_MS) }, defaultQueryLimits);
  } catch (error) {
    return (error as Error).message;
  }
  return 'not refused';
}
