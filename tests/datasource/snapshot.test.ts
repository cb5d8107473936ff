import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SourceError } from '#datasource/datasource.ts';
import { type KeptAnswers, packSnapshot, snapshotSource, unpackSnapshot } from '#datasource/snapshot.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const matchers = [{ name: 'service_name', operator: '=', value: 'shop' }] as const;
const range = { startMs: 1_000_000, endMs: 2_000_000 };
const query = { profileType: CPU, matchers, range };
const part = { ...query, range: { startMs: 1_000_000, endMs: 1_499_999 } };
const later = { ...query, range: { startMs: 1_500_000, endMs: 2_000_000 } };
const question = { query, stepMs: 15_000, groupBy: ['pod'], callSite: ['main'], limit: undefined };
const tree = { kind: 'merged-tree', profileType: CPU, maxNodes: 4096 } as const;
const slices = { kind: 'slices', profileType: CPU } as const;
const pprof = { kind: 'merged-pprof', profileType: CPU } as const;
const answers: KeptAnswers = {
  nowMs: 2_000_500,
  stored: { oldestMs: 1, newestMs: 2_000_000 },
  labelSets: [{ question: { names: ['pod'], matchers, range }, answer: [[{ name: 'pod', value: 'a' }]] }],
  labelNames: [{ question: { matchers, range }, answer: ['pod', '<script>'] }],
  series: [
    {
      question,
      answer: [
        {
          labels: [{ name: 'pod', value: 'a' }],
          timesMs: Float64Array.of(1_015_000, 1_030_000),
          values: Float64Array.of(0.5, 2 ** 60),
        },
      ],
    },
  ],
  profiles: [
    { kind: 'pprof', query, encoded: { bytes: Uint8Array.of(1, 2, 3), name: 'shop', form: pprof } },
    { kind: 'tree', query: part, encoded: { bytes: Uint8Array.of(4), name: 'shop', form: tree } },
    { kind: 'slices', query: later, encoded: { bytes: Uint8Array.of(5, 6), name: 'shop', form: slices } },
  ],
};
const { signal } = new AbortController();
const source = snapshotSource('snapshot x', answers);

it('comes back as it was packed', async () => {
  expect(await unpackSnapshot(await packSnapshot(answers))).toEqual(answers);
  const empty = { ...answers, stored: undefined, profiles: [], series: [] };
  expect(await unpackSnapshot(await packSnapshot(empty))).toEqual(empty);
});

it('answers what was asked when it was kept, time and again', async () => {
  for (let i = 0; i < 2; i++) {
    const { bytes } = await source.mergedPprof(query, signal);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
    // Whoever opens it takes it over.
    structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  }
  expect(await source.series({ ...question }, signal)).toBe(answers.series[0].answer);
  expect(await source.labelNames(matchers, { startMs: 1_000_000.2, endMs: 1_999_999.9 }, signal)).toHaveLength(2);
  expect(await source.labelSets(['pod'], matchers, range, signal)).toHaveLength(1);
  expect(await source.storedRange(signal)).toEqual(answers.stored);
  expect((await source.slices(later, 60, signal))?.bytes).toEqual(Uint8Array.of(5, 6));
});

it('what was drawn from everything is answered from it; where no slices were, there are none', async () => {
  expect((await source.mergedTree(query, 4096, signal)).form).toEqual(pprof);
  expect((await source.mergedTree(part, 9, signal)).form).toEqual(tree);
  expect((await source.mergedTree(later, 9, signal)).form).toEqual(slices);
  expect(await source.slices(part, 60, signal)).toBeUndefined();
});

it('says of anything else that it is not kept', async () => {
  const other = { ...query, range: { startMs: 0, endMs: 1 } };
  const asked = [
    source.mergedTree(other, 9, signal),
    source.mergedPprof(part, signal),
    source.mergedPprof({ ...query, matchers: [] }, signal),
    source.series({ ...question, stepMs: 1 }, signal),
    source.labelNames([], range, signal),
    source.labelSets(['pod', 'zone'], matchers, range, signal),
    source.labelValues('pod', matchers, range, signal),
  ];
  for (const answer of asked) {
    const error: unknown = await answer.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ code: 'not-kept', message: expect.stringContaining('on the screen') });
  }
});

it.each([
  ['no gzip', Buffer.from('plain')],
  ['nothing', gzipSync('')],
  ['a head that is longer than all of it', gzipSync(Buffer.from('ffffff7f7b7d', 'hex'))],
  ['a head that is no JSON', packed('{')],
  ['another version', packed({ version: 2 })],
  ['nothing in it', packed({ version: 1 })],
  ['lists that are none', packed({ version: 1, nowMs: 1, labelSets: {}, labelNames: [], series: [], profiles: [] })],
  [
    'a matcher of no kind',
    withProfile({ kind: 'tree', query: { ...query, matchers: [{ name: 'a', operator: '>', value: '' }] } }),
  ],
  [
    'a form of no kind',
    withProfile({ kind: 'tree', query, bytes: 0, name: '', form: { kind: 'file', profileType: '' } }),
  ],
  ['bytes that are not there', withProfile({ kind: 'slices', query, bytes: 1e9, name: '', form: slices })],
  ['a bomb', gzipSync(Buffer.alloc(6e8))],
])(
  'with %s it is refused in words',
  async (_, bytes) => {
    await expect(unpackSnapshot(new Uint8Array(bytes))).rejects.toThrow(/^The snapshot cannot be read: ./);
  },
  30_000,
);

it('cut anywhere or changed anywhere, it is refused or reads as a snapshot', async () => {
  const whole = await packSnapshot(answers);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cuts) => {
      const changed = cuts ? whole.slice(0, at) : whole.with(at, byte);
      const read = await unpackSnapshot(new Uint8Array(changed)).catch((error: Error) => error.message);
      if (typeof read === 'string') expect(read).toMatch(/^The snapshot cannot be read: ./);
      else expect(read).toEqual(answers);
    }),
    { seed: 7, numRuns: 300 },
  );
});

function packed(head: unknown): Buffer {
  const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return gzipSync(Buffer.concat([length, text]));
}

function withProfile(profile: object): Buffer {
  return packed({ version: 1, nowMs: 1, labelSets: [], labelNames: [], series: [], profiles: [profile] });
}
