/** Every valid pprof of the corpus is pushed, stored, packed and queried in every form: nothing may be lost. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import type { Profile } from '#model/profile.ts';
import type { WireRequest } from '#server/request.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import { answerQuery } from '#server/query/answer-query.ts';
import { openForReading, openForWriting, type Database } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { readManifest, type ManifestFile } from '../support/check-manifest-file.ts';
import { foldFlame, foldTreeBytes, type FlameJson } from '../support/flame-decoder.ts';
import { KEEP_SPANS } from '../support/store-limits.ts';

const folder = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const files: readonly ManifestFile[] = existsSync(folder)
  ? readManifest(folder).files.filter(({ format, tags }) => format === 'pprof' && !tags?.includes('invalid'))
  : [];
const NOW_MS = Date.parse('2026-11-24T00:00:00Z');
const PUSH = '/push.v1.PusherService/Push';
const LIMITS = {
  maxProfileBytes: 1 << 30,
  maxSamples: 1 << 24,
  maxDepth: 1 << 20,
  maxLabels: 60,
  maxLabelNameBytes: 1 << 16,
  maxLabelValueBytes: 1 << 16,
  maxAgeMs: 0,
  maxFutureMs: Infinity,
};

let home: string;
let db: Database;
let readerDb: Database;
let writer: ProfileWriter;
let store: ProfileStore;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'stored-corpus-'));
  db = openForWriting(join(home, 'profiles.db'));
  readerDb = openForReading(join(home, 'profiles.db'));
  writer = new ProfileWriter(db);
  store = new ProfileStore(readerDb);
});
afterAll(() => {
  readerDb.close();
  db.close();
  rmSync(home, { recursive: true });
});

it('the corpus is there', () => expect(files.length).toBeGreaterThan(20));

describe.each(files.map((file) => [file.path, file] as const))('%s', (path) => {
  it('comes back whole', async () => {
    const bytes = readFileSync(join(folder, path));
    const { profile } = finish(decodeProfile({ bytes: new Uint8Array(bytes), name: path, form: { kind: 'file' } }));
    const body = {
      series: [
        {
          labels: [
            { name: '__name__', value: 'process_cpu' },
            { name: 'service_name', value: path },
          ],
          samples: [{ rawProfile: bytes.toString('base64') }],
        },
      ],
    };
    const opened = await openUpload(post(PUSH, body), LIMITS, NOW_MS);
    if (profile.values.some(({ exact }) => exact !== undefined)) {
      // The only refusal: sums beyond 2^53.
      expect(text(opened.answer.body)).toContain('2^53');
      return;
    }
    expect([opened.answer.status, text(opened.answer.body)]).toEqual([200, '{}']);
    for (const incoming of opened.profiles) writer.add(incoming, NOW_MS);
    writer.flush();
    await expectWhole(path, profile);
    finish(upkeep(db, { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS }, NOW_MS + 7_200_000));
    await expectWhole(path, profile);
  });
});

async function expectWhole(service: string, profile: Profile): Promise<void> {
  const { periodType, periodUnit } = {
    periodType: profile.period?.type.type ?? '',
    periodUnit: profile.period?.type.unit ?? '',
  };
  for (const [column, { type, unit }] of profile.sampleTypes.entries()) {
    const expected = stacksOf(profile, column);
    const total = [...expected.values()].reduce((a, b) => a + b, 0);
    const timeMs = Math.floor(profile.timeMs ?? NOW_MS);
    const question = {
      profileTypeID: ['process_cpu', type, unit, periodType, periodUnit].join(':'),
      labelSelector: `{service_name=${JSON.stringify(service)}}`,
      start: timeMs,
      end: timeMs + 1,
      maxNodes: 1_048_576,
    };
    const flame = await ask('SelectMergeStacktraces', question);
    const graph = (flame as { flamegraph?: FlameJson }).flamegraph;
    expect(lines(foldFlame(graph))).toBe(lines(expected));
    expect(Number(graph?.total ?? 0)).toBe(total);
    const tree = await ask('SelectMergeStacktraces', { ...question, format: 'PROFILE_FORMAT_TREE' });
    const treeBytes = Buffer.from((tree as { tree?: string }).tree ?? '', 'base64');
    expect(lines(foldTreeBytes(treeBytes))).toBe(lines(expected));
    const pprof = await answerQuery(
      post('/querier.v1.QuerierService/SelectMergeProfile', { ...question, maxNodes: 0 }),
      store,
      { nowMs: NOW_MS },
      noStop,
    );
    expect(pprof.answer.status).toBe(200);
    const inProto = await answerQuery(
      { ...post('/querier.v1.QuerierService/SelectMergeStacktraces', { ...question, maxNodes: 64 }) },
      store,
      { nowMs: NOW_MS },
      noStop,
    );
    // Cut on the whole: the total stays.
    const cut = JSON.parse(text(inProto.answer.body)) as { flamegraph: { total?: string } };
    expect(Number(cut.flamegraph.total ?? 0)).toBe(total);
  }
}

/** Stacks of functions and their sums; samples that are not positive are left out, as the store does. */
function stacksOf(
  { stackStart, stackFrames, frames, functions, values, sampleCount }: Profile,
  column: number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (let i = 0; i < sampleCount; i++) {
    const value = values[column].values[i];
    if (!(value > 0)) continue;
    const names = [...stackFrames.subarray(stackStart[i], stackStart[i + 1])].map(
      (frame) => functions.names[frames.func[frame]],
    );
    const key = names.join('\u001f');
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return sums;
}

/** As one text, which compares in no time. Samples without a stack are in the total only: they have no box. */
function lines(sums: ReadonlyMap<string, number>): string {
  return [...sums]
    .filter(([stack]) => stack !== '')
    .map(([stack, value]) => `${stack} ${value}`)
    .sort()
    .join('\n');
}

async function ask(call: string, message: object): Promise<unknown> {
  const { answer } = await answerQuery(
    post(`/querier.v1.QuerierService/${call}`, message),
    store,
    { nowMs: NOW_MS },
    noStop,
  );
  expect([answer.status, answer.status === 200 ? '' : text(answer.body)]).toEqual([200, '']);
  return JSON.parse(text(answer.body));
}

function post(path: string, message: object): WireRequest {
  const body = new TextEncoder().encode(JSON.stringify(message));
  return { method: 'POST', path, query: '', headers: { 'content-type': 'application/json' }, body };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function noStop(): void {}
