/** Kinds of frames through the store: pushed, packed and merged again. Numbers by hand. */

import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeJfr } from '#formats/decoders/jfr.ts';
import { decodeProfile } from '#formats/registry.ts';
import { foreignNames } from '#model/foreign-names.ts';
import type { Profile } from '#model/profile.ts';
import { kindedNames, type SlicedColumns } from '#model/slices.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import { answerQuery } from '#server/query/answer-query.ts';
import type { WireRequest } from '#server/request.ts';
import { openForReading } from '#server/store/database.ts';
import { Interner } from '#server/store/interner.ts';
import { PartColumns } from '#server/store/part-columns.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { selection } from '#datasource/query-message.ts';
import type { WireSink } from '#wire/wire-sink.ts';
import { kindsOfStacks, kindsRecording } from '../../support/frame-kinds.ts';
import { jfrChunk } from '../../support/jfr-message.ts';
import { KEEP_SPANS, UPLOAD_LIMITS } from '../../support/store-limits.ts';
import { testStore } from '../../support/test-store.ts';
import { placedPprof } from '../../support/one-name.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HOUR_MS = 3_600_000;
const BASE_MS = 500_000 * HOUR_MS;
const range = { startMs: BASE_MS, endMs: BASE_MS + 2 * HOUR_MS };
const TAKES_KINDS = { accept: '*/*;flametide-frame-kinds=true' };

const disk = testStore();

async function push(minute: number, recording = kindsRecording): Promise<void> {
  const from = BASE_MS / 1000 + minute * 60;
  const query = `name=shop&format=jfr&from=${from}&until=${from + 10}&sampleRate=100`;
  await take({ path: '/ingest', query, headers: {}, body: recording.slice() });
}

/** By a writer of its own, as after a restart. */
async function take(request: Omit<WireRequest, 'method'>): Promise<void> {
  const now = BASE_MS + HOUR_MS;
  const { answer, profiles } = await openUpload({ method: 'POST', ...request }, UPLOAD_LIMITS, now);
  expect(answer.status).toBe(200);
  const writer = new ProfileWriter(disk.db);
  for (const profile of profiles) writer.add(profile, now);
  writer.flush();
}

/** The answer's stacks with their kinds and values. */
async function merged(headers: Readonly<Record<string, string>>): Promise<string[]> {
  const bytes = await asked('querier.v1.QuerierService/SelectMergeProfile', question(), headers);
  const form = { kind: 'merged-pprof', profileType: CPU } as const;
  return stacksOf(finish(decodeProfile({ bytes, name: 'a', form })).profile);
}

async function sliced(): Promise<SlicedColumns> {
  const message = question();
  message.field(5, 4);
  const bytes = await asked('flametide.v1.QueryService/SelectSlices', message, {});
  const form = { kind: 'slices', profileType: CPU } as const;
  return finish(decodeProfile({ bytes, name: 'a', form })).slices!;
}

function question(): WireSink {
  return selection({ profileType: CPU, matchers: [], range });
}

async function asked(
  call: string,
  message: WireSink,
  headers: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const request = {
    method: 'POST',
    path: `/${call}`,
    query: '',
    headers: { 'content-type': 'application/proto', ...headers },
    body: message.take(),
  };
  const reader = openForReading(disk.file);
  const { answer } = await answerQuery(request, new ProfileStore(reader), { nowMs: BASE_MS + HOUR_MS }, () => {});
  reader.close();
  expect(answer.status).toBe(200);
  return answer.body.slice();
}

function stacksOf(profile: Profile): string[] {
  return kindsOfStacks(profile)
    .map((stack, i) => `${stack}: ${profile.values[0].values[i] / 1e7}`)
    .sort();
}

/** Of the recording, four samples of 10 ms. */
const once = (times: number): string[] => [
  `app.main JIT-compiled: ${times}`,
  // At two lines of `main`.
  `app.main JIT-compiled; app.price inlined: ${times}`,
  `app.main JIT-compiled; app.price inlined: ${times}`,
  `app.main interpreted; app.price native: ${times}`,
];

describe('kinds of frames in the store', () => {
  it('come back to a client that takes them, also after a restart, packing and joining', async () => {
    await push(5);
    expect(await merged(TAKES_KINDS)).toEqual(once(1));
    await push(6);
    await push(70);
    expect(await merged(TAKES_KINDS)).toEqual(once(3));
    for (let minute = 71; minute < 81; minute++) await push(minute);
    finish(upkeep(disk.db, { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS }, BASE_MS + 3 * HOUR_MS));
    expect(await merged(TAKES_KINDS)).toEqual(once(13));
  });

  it('come back from an OTLP message', async () => {
    const profile = {
      sampleType: { typeStrindex: 4, unitStrindex: 5 },
      periodType: { typeStrindex: 6, unitStrindex: 7 },
      period: 1e7,
      timeUnixNano: `${BASE_MS + 1000}000000`,
      samples: [{ stackIndex: 1, values: [3] }],
    };
    const json = {
      resourceProfiles: [{ scopeProfiles: [{ profiles: [profile] }] }],
      dictionary: {
        mappingTable: [{}],
        locationTable: [
          {},
          { lines: [{ functionIndex: 1 }], attributeIndices: [1] },
          { lines: [{ functionIndex: 2 }], attributeIndices: [2] },
        ],
        functionTable: [{}, { nameStrindex: 1 }, { nameStrindex: 2 }],
        stackTable: [{}, { locationIndices: [2, 1] }],
        attributeTable: [
          {},
          { keyStrindex: 3, value: { stringValue: 'cpython' } },
          { keyStrindex: 3, value: { stringValue: 'kernel' } },
        ],
        stringTable: ['', 'main', 'read', 'profile.frame.type', 'samples', 'count', 'cpu', 'nanoseconds'],
      },
    };
    await take({
      path: '/v1development/profiles',
      query: '',
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode(JSON.stringify(json)),
    });
    expect(await merged(TAKES_KINDS)).toEqual(['main Python; read kernel: 3']);
  });

  it('distinguish nothing for other clients', async () => {
    await push(5);
    const stackTrace = ['app.main:1:Interpreted'];
    await push(6, jfrChunk([{ type: 'jdk.ExecutionSample', stackTrace }], { hasFrameTypes: true }));
    expect(await merged({})).toEqual([
      // Compiled once and interpreted once.
      'app.main undefined: 2',
      'app.main undefined; app.price undefined: 1',
      'app.main undefined; app.price undefined: 1',
      'app.main undefined; app.price undefined: 1',
    ]);
  });
});

describe('kinds of functions in slices', () => {
  it('are all that a name has, or none', async () => {
    await push(5);
    const { names, kinds } = await sliced();
    const pairs = Array.from(kinds!.name, (name, i) => `${names[name]} ${kinds!.texts[kinds!.kind[i]]}`);
    expect(pairs.sort()).toEqual([
      'app.main JIT-compiled',
      'app.main interpreted',
      'app.price inlined',
      'app.price native',
    ]);
  });

  it('are absent where none is known', async () => {
    await push(5, jfrChunk([{ type: 'jdk.ExecutionSample', stackTrace: ['app.main:1'] }]));
    const slices = await sliced();
    expect(slices.names).toEqual(['app.main']);
    expect(slices.kinds).toBe(undefined);
  });

  it('say the same of what is not own code as the file', async () => {
    const recording = jfrChunk(
      [
        ['app.main:1:JIT compiled', 'lib.copy:1:Native', 'sys.read:1:Kernel'].toReversed(),
        ['app.main:1:JIT compiled', 'app.both:1:Native'].toReversed(),
        ['app.main:1:JIT compiled', 'app.both:1:Interpreted'].toReversed(),
      ].map((stackTrace) => ({ type: 'jdk.ExecutionSample', stackTrace })),
      { hasFrameTypes: true },
    );
    await push(5, recording);
    const file = finish(decodeJfr(recording.slice()));
    expect([...foreignNames([file])].sort()).toEqual(['lib.copy', 'sys.read']);
    expect([...foreignNames([kindedNames(await sliced())])].sort()).toEqual(['lib.copy', 'sys.read']);
    const without = kindedNames({ names: ['app.main', 'lib.copy'] });
    expect([...foreignNames([file, without])]).toEqual(['sys.read']);
  });
});

describe('kinds in a dictionary', () => {
  const frame = { file: 'a.cc', line: 5, start: 4 };
  const plain = finish(
    decodeProfile({
      bytes: placedPprof([
        [
          [
            { ...frame, name: 'main' },
            { ...frame, name: 'f' },
          ],
          1,
        ],
      ]),
      name: 'a.pb',
      form: { kind: 'file' },
    }),
  ).profile;
  // The file has the leaf's location first.
  const ran = (main: string, f: string): Profile => ({
    ...plain,
    frames: { ...plain.frames, kinds: { names: ['', f, main], of: Uint8Array.of(1, 2) } },
  });

  it('add nothing where there are none, and a few bytes behind everything else where there are', () => {
    const without = new Interner(new PartColumns());
    without.forProfile(plain).leaf(0);
    const withKinds = new Interner(new PartColumns());
    withKinds.forProfile(ran('kernel', 'native')).leaf(0);
    const empty = new PartColumns().mark();
    const bytes = withKinds.columns.encode(empty);
    expect([...bytes.subarray(-4)]).toEqual([0, 2, 1, 3]);
    expect(bytes.length).toBe(without.columns.encode(empty).length + ' kernel native'.length + 4);
  });

  it('are read delta by delta, and distinguish functions of one name', () => {
    const interner = new Interner(new PartColumns());
    const again = new PartColumns();
    const profiles = [plain, ran('kernel', 'native'), ran('native', 'kernel'), ran('kernel', 'native')];
    const leaves = profiles.map((profile) => {
      const from = interner.columns.mark();
      const leaf = interner.forProfile(profile).leaf(0);
      again.append(interner.columns.encode(from));
      return leaf;
    });
    expect(leaves).toEqual([2, 4, 6, 4]);
    const { names, paths, kind, named } = again;
    expect(names).toEqual(['main', 'f', 'main', 'f', 'main', 'f']);
    expect([...named.take()]).toEqual([0, 1, 0, 1, 0, 1]);
    expect([...kind.take()].map((at) => paths[at])).toEqual(['', '', 'kernel', 'native', 'native', 'kernel']);
    const next = new Interner(again);
    expect(profiles.map((profile) => next.forProfile(profile).leaf(0))).toEqual(leaves);
  });

  it.each([
    [[1, 0, 0, 1, 1, 102, 0, 0, 0, 0, 0, 1, 0, 1, 0], 'function 1 of 1'],
    [[1, 0, 0, 1, 1, 102, 0, 0, 0, 0, 0, 1, 0, 0, 9], 'kind 9 of 1'],
  ])('%o is damaged: names %s', (bytes, what) => {
    expect(() => new PartColumns().append(Uint8Array.from(bytes))).toThrow(`names ${what}`);
  });
});
