/**
 * Flight recordings, OTLP messages and all recorded uploads of agents, pushed and asked for again as the page asks: each
 * stack with its files, lines and kinds of frames, and its value. What a file shows when it is opened is the truth.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { finish, finishWaiting } from '#base/steps.ts';
import { selection } from '#datasource/query-message.ts';
import { decodeProfile } from '#formats/registry.ts';
import type { Profile } from '#model/profile.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import { answerQuery } from '#server/query/answer-query.ts';
import { defaultQueryLimits } from '#server/query/query-limits.ts';
import type { WireRequest } from '#server/request.ts';
import { openForReading } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { agentRecordings, recordedRequest } from '../support/agent-recordings.ts';
import { isRefused, readManifest } from '../support/check-manifest-file.ts';
import { UPLOAD_LIMITS } from '../support/store-limits.ts';
import { testStore } from '../support/test-store.ts';

/** Values by stack. */
type Stacks = ReadonlyMap<string, number>;

const NOW_MS = Date.parse('2026-11-24T00:00:00Z');
const corpus = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const files = existsSync(corpus) ? readManifest(corpus).files.filter((file) => !isRefused(file)) : [];
const pathsOf = (wanted: string): string[] => files.filter(({ format }) => format === wanted).map(({ path }) => path);

const disk = testStore();

async function push(request: WireRequest): Promise<readonly IncomingProfile[]> {
  const { answer, profiles } = await openUpload(request, { ...UPLOAD_LIMITS, maxDepth: 1 << 20 }, NOW_MS);
  expect(answer.status).toBe(200);
  const writer = new ProfileWriter(disk.db);
  for (const profile of profiles) writer.add(profile, NOW_MS);
  writer.flush();
  return profiles;
}

function jfrUpload(path: string): WireRequest {
  const query = 'format=jfr&name=shop&from=1700000000&until=1700000010&sampleRate=100';
  return { method: 'POST', path: '/ingest', query, headers: {}, body: bytesOf(path) };
}

function otlpUpload(path: string): WireRequest {
  const headers = { 'content-type': path.endsWith('.json') ? 'application/json' : 'application/x-protobuf' };
  return { method: 'POST', path: '/v1development/profiles', query: '', headers, body: bytesOf(path) };
}

function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(corpus, path)));
}

async function opened(path: string): Promise<Profile> {
  return (await finishWaiting(decodeProfile({ bytes: bytesOf(path), name: path, form: { kind: 'file' } }))).profile;
}

/** By profile type, over everything that is stored. */
async function stored(profiles: readonly IncomingProfile[]): Promise<Map<string, Stacks>> {
  const types = new Set(profiles.flatMap(({ series }) => series.map(({ profileType }) => profileType)));
  const found = new Map<string, Stacks>();
  const reader = openForReading(disk.file);
  for (const profileType of types) {
    const range = { startMs: 1, endMs: NOW_MS * 2 };
    const request = {
      method: 'POST',
      path: '/querier.v1.QuerierService/SelectMergeProfile',
      query: '',
      headers: { 'content-type': 'application/proto', accept: '*/*;flametide-frame-kinds=true' },
      body: selection({ profileType, matchers: [], range }).take(),
    };
    const limits = { ...defaultQueryLimits, mostRangeMs: Infinity };
    const { answer } = await answerQuery(request, new ProfileStore(reader), { nowMs: NOW_MS, limits }, () => {});
    expect(answer.status, new TextDecoder().decode(answer.body.subarray(0, 200))).toBe(200);
    const form = { kind: 'merged-pprof', profileType } as const;
    const { profile } = finish(decodeProfile({ bytes: answer.body.slice(), name: 'a', form }));
    found.set(profileType, stacksOf(profile, 0));
  }
  reader.close();
  return found;
}

/** @param keep takes the labels of a sample */
function stacksOf(profile: Profile, column: number, keep?: (labels: ReadonlyMap<string, string>) => boolean): Stacks {
  const sums = new Map<string, number>();
  for (let i = 0; i < profile.sampleCount; i++) {
    if (keep && !keep(labelsOf(profile, i))) continue;
    add(sums, stackOf(profile, i), profile.values[column].values[i]);
  }
  return sums;
}

function stackOf({ stackStart, stackFrames, frames, definitions }: Profile, sample: number): string {
  return Array.from(stackFrames.subarray(stackStart[sample], stackStart[sample + 1]), (frame) => {
    const { names, files: filesOf, mappings } = definitions;
    const at = frames.definition[frame];
    const kind = frames.kinds?.names[frames.kinds.of[frame]] ?? '';
    return `${names[at]} ${mappings[at]} ${filesOf[at]}:${frames.line[frame]} (${kind})`;
  }).join('\n');
}

function labelsOf({ labels }: Profile, sample: number): Map<string, string> {
  const { start, key, text, strings } = labels;
  const found = new Map<string, string>();
  for (let k = start[sample]; k < start[sample + 1]; k++) found.set(strings[key[k]], strings[text[k]] ?? '');
  return found;
}

function add(sums: Map<string, number>, stack: string, value: number): void {
  if (value > 0) sums.set(stack, (sums.get(stack) ?? 0) + value);
}

function total(stacks: Stacks): number {
  return [...stacks.values()].reduce((sum, value) => sum + value, 0);
}

/** What each profile type counts, as a sample type of the file. */
const COUNTED: Readonly<Record<string, string>> = {
  'execution:samples': 'ExecutionSample',
  'native_method:samples': 'NativeMethodSample',
  'memory:alloc_in_new_tlab_objects': 'ObjectAllocationInNewTLAB',
  'memory:alloc_in_new_tlab_bytes': 'ObjectAllocationInNewTLAB tlabSize',
  'memory:alloc_outside_tlab_objects': 'ObjectAllocationOutsideTLAB',
  'memory:alloc_outside_tlab_bytes': 'ObjectAllocationOutsideTLAB allocationSize',
  'memory:alloc_sample_objects': 'ObjectAllocationSample',
  'memory:alloc_sample_bytes': 'ObjectAllocationSample weight',
  'memory:live': 'LiveObject',
  'memory:malloc_objects': 'Malloc',
  'memory:malloc_bytes': 'Malloc size',
  'memory:malloc_live_bytes': 'Malloc live',
  'mutex:contentions': 'JavaMonitorEnter',
  'mutex:delay': 'JavaMonitorEnter duration',
  'block:contentions': 'ThreadPark',
  'block:delay': 'ThreadPark duration',
};

/** @returns the file's stacks of a profile type; undefined where it has no such sample type */
function ofFile(profile: Profile, name: string, shown: Stacks): Stacks | undefined {
  const columnOf = (type: string): number => profile.sampleTypes.findIndex((one) => one.type === type);
  const counted = columnOf(COUNTED[name] ?? '');
  if (counted >= 0) return stacksOf(profile, counted);
  const cpuTime = columnOf('CPUTimeSample samplingPeriod');
  if (name === 'process_cpu:cpu' && cpuTime >= 0) return stacksOf(profile, cpuTime);
  const wall = columnOf('WallClockSample samples');
  const samples = wall < 0 ? columnOf('ExecutionSample') : wall;
  const isCpu = name === 'process_cpu:cpu';
  if (samples < 0 || (!isCpu && name !== 'wall:wall')) return undefined;
  const stacks = stacksOf(profile, samples, (labels) => {
    const state = labels.get('state') ?? '';
    return !isCpu || (wall < 0 ? state !== 'SLEEPING' : state === 'RUNNABLE');
  });
  // Each sample stands for the interval of the recording.
  const interval = total(shown) / total(stacks);
  expect(Number.isInteger(interval)).toBe(true);
  return new Map([...stacks].map(([stack, value]) => [stack, value * interval]));
}

it('the files are there', () => {
  expect(pathsOf('jfr').length).toBeGreaterThan(15);
  expect(pathsOf('otlp').length).toBeGreaterThan(3);
  expect(agentRecordings.length).toBeGreaterThan(20);
});

/** Recordings of which nothing is stored. */
const WITHOUT_SAMPLES = new Set(['jfr/jdk18-no-stacks.jfr', 'jfr/jdk9-version-1.0.jfr']);

describe('flight recordings', () => {
  it.each(pathsOf('jfr'))('%s', async (path) => {
    const profile = await opened(path);
    const found = await stored(await push(jfrUpload(path)));
    expect(found.size > 0).toBe(!WITHOUT_SAMPLES.has(path));
    for (const [type, shown] of found) {
      const name = type.split(':').slice(0, 2).join(':');
      // A file has no sample type for it.
      if (name === 'memory:malloc_live_objects') continue;
      const wanted = ofFile(profile, name, shown);
      expect({ name, stacks: shown }).toEqual({ name, stacks: wanted });
    }
  });
});

describe('OTLP messages', () => {
  it.each(pathsOf('otlp'))('%s', async (path) => {
    const profile = await opened(path);
    const all = await stored(await push(otlpUpload(path)));
    for (const [column, { type, unit }] of profile.sampleTypes.entries()) {
      const found = [...all].find(([id]) => id.split(':').slice(1, 3).join(':') === `${type}:${unit}`);
      expect(found?.[1]).toEqual(stacksOf(profile, column));
    }
  });
});

describe('recorded uploads of agents', () => {
  it.each(agentRecordings)('%s', async (name) => {
    const profiles = await push(recordedRequest(name));
    const wanted = new Map<string, Map<string, number>>();
    for (const { profile, series } of profiles) {
      for (const { profileType, column, rows } of series) {
        let sums = wanted.get(profileType);
        if (!sums) wanted.set(profileType, (sums = new Map()));
        for (const row of rows) add(sums, stackOf(profile, row), profile.values[column].values[row]);
      }
    }
    const found = await stored(profiles);
    expect(found.size).toBeGreaterThan(0);
    for (const [type, shown] of found) expect({ type, stacks: shown }).toEqual({ type, stacks: wanted.get(type) });
  });
});
