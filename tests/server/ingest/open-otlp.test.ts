/** OpenTelemetry's doors: services, labels, steps, types, partial success, and the answers of each protocol. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { labelValue } from '#model/labels.ts';
import type { WireRequest } from '#server/request.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import { openUpload, refuseUpload, type OpenedUpload } from '#server/ingest/open-upload.ts';
import type { IngestLimits } from '#server/ingest/series-of-profile.ts';
import { type MadeResource, otlpJson, otlpMessage } from '../../support/otlp-message.ts';
import { encodeMessage, smallProfile } from '../../support/pprof-message.ts';
import { jfrChunk } from '../../support/jfr-message.ts';
import { expectSentences } from '../../support/refusal.ts';
import { UPLOAD_LIMITS } from '../../support/store-limits.ts';

const NOW_MS = 1_795_000_060_000;
const TIME_NS = 1_795_000_000_000_000_000n;
const LIMITS: IngestLimits = { ...UPLOAD_LIMITS, maxAgeMs: 3_600_000, maxFutureMs: 600_000 };
const PATH = '/v1development/profiles';
const RPC = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';
const CPU = { periodType: ['cpu', 'nanoseconds'], period: 50_000_000 } as const;

interface Sent {
  readonly path?: string;
  readonly type?: string;
  readonly encoding?: string;
  readonly limits?: IngestLimits;
}

function send(
  body: Uint8Array | string,
  { path = PATH, type = 'application/x-protobuf', encoding, limits = LIMITS }: Sent = {},
): Promise<OpenedUpload> {
  return openUpload(requestOf(body, path, type, encoding), limits, NOW_MS);
}

function requestOf(body: Uint8Array | string, path: string, type: string, encoding?: string): WireRequest {
  const headers = { 'content-type': type, ...(encoding !== undefined && { 'content-encoding': encoding }) };
  return { method: 'POST', path, query: '', headers, body: new Uint8Array(Buffer.from(body)) };
}

function frame(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return new Uint8Array(Buffer.concat([head, message]));
}

interface Row {
  readonly service: string;
  readonly type: string;
  readonly total: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** Series without what the server adds. */
function rowsOf(profiles: readonly IncomingProfile[]): Row[] {
  return profiles.flatMap(({ profile, series }) =>
    series.map(({ service, profileType, column, rows, labels }) => ({
      service,
      type: profileType,
      total: [...rows].reduce((sum, row) => sum + profile.values[column].values[row], 0),
      labels: Object.fromEntries(
        labels
          .filter(({ name }) => !name.startsWith('__') && name !== 'service_name')
          .map(({ name, value }) => [name, value]),
      ),
    })),
  );
}

const SHOP: readonly MadeResource[] = [
  {
    attributes: { 'service.name': 'shop', 'container.id': 'f00', 'k8s.pod.name': 'shop-1' },
    profiles: [
      {
        ...CPU,
        samples: [
          {
            stack: ['main', 'price'],
            values: [3],
            attributes: { 'thread.name': 'a', 'thread.id': 1, 'process.pid': 9 },
          },
          {
            stack: ['main', 'price'],
            values: [4],
            attributes: { 'thread.name': 'a', 'thread.id': 2, 'cpu.logical_number': 1 },
          },
        ],
      },
    ],
  },
];

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

  it('has threads that differ by their ids alone in one series', async () => {
    const samples = Array.from({ length: 500 }, (_, i) => ({
      stack: ['main'],
      values: [1],
      attributes: { 'thread.id': i, 'process.pid': i, 'process.executable.path': `/bin/${i}` },
    }));
    const { profiles, facts } = await send(otlpMessage([{ profiles: [{ ...CPU, samples }] }]));
    expect(profiles.flatMap(({ series }) => series)).toHaveLength(2);
    expect(facts.trimmed?.labelsDropped).toBe(0);
    expect(facts.otlp?.folded).toBe(1500);
  });

  describe('of processes that differ in what is folded away', () => {
    const process = (pid: number, threads: readonly string[], stack = ['main']): MadeResource => ({
      attributes: { 'service.name': 'shop', 'process.pid': pid },
      profiles: [
        { ...CPU, samples: threads.map((name) => ({ stack, values: [1], attributes: { 'thread.name': name } })) },
      ],
    });
    const counts = (profiles: readonly IncomingProfile[]): unknown[] =>
      rowsOf(profiles)
        .filter(({ type }) => type.includes('samples'))
        .map(({ labels, total }) => [labels['thread.name'], total]);

    it('is one profile', async () => {
      const body = otlpMessage([process(1, ['a', 'b']), process(2, ['b', 'c'], ['main', 'price']), process(3, ['a'])]);
      const { profiles } = await send(body);
      expect(profiles).toHaveLength(1);
      expect(counts(profiles)).toEqual([
        ['a', 2],
        ['b', 2],
        ['c', 1],
      ]);
    });

    it('is one for each time, service and type', async () => {
      const later = { ...process(2, ['a']).profiles[0], timeNs: TIME_NS + 1_000_000_000n };
      const other = { ...process(2, ['a']).profiles[0], periodType: ['wall', 'nanoseconds'] as const };
      const shop = { 'service.name': 'shop' };
      const body = otlpMessage([process(1, ['a']), { attributes: shop, profiles: [later, other] }]);
      expect((await send(body)).profiles).toHaveLength(3);
    });

    it('is several where one would have too many samples, or labels', async () => {
      const named = (from: number): string[] => Array.from({ length: 100 }, (_, i) => `worker-${from + i}`);
      const sent = await send(otlpMessage([process(1, named(0)), process(2, named(100))]));
      expect([sent.profiles.length, sent.facts.trimmed?.labelsDropped]).toEqual([2, 0]);
      const limits = { ...LIMITS, maxSamples: 3 };
      const two = [process(1, ['a', 'b']), process(2, ['a', 'b'])];
      expect((await send(otlpMessage(two), { limits })).profiles).toHaveLength(2);
    });

    it('is one with the spans of all', async () => {
      const made = [1, 2, 3].map((pid): MadeResource => {
        const { attributes, profiles } = process(pid, ['a']);
        const samples = Array.from({ length: 100 }, (_, i) => ({
          ...profiles[0].samples[0],
          link: { trace: 'f'.repeat(32), span: `${pid}${i}`.padStart(16, '0') },
        }));
        return { ...(attributes && { attributes }), profiles: [{ ...profiles[0], samples }] };
      });
      const { profiles } = await send(otlpMessage(made));
      expect(profiles.map(({ spans }) => spans?.contexts.length)).toEqual([300]);
      expect(counts(profiles)).toEqual([['a', 300]]);
    });

    it('is without the one that is damaged', async () => {
      const json = JSON.parse(otlpJson([process(1, ['a']), process(2, ['a']), process(3, ['a'])])) as {
        resourceProfiles: { scopeProfiles: { profiles: { samples: { stackIndex: number }[] }[] }[] }[];
      };
      json.resourceProfiles[1].scopeProfiles[0].profiles[0].samples[0].stackIndex = 99;
      const { profiles, answer } = await send(JSON.stringify(json), { type: 'application/json' });
      expect(counts(profiles)).toEqual([['a', 2]]);
      expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({
        partialSuccess: { rejectedProfiles: '1', errorMessage: expect.stringContaining('stack 99') as string },
      });
    });

    it('counts each where all are refused', async () => {
      const old = [1, 2].map((pid): MadeResource => {
        const made = process(pid, ['a']);
        return { ...made, profiles: [{ ...made.profiles[0], timeNs: TIME_NS - 86_400_000_000_000n }] };
      });
      const { answer } = await send(otlpJson([...SHOP, ...old]), { type: 'application/json' });
      expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({
        partialSuccess: { rejectedProfiles: '2' },
      });
    });
  });

  describe('of many profiles or timestamps', () => {
    const sample = { stack: ['main'], values: [1] };
    const rejectedOf = ({ answer }: OpenedUpload): unknown =>
      (JSON.parse(Buffer.from(answer.body).toString()) as { partialSuccess?: { rejectedProfiles: string } })
        .partialSuccess?.rejectedProfiles;

    it('is refused in part where it becomes more than 10 000 profiles', async () => {
      const profiles = Array.from({ length: 10_003 }, (_, i) => ({
        samples: [sample],
        timeNs: TIME_NS + BigInt(i) * 1_000_000n,
      }));
      const sent = await send(otlpJson([{ profiles }]), { type: 'application/json' });
      expect([sent.profiles.length, rejectedOf(sent)]).toEqual([10_000, '3']);
    });

    it('is without a profile whose stack is damaged, and without what it would have added to others', async () => {
      const json = JSON.parse(otlpJson([{ profiles: [{ samples: [sample] }] }])) as {
        resourceProfiles: { scopeProfiles: { profiles: { samples: { stackIndex: number }[] }[] }[] }[];
        dictionary: { stackTable: { locationIndices: number[] }[]; functionTable: unknown[]; locationTable: unknown[] };
      };
      const [scope] = json.resourceProfiles[0].scopeProfiles;
      const { dictionary } = json;
      // A location of its own, below one that is not there.
      dictionary.functionTable.push({ nameStrindex: 1 });
      dictionary.locationTable.push({ lines: [{ functionIndex: dictionary.functionTable.length - 1 }] });
      dictionary.stackTable.push({ locationIndices: [99, dictionary.locationTable.length - 1] });
      const damaged = structuredClone(scope.profiles[0]);
      damaged.samples[0].stackIndex = dictionary.stackTable.length - 1;
      scope.profiles.push(damaged);
      const sent = await send(JSON.stringify(json), { type: 'application/json' });
      expect(sent.profiles.map(({ profile }) => [profile.sampleCount, profile.functions.names])).toEqual([
        [1, ['main']],
      ]);
      expect(rejectedOf(sent)).toBe('1');
    });

    it('counts a refused profile once, however many parts it has', async () => {
      const old = TIME_NS - 86_400_000_000_000n;
      const split = { samples: [{ stack: ['main'], times: [0n, 20n, 40n].map((s) => old + s * 1_000_000_000n) }] };
      const sent = await send(otlpJson([...SHOP, { profiles: [split] }]), { type: 'application/json' });
      expect([sent.profiles.length, rejectedOf(sent)]).toEqual([1, '1']);
      const good = { samples: [{ stack: ['main'], times: [0n, 20n].map((s) => TIME_NS + s * 1_000_000_000n) }] };
      const two = await send(otlpJson([...SHOP, { profiles: [good] }]), { type: 'application/json' });
      expect(two.profiles).toHaveLength(3);
      // The store refuses both parts of the second profile.
      const answer = await two.answerAfter!(new Map([1, 2].map((i) => [i, 'Too many label sets.'])));
      expect(rejectedOf({ ...two, answer })).toBe('1');
    });
  });

  it('keeps the labels with few values where there are too many sets', async () => {
    const samples = Array.from({ length: 500 }, (_, i) => ({
      stack: ['main'],
      values: [1],
      attributes: { 'thread.name': `worker-${i}`, route: i % 2 === 0 ? '/a' : '/b' },
    }));
    const { profiles, facts } = await send(otlpMessage([{ profiles: [{ ...CPU, samples }] }]));
    const counts = rowsOf(profiles).filter(({ type }) => type.includes('samples'));
    expect(counts.map(({ labels, total }) => [labels, total])).toEqual([
      [{ route: '/a' }, 250],
      [{ route: '/b' }, 250],
    ]);
    expect(facts.trimmed?.labelsDropped).toBe(1);
  });

  it('follows rules that are set: what is folded more, and what is kept all the same', async () => {
    const limits = { ...LIMITS, attributes: { keep: ['process.pid'], fold: ['k8s.*'] } };
    const { profiles } = await send(otlpMessage(SHOP), { limits });
    expect(rowsOf(profiles).map(({ labels }) => labels)).toContainEqual({
      'service.name': 'shop',
      'thread.name': 'a',
      'process.pid': '9',
    });
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['of the resource', { 'service.name': 'x' }, { 'service.name': 'y' }],
    ['of the sample', { 'container.name': 'y' }, { 'service.name': 'x' }],
    ['the deployment', { 'k8s.deployment.name': 'x', 'container.name': 'y' }, {}],
    ['the stateful set', { 'k8s.statefulset.name': 'x', 'process.executable.name': 'y' }, {}],
    ['the daemon set', { 'k8s.daemonset.name': 'x' }, {}],
    ['the container', { 'container.name': 'x' }, { 'process.executable.name': 'y' }],
    ['the program', {}, { 'process.executable.name': 'x' }],
  ])('is of the service %s', async (_, attributes, own) => {
    const samples = [{ stack: ['a'], values: [1], attributes: own }];
    const { profiles } = await send(otlpMessage([{ attributes, profiles: [{ samples }] }]));
    expect(rowsOf(profiles).map(({ service }) => service)).toEqual(['x']);
  });

  it('without any name is of unknown_service, and parts by service where samples name several', async () => {
    const samples = ['x', 'y', 'x'].map((name) => ({
      stack: ['a'],
      values: [1],
      attributes: { 'process.executable.name': name },
    }));
    const { profiles } = await send(
      otlpMessage([{ profiles: [{ samples: [{ stack: ['a'], values: [1] }, ...samples] }] }]),
    );
    expect(rowsOf(profiles).map(({ service, total }) => [service, total])).toEqual([
      ['unknown_service', 1],
      ['x', 2],
      ['y', 1],
    ]);
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

it('labels of a service are not those of another', async () => {
  const { profiles } = await send(
    otlpMessage([
      ...SHOP,
      { attributes: { 'service.name': 'cart' }, profiles: [{ samples: [{ stack: ['a'], values: [1] }] }] },
    ]),
  );
  const cart = profiles.flatMap(({ series }) => series).filter(({ service }) => service === 'cart');
  expect(cart.map(({ labels }) => labelValue(labels, 'k8s.pod.name'))).toEqual(['']);
});

function textOf({ answer }: OpenedUpload): string {
  return Buffer.from(answer.body).toString();
}
