/** Profiles of OpenTelemetry: series, steps, types, and the answers of each protocol. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { refuseUpload } from '#server/ingest/open-upload.ts';
import { jfrChunk } from '../../support/jfr-message.ts';
import { type MadeResource, otlpJson, otlpMessage } from '../../support/otlp-message.ts';
import {
  frame,
  LIMITS,
  PATH,
  requestOf,
  rowsOf,
  RPC,
  send,
  type Sent,
  SHOP,
  textOf,
  TIME_NS,
} from '../../support/otlp-upload.ts';
import { encodeMessage, smallProfile } from '../../support/pprof-message.ts';
import { expectSentences } from '../../support/refusal.ts';

describe('what is stored', () => {
  it.each<[string, Uint8Array | string, Sent]>([
    ['protobuf', otlpMessage(SHOP), {}],
    ['protobuf of the old numbering', otlpMessage(SHOP, { numbering: 'old' }), {}],
    ['under the path without development', otlpMessage(SHOP), { path: '/v1/profiles' }],
    ['with parameters of the type', otlpMessage(SHOP), { type: 'application/x-protobuf; charset=utf-8' }],
    ['gzip', new Uint8Array(gzipSync(otlpMessage(SHOP))), { encoding: 'gzip' }],
    ['JSON', otlpJson(SHOP), { type: 'application/json' }],
    ['gRPC', frame(otlpMessage(SHOP)), { path: RPC, type: 'application/grpc' }],
    ['the call as plain HTTP', otlpMessage(SHOP), { path: RPC }],
  ])('is the same in all protocols: %s', async (_, body, sent) => {
    const { answer, profiles, facts } = await send(body, sent);
    expect([answer.status, facts.refused]).toEqual([200, undefined]);
    const labels = { 'service.name': 'shop', 'k8s.pod.name': 'shop-1', 'thread.name': 'a' };
    expect(rowsOf(profiles)).toEqual([
      { service: 'shop', type: 'process_cpu:samples:count:cpu:nanoseconds', total: 7, labels },
      { service: 'shop', type: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds', total: 350_000_000, labels },
    ]);
    expect(profiles[0].timeUs).toBe(1_795_000_000_000_000);
    expect(facts.otlp?.folded).toBeGreaterThan(0);
  });

  it('is split by timestamps where it spans more than a step', async () => {
    const at = (seconds: number): bigint => TIME_NS + BigInt(seconds) * 1_000_000_000n;
    const samples = [
      { stack: ['a'], times: [at(0), at(1), at(20)] },
      { stack: ['b'], values: [5, 6], times: [at(2), at(36)] },
    ];
    const { profiles } = await send(otlpMessage([{ profiles: [{ samples }] }]));
    const first = Number(TIME_NS / 1000n);
    expect(profiles.map(({ timeUs }) => (timeUs - first) / 1e6).sort((a, b) => a - b)).toEqual([0, 20, 36]);
    expect(
      rowsOf(profiles)
        .map(({ total }) => total)
        .sort((a, b) => a - b),
    ).toEqual([1, 6, 7]);
    const short = [{ stack: ['a'], times: [at(0), at(14)] }];
    expect((await send(otlpMessage([{ profiles: [{ samples: short }] }]))).profiles).toHaveLength(1);
  });

  it('is named as Pyroscope names it', async () => {
    const samples = [{ stack: ['a'], values: [1] }];
    const typesOf = async (profile: object): Promise<string[]> =>
      rowsOf((await send(otlpMessage([{ profiles: [{ samples, ...profile }] }]))).profiles).map(({ type }) => type);
    expect(await typesOf({ sampleType: ['off_cpu', 'nanoseconds'] })).toEqual(['off_cpu:off_cpu:nanoseconds::']);
    expect(await typesOf({ sampleType: ['itimer', 'ns'], periodType: ['itimer', 'ns'], period: 5 })).toEqual([
      'itimer:itimer:ns:itimer:ns',
    ]);
    expect(await typesOf({ sampleType: ['events', 'count'] })).toEqual(['events:events:count::']);
  });

  it('is a profile of another format where the message carries one', async () => {
    const shop = { 'service.name': 'shop' };
    const pprof = { format: 'pprof', bytes: encodeMessage({ fields: smallProfile() }) };
    const jfr = {
      format: 'jfr',
      bytes: jfrChunk([{ type: 'jdk.ExecutionSample', stackTrace: ['a.B.c:1'] }], {
        startNs: 1_795_000_000_000_000_000,
      }),
    };
    const limits = { ...LIMITS, maxAgeMs: 0 };
    const body = otlpMessage([
      { attributes: shop, profiles: [pprof, jfr].map((original) => ({ samples: [], original })) },
    ]);
    const { profiles } = await send(body, { limits });
    expect(rowsOf(profiles).map(({ service, type, total }) => [service, type, total])).toContainEqual([
      'shop',
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      10_000_000,
    ]);
    expect(new Set(rowsOf(profiles).map(({ service }) => service))).toEqual(new Set(['shop']));
    expect(profiles).toHaveLength(2);
  });

  it('counts once where the message is sent again', async () => {
    const keys = async (body: Uint8Array, sent?: Sent): Promise<string[]> =>
      (await send(body, sent)).profiles.map(({ repeatKey }) => repeatKey);
    const [plain] = await keys(otlpMessage(SHOP));
    expect(plain).not.toBe('');
    expect(await keys(new Uint8Array(gzipSync(otlpMessage(SHOP))), { encoding: 'gzip' })).toEqual([plain]);
    const [shop] = SHOP;
    const two = await keys(otlpMessage([shop, { ...shop, attributes: { 'service.name': 'cart' } }]));
    expect(new Set(two).size).toBe(2);
  });
});

describe('answers', () => {
  const old: MadeResource = {
    attributes: { 'service.name': 'old' },
    profiles: [{ timeNs: TIME_NS - 86_400_000_000_000n, samples: [{ stack: ['a'], values: [1] }] }],
  };

  it('are empty, in the type of the request', async () => {
    const proto = await send(otlpMessage(SHOP));
    expect([proto.answer.headers['content-type'], proto.answer.body.length]).toEqual(['application/x-protobuf', 0]);
    const json = await send(otlpJson(SHOP), { type: 'application/json' });
    expect([json.answer.headers['content-type'], textOf(json)]).toEqual(['application/json', '{}']);
    expect((await send(new Uint8Array(0))).answer.status).toBe(200);
  });

  it('tell how many profiles are not taken, and why, and the others are', async () => {
    const { answer, profiles, facts } = await send(otlpJson([...SHOP, old]), { type: 'application/json' });
    expect([answer.status, profiles.length, facts.refused]).toEqual([200, 1, 'too_old']);
    const { partialSuccess } = JSON.parse(Buffer.from(answer.body).toString()) as {
      partialSuccess: { rejectedProfiles: string; errorMessage: string };
    };
    expect(partialSuccess.rejectedProfiles).toBe('1');
    expectSentences(partialSuccess.errorMessage);
    const proto = await send(otlpMessage([...SHOP, old]));
    // partial_success with rejected_profiles 1.
    expect([...proto.answer.body.subarray(0, 1), ...proto.answer.body.subarray(2, 4)].slice(0, 1)).toEqual([0x0a]);
    expect(Buffer.from(proto.answer.body).toString()).toContain(partialSuccess.errorMessage);
  });

  it('count what the store refuses later', async () => {
    const { answerAfter } = await send(otlpJson(SHOP), { type: 'application/json' });
    const answer = await answerAfter!(new Map([[0, 'The service has too many label sets.']]));
    expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual({
      partialSuccess: { rejectedProfiles: '1', errorMessage: 'The service has too many label sets.' },
    });
  });

  it.each<[string, Uint8Array | string, Sent, number]>([
    ['another type', otlpMessage(SHOP), { type: 'text/plain' }, 415],
    ['another encoding', otlpMessage(SHOP), { encoding: 'zstd' }, 415],
    ['what is no message', new Uint8Array([0x0a, 0xff, 0xff]), {}, 400],
    ['what is no JSON', '{"a', { type: 'application/json' }, 400],
    ['what is all too old', otlpMessage([old]), {}, 400],
    ['a message without its dictionary', otlpMessage(SHOP).subarray(0, 4), {}, 400],
    ['a call that is none', otlpMessage(SHOP), { path: `${RPC}ed` }, 404],
  ])('refuse %s with a status that is not sent again', async (_, body, sent, status) => {
    const { answer, profiles, facts } = await send(body, sent);
    expect([answer.status, profiles.length]).toEqual([status, 0]);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(facts.refused).toBeDefined();
    expect(Buffer.from(answer.body).toString()).toMatch(/[A-Z].*\./);
  });

  it('refuse by gRPC in its status', async () => {
    const { answer, profiles } = await send(frame(new Uint8Array([0x0a, 0xff])), {
      path: RPC,
      type: 'application/grpc+proto',
    });
    expect([answer.status, profiles.length, answer.trailers?.['grpc-status']]).toEqual([200, 0, '3']);
    expect(answer.trailers?.['grpc-message']).toContain('damaged');
  });

  it('that allow a repeat say when', async () => {
    const { answer } = await refuseUpload(requestOf('', PATH, 'application/json'), 'unavailable', 'no_room', 'Full.');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual({ code: 14, message: 'Full.' });
    const grpc = await refuseUpload(
      requestOf(frame(new Uint8Array(0)), RPC, 'application/grpc'),
      'unavailable',
      'no_room',
      'Full.',
    );
    expect([grpc.answer.status, grpc.answer.trailers?.['grpc-status']]).toEqual([200, '14']);
  });
});
