/** Labels and services of OpenTelemetry’s profiles. */
import { describe, expect, it } from 'vitest';
import { labelValue } from '#model/labels.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import type { OpenedUpload } from '#server/ingest/open-upload.ts';
import { type MadeResource, otlpJson, otlpMessage } from '../../support/otlp-message.ts';
import { CPU, LIMITS, rowsOf, send, SHOP, TIME_NS } from '../../support/otlp-upload.ts';

describe('labels', () => {
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
