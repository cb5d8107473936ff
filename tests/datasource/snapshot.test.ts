import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SourceError } from '#datasource/datasource.ts';
import { type SnapshotAnswers, packSnapshot, snapshotSource, unpackSnapshot } from '#datasource/snapshot.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const matchers = [{ name: 'service_name', operator: '=', value: 'shop' }] as const;
const range = { startMs: 1_000_000, endMs: 2_000_000 };
const query = { profileType: CPU, matchers, range };
const part = { ...query, range: { startMs: 1_000_000, endMs: 1_499_999 } };
/** Grouped by a label. */
const grouped = { ...query, by: { label: 'endpoint', values: ['/cart', '<b>'] } };
const question = { query, stepMs: 15_000, groupBy: ['pod'], callSite: ['main'], limit: undefined };
const packedForm = { kind: 'file' } as const;
const slicesForm = { kind: 'slices', profileType: CPU } as const;
const answers: SnapshotAnswers = {
  link: '?v=1&svc=shop&s=%3Cscript%3E',
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
    {
      query,
      isWhole: true,
      encoded: { bytes: Uint8Array.of(1, 2, 3), form: packedForm },
      warnings: ['3 of 4 profiles are missing.'],
    },
    { query: part, isWhole: false, encoded: { bytes: Uint8Array.of(4), form: slicesForm }, warnings: [] },
    { query: grouped, isWhole: false, encoded: { bytes: Uint8Array.of(5), form: slicesForm }, warnings: [] },
  ],
  markers: [
    { timeMs: 1_500_000, title: 'deploy', service: 'shop', url: 'https://ci.example/7' },
    { timeMs: 1, title: 'long ago', service: undefined, url: undefined },
  ],
  work: [
    {
      question: { service: 'shop', matchers, range, steps: 2 },
      answer: {
        source: 'pushed',
        steps: [7, null],
        routes: [{ route: '/<b>', requests: 7 }],
        covered: 0.5,
        problem: undefined,
      },
    },
  ],
  files: [{ name: '<img>.pb.gz', size: 7, encoded: { bytes: Uint8Array.of(8, 9), form: packedForm } }],
};
const bare = {
  version: 1,
  link: '?v=1',
  nowMs: 1,
  labelSets: [],
  labelNames: [],
  series: [],
  markers: [],
  profiles: [],
  files: [],
};
const { signal } = new AbortController();
const source = snapshotSource('snapshot x', answers, 'The snapshot');

it('comes back as it was packed', async () => {
  expect(await unpackSnapshot(await packSnapshot(answers))).toEqual(answers);
  const empty = { ...answers, stored: undefined, profiles: [], files: [], series: [] };
  expect(await unpackSnapshot(await packSnapshot(empty))).toEqual(empty);
});

it('an older one without counts of requests is read', async () => {
  expect((await unpackSnapshot(new Uint8Array(packed(bare)))).work).toEqual([]);
});

it('an answer that could not be read back is not packed', async () => {
  const [labelNames, kept] = [answers.labelNames[0], answers.profiles[0]];
  const long = { ...answers, labelNames: [{ ...labelNames, answer: Array<string>(10_001).fill('pod') }] };
  await expect(packSnapshot(long)).rejects.toThrow('10001 entries');
  const encoded = { ...kept.encoded, bytes: new Uint8Array(2 ** 29) };
  await expect(packSnapshot({ ...answers, profiles: [{ ...kept, encoded }] })).rejects.toThrow(
    '513 MiB; at most 512 MiB',
  );
});

it('answers what was asked when it was kept, time and again', async () => {
  for (let i = 0; i < 2; i++) {
    const { bytes } = await source.mergedPprof(query, signal);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
    // Opening transfers the bytes.
    structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  }
  expect(await source.series({ ...question }, signal)).toBe(answers.series[0].answer);
  expect(await source.labelNames(matchers, { startMs: 1_000_000.2, endMs: 1_999_999.9 }, signal)).toHaveLength(2);
  expect(await source.labelSets(['pod'], matchers, range, signal)).toHaveLength(1);
  expect(await source.storedRange(signal)).toEqual(answers.stored);
  expect(await source.work({ ...answers.work[0].question }, signal)).toEqual(answers.work[0].answer);
  expect(await source.slices(part, 60, signal)).toMatchObject({ bytes: Uint8Array.of(4), form: slicesForm });
  expect(await source.slices(grouped, 60, signal)).toMatchObject({ bytes: Uint8Array.of(5) });
  expect(await source.postedMarkers(range, 'shop', signal)).toEqual([answers.markers[0]]);
});

it('what was drawn from everything is answered from it; a source without slices stays one', async () => {
  expect((await source.mergedTree(query, 4096, signal)).form).toEqual(packedForm);
  expect((await source.mergedTree(query, 4096, signal)).warnings).toEqual(['3 of 4 profiles are missing.']);
  expect((await source.mergedTree(part, 9, signal)).form).toEqual(slicesForm);
  expect(await source.slices(query, 60, signal)).toBeUndefined();
});

it('says of anything else that it is not kept', async () => {
  const other = { ...query, range: { startMs: 0, endMs: 1 } };
  const asked = [
    source.mergedTree(other, 9, signal),
    source.mergedPprof(part, signal),
    source.mergedTree({ ...query, by: { label: 'endpoint', values: ['/cart'] } }, 9, signal),
    source.mergedPprof({ ...query, matchers: [] }, signal),
    source.series({ ...question, stepMs: 1 }, signal),
    source.labelNames([], range, signal),
    source.labelSets(['pod', 'zone'], matchers, range, signal),
    source.labelValues('pod', matchers, range, signal),
  ];
  // Where none were counted there is nothing to keep.
  expect(await source.work({ ...answers.work[0].question, steps: 3 }, signal)).toBeUndefined();
  for (const answer of asked) {
    const error: unknown = await answer.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ code: 'not-kept', message: expect.stringContaining('holds only the view') });
  }
});

it.each([
  ['no gzip', Buffer.from('plain')],
  ['nothing', gzipSync('')],
  ['a head that is longer than all of it', gzipSync(Buffer.from('ffffff7f7b7d', 'hex'))],
  ['a head that is no JSON', packed('{')],
  ['another version', packed({ version: 2 })],
  ['nothing in it', packed({ version: 1 })],
  ['lists that are none', packed({ ...bare, labelSets: {} })],
  [
    'a matcher of no kind',
    withProfile({
      query: { ...query, matchers: [{ name: 'a', operator: '>', value: '' }] },
      bytes: 0,
      form: packedForm,
    }),
  ],
  ['a form of no kind', withProfile({ query, bytes: 0, form: { kind: 'merged-tree', profileType: '' } })],
  ['bytes that are not there', withProfile({ query, bytes: 1e9, form: packedForm })],
  ['a bomb', gzipSync(Buffer.alloc(6e8))],
])('with %s it is refused in words', async (_, bytes) => {
  await expect(unpackSnapshot(new Uint8Array(bytes))).rejects.toThrow(/^The snapshot cannot be read: ./);
});

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
  return packed({ ...bare, profiles: [profile] });
}
