/** Spans and traces of samples, as agents name them. */
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodePprof } from '#formats/pprof.ts';
import type { Label } from '#model/labels.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import type { IngestLimits } from '#server/ingest/series-of-profile.ts';
import { traceContexts } from '#server/ingest/trace-context.ts';
import { jfrChunk } from '../../support/jfr-message.ts';
import { encodeMessage, type Field, message } from '../../support/pprof-message.ts';
import { labelledPprof } from '../../support/labelled-pprof.ts';
import { type MadeResource, otlpJson, otlpMessage } from '../../support/otlp-message.ts';
import { UPLOAD_LIMITS } from '../../support/store-limits.ts';

const NOW_MS = 1_795_000_060_000;
const LIMITS: IngestLimits = { ...UPLOAD_LIMITS, maxAgeMs: 3_600_000, maxFutureMs: 600_000 };
const SPAN = 'ffeeddccbbaa9988';
const TRACE = '00112233445566778899aabbccddeeff';

type Labels = Readonly<Record<string, string | number>>;

function contextsOf(...samples: Labels[]) {
  const profile = finish(
    decodePprof(
      labelledPprof(
        samples.map((labels, i) => ({ stack: ['main', `f${i}`], value: 1, labels: Object.entries(labels) })),
      ),
    ),
  );
  const found = traceContexts(profile);
  return found && Array.from(found.of, (context) => found.contexts[context]);
}

describe('the labels of a sample', () => {
  it.each<[string, Labels, object]>([
    ["Pyroscope's SDKs", { span_id: SPAN, trace_id: TRACE }, { span: SPAN, root: '', trace: TRACE }],
    ['the older ones', { profile_id: SPAN.toUpperCase() }, { span: SPAN, root: '', trace: '' }],
    ['words in camel case', { spanId: SPAN, traceId: TRACE }, { span: SPAN, root: '', trace: TRACE }],
    ['a prefix', { 'otel.span_id': SPAN }, { span: SPAN, root: '', trace: '' }],
    [
      "Datadog's tracers, whose ids are decimal",
      { 'span id': '12345678901234567890', 'local root span id': '255', 'trace id': '18' },
      { span: 'ab54a98ceb1f0ad2', root: '00000000000000ff', trace: '00000000000000000000000000000012' },
    ],
    [
      'numbers',
      { 'span id': 4096, 'local root span id': 1 },
      { span: '0000000000001000', root: '0000000000000001', trace: '' },
    ],
    ['ids without their first zeros', { span_id: 'ab' }, { span: '00000000000000ab', root: '', trace: '' }],
  ])('of %s', (_, labels, context) => {
    expect(contextsOf(labels)).toEqual([context]);
  });

  it.each<[string, Labels]>([
    ['zeros', { span_id: '0000000000000000', trace_id: '0' }],
    ['no digits', { span_id: 'zz', trace_id: '' }],
    ['too many digits', { span_id: `${SPAN}0`, trace_id: `${TRACE}0` }],
    ['another name', { span_name: SPAN, spanid: SPAN, endpoint: '/cart' }],
  ])('with %s name no span', (_, labels) => {
    expect(contextsOf(labels)).toBeUndefined();
  });

  it('are read for each sample', () => {
    expect(contextsOf({ span_id: SPAN }, { endpoint: '/' }, { span_id: SPAN }, { span_id: '1' })).toEqual([
      { span: SPAN, root: '', trace: '' },
      undefined,
      { span: SPAN, root: '', trace: '' },
      { span: '0000000000000001', root: '', trace: '' },
    ]);
  });
});

/** Values by span and trace. */
function valuesOf(profiles: readonly IncomingProfile[]): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { profile, spans, series } of profiles) {
    for (const { rows, column } of series) {
      for (const row of rows) {
        const { span, trace } = spans?.contexts[spans.of[row]] ?? { span: '-', trace: '-' };
        const key = `${series[0].service} ${span} ${trace}`;
        values[key] = (values[key] ?? 0) + profile.values[column].values[row];
      }
    }
  }
  return values;
}

function send(path: string, query: string, type: string, body: Uint8Array | string) {
  const request = {
    method: 'POST',
    path,
    query,
    headers: { 'content-type': type },
    body: new Uint8Array(Buffer.from(body)),
  };
  return openUpload(request, LIMITS, NOW_MS);
}

describe('the doors', () => {
  const linked: readonly MadeResource[] = [
    {
      attributes: { 'service.name': 'shop' },
      profiles: [
        {
          samples: [
            { stack: ['main'], values: [3], link: { trace: TRACE, span: SPAN } },
            { stack: ['main'], values: [4], link: { trace: TRACE, span: SPAN } },
            { stack: ['main'], values: [5] },
          ],
        },
      ],
    },
  ];
  const wanted = { [`shop ${SPAN} ${TRACE}`]: 7, 'shop - -': 5 };

  it.each(['old', 'new'] as const)('take links of OTLP in, in the %s numbering', async (numbering) => {
    const sent = await send(
      '/v1development/profiles',
      '',
      'application/x-protobuf',
      otlpMessage(linked, { numbering }),
    );
    expect(valuesOf(sent.profiles)).toEqual(wanted);
    expect(sent.profiles[0].series).toHaveLength(1);
  });

  it('take ids of OTLP from attributes too where other samples have links, which come first', async () => {
    const [other, trace] = ['00000000000000aa', 'e'.repeat(32)];
    const samples = [
      { stack: ['main'], values: [3], link: { trace: TRACE, span: SPAN }, attributes: { span_id: other } },
      { stack: ['main'], values: [4], attributes: { span_id: other, trace_id: trace } },
      { stack: ['main'], values: [5] },
    ];
    const body = otlpJson([{ attributes: { 'service.name': 'shop' }, profiles: [{ samples }] }]);
    const sent = await send('/v1development/profiles', '', 'application/json', body);
    expect(valuesOf(sent.profiles)).toEqual({
      [`shop ${SPAN} ${TRACE}`]: 3,
      [`shop ${other} ${trace}`]: 4,
      'shop - -': 5,
    });
  });

  it('take links of OTLP in, in JSON with hex digits and base64', async () => {
    const json = otlpJson(linked);
    const inBase64 = json
      .replaceAll(SPAN, Buffer.from(SPAN, 'hex').toString('base64'))
      .replaceAll(`"traceId":"${TRACE}"`, `"traceId":"${Buffer.from(TRACE, 'hex').toString('base64')}"`);
    for (const body of [json, inBase64]) {
      const sent = await send('/v1development/profiles', '', 'application/json', body);
      expect(valuesOf(sent.profiles)).toEqual(wanted);
    }
  });

  it('take the ids of flight recordings in, all 64 bits of them', async () => {
    const event = { type: 'profiler.WallClockSample', samples: 1, stackTrace: ['App.main:1'], state: 'STATE_RUNNABLE' };
    const ids = {
      spanId: BigInt(`0x${SPAN}`),
      traceIdHi: 0x0011223344556677n,
      traceIdLo: BigInt(`0x${TRACE.slice(16)}`),
    };
    const recording = jfrChunk([{ ...event, ...ids }, { ...event, ...ids }, event], { startNs: (NOW_MS - 1000) * 1e6 });
    const sent = await send('/ingest', 'name=shop&format=jfr&sampleRate=100', 'application/octet-stream', recording);
    expect(valuesOf(sent.profiles)).toEqual({ [`shop ${SPAN} ${TRACE}`]: 20_000_000, 'shop - -': 10_000_000 });
  });

  it('have the names of spans as labels, from the labels part of pyroscope-java', async () => {
    const event = { type: 'profiler.WallClockSample', samples: 1, stackTrace: ['App.main:1'], state: 'STATE_RUNNABLE' };
    const spanId = BigInt(`0x${SPAN}`);
    const recording = jfrChunk([{ ...event, spanId, spanName: 2 }, { ...event, spanId, spanName: 9 }, event], {
      startNs: (NOW_MS - 1000) * 1e6,
    });
    const sent = await sendRecording(recording, new Map([[2, 'GET /cart']]));
    const names = sent.profiles.flatMap(({ series, profile }) =>
      series.map(({ labels, rows, column }) => {
        const total = [...rows].reduce((sum, row) => sum + profile.values[column].values[row], 0);
        return [labels.find(({ name }) => name === 'span_name')?.value, total];
      }),
    );
    // A number without a text is no name.
    expect(names).toEqual([
      ['GET /cart', 10_000_000],
      [undefined, 20_000_000],
    ]);
  });

  it.each<[string, number, number, number, readonly string[]]>([
    ['both where they are few', 10, 10, 100, ['span_name', 'thread_name']],
    ['spans where both together are too many', 20, 20, 20, ['span_name']],
    ['threads where the spans are more', 10, 20, 10, ['thread_name']],
    ['threads where the names of spans alone are too many', 1, 100, 1, ['thread_name']],
    ['spans where the names of threads alone are too many', 100, 1, 1, ['span_name']],
    ['neither where both are too many', 70, 70, 1, []],
  ])('have labels by %s', async (_, threads, spans, sets, names) => {
    const pairs = Array.from({ length: Math.max(threads * spans, 1) }, (__, i) => [
      i % threads,
      Math.floor(i / threads),
    ]);
    const events = pairs.map(([thread, span]) => ({
      type: 'profiler.WallClockSample',
      samples: 1,
      stackTrace: ['App.main:1'],
      state: 'STATE_RUNNABLE',
      eventThread: `pool-${thread}`,
      spanId: BigInt(span + 1),
      spanName: span + 1,
    }));
    const texts = new Map(Array.from({ length: spans }, (__, i) => [i + 1, `GET /${i}`]));
    const { profiles, facts } = await sendRecording(jfrChunk(events, { startNs: (NOW_MS - 1000) * 1e6 }), texts);
    const [{ series, profile }] = profiles;
    const own = (labels: readonly Label[]): string[] =>
      labels.map(({ name }) => name).filter((name) => name === 'span_name' || name === 'thread_name');
    expect([series.length, own(series[0].labels), facts.trimmed?.labelsDropped]).toEqual([
      sets,
      names,
      names.length < 2 ? 1 : 0,
    ]);
    const total = series.flatMap(({ rows }) => [...rows]).reduce((sum, row) => sum + profile.values[0].values[row], 0);
    expect(total).toBe(events.length * 10_000_000);
  });

  it.each([
    [64, ['thread_name']],
    [65, []],
  ])('have labels by %d names of threads, beside an event without a thread', async (threads, names) => {
    const event = { type: 'profiler.WallClockSample', samples: 1, stackTrace: ['App.main:1'], state: 'STATE_RUNNABLE' };
    const named = Array.from({ length: threads }, (_, i) => ({ ...event, eventThread: `pool-${i}` }));
    const recording = jfrChunk([...named, event], { startNs: (NOW_MS - 1000) * 1e6 });
    const { profiles } = await sendRecording(recording, new Map());
    const found = new Set(
      profiles.flatMap(({ series }) => series.flatMap(({ labels }) => labels)).map((one) => one.name),
    );
    expect([...found].filter((name) => name === 'thread_name')).toEqual(names);
  });

  it('have both labels where samples without a context, and of contexts without labels, have the same names', async () => {
    // 80 label sets, of 150 that are possible.
    const events = Array.from({ length: 160 }, (_, i) => ({
      type: 'profiler.WallClockSample',
      samples: 1,
      stackTrace: ['App.main:1'],
      state: 'STATE_RUNNABLE',
      eventThread: `pool-${i % 40}`,
      spanId: BigInt((Math.floor(i / 40) % 2) + 1),
      spanName: (Math.floor(i / 40) % 2) + 1,
      contextId: i < 80 ? 0 : 7,
    }));
    const texts = new Map([
      [1, 'GET /cart'],
      [2, 'GET /pay'],
    ]);
    const { profiles, facts } = await sendRecording(jfrChunk(events, { startNs: (NOW_MS - 1000) * 1e6 }), texts, [7]);
    expect([profiles[0].series.length, facts.trimmed?.labelsDropped]).toEqual([80, 0]);
  });

  it('refuse a link that is not in the table', async () => {
    const json = otlpJson(linked).replace('"linkIndex":1', '"linkIndex":9');
    const sent = await send('/v1development/profiles', '', 'application/json', json);
    expect(sent.profiles).toEqual([]);
    expect(sent.facts.message).toContain('link 9 is not in the table of 3');
  });
});

/** As pyroscope-java sends it. @param texts of its labels part, by number @param contexts without labels, by their ids */
function sendRecording(
  recording: Uint8Array,
  texts: ReadonlyMap<number, string>,
  contexts: readonly number[] = [],
): ReturnType<typeof send> {
  const snapshot = encodeMessage(
    message(
      ...contexts.map((id): Field => [1, message([1, id])]),
      ...Array.from(texts, ([key, text]): Field => [2, message([1, key], [2, text])]),
    ),
  );
  const part = (name: string, bytes: Uint8Array): string =>
    `--edge\r\ncontent-disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${Buffer.from(bytes).toString('latin1')}\r\n`;
  const form = Buffer.from(`${part('jfr', recording)}${part('labels', snapshot)}--edge--\r\n`, 'latin1');
  return send(
    '/ingest',
    'name=shop&format=jfr&sampleRate=100',
    'multipart/form-data; boundary=edge',
    new Uint8Array(form),
  );
}
