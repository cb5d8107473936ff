/** Every recorded query of a real Pyroscope, put to ours over the same generated day: same status, same truth. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { fromBinary, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WireAnswer, WireRequest } from '#server/request.ts';
import { answerQuery } from '#server/query/answer-query.ts';
import { type Profile, ProfileSchema } from '#wire/gen/google/v1/profile_pb.ts';
import {
  DiffResponseSchema,
  ProfileTypesResponseSchema,
  type SelectHeatmapResponse,
  SelectHeatmapResponseSchema,
  SelectMergeStacktracesResponseSchema,
  SelectSeriesResponseSchema,
  SeriesResponseSchema,
} from '#wire/gen/querier/v1/querier_pb.ts';
import { LabelNamesResponseSchema, LabelValuesResponseSchema } from '#wire/gen/types/v1/types_pb.ts';
import { generatedDay } from '../support/generated-day.ts';
import { NaiveReader } from '../support/naive-reader.ts';
import { type FlameJson, foldFlame, foldTreeBytes } from '../support/flame-decoder.ts';

const contract = fileURLToPath(new URL('../../../shared/contract', import.meta.url));
const folder = join(contract, 'recordings/pyroscope-v2');
const isThere = existsSync(folder);

interface Pair {
  readonly name: string;
  readonly truth?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly http?: string;
    readonly body?: string;
    readonly bodyBase64?: string;
    readonly bodyFile?: string;
  };
  readonly response: {
    readonly status: number;
    readonly trailers?: Record<string, string>;
    readonly body?: string;
    readonly bodyBase64?: string;
    readonly bodyFile?: string;
  };
  readonly facts?: Record<string, unknown>;
}

/** Intended differences: our status, or why the numbers differ. */
const OTHERWISE: Readonly<Record<string, { status?: number; why: string }>> = {
  '125-profilestats-json': { why: 'the newest time lags by minutes there' },
  '126-profilestats-proto': { why: 'the newest time lags by minutes there' },
  '217-series-exemplars-json': { why: 'the reader of this test knows no exemplars; tests of the store do' },
  '218-series-exemplars-span-json': { status: 501, why: 'unimplemented is what it is' },
  '303-flame-search-default-proto': { why: 'cut on the whole' },
  '304-flame-search-64-json': { why: 'cut on the whole' },
  '306-tree-search-default-proto': { why: 'cut on the whole' },
  '307-tree-search-64-proto': { why: 'cut on the whole' },
  '310-flame-maxnodes-1-json': { why: 'cut on the whole' },
  '327-flame-cpu-search-dotted-json': { why: 'cut on the whole' },
  '344-profile-search-64-proto': { why: 'cut on the whole' },
  '402-diff-search-64-json': { why: 'cut on the whole' },
  '423-render-maxnodes': { why: 'cut on the whole' },
  '314-dot-json': { status: 501, why: 'graphs are not drawn' },
  '424-render-dot': { status: 501, why: 'graphs are not drawn' },
  '346-profile-pgo-proto': { why: 'inlined calls are locations of their own here' },
  '354-span-bad-json': { status: 400, why: 'a bad request is no fault of the server, to be sent again' },
  '414-heatmap-notype-json': { status: 400, why: 'a bad request is no fault of the server, to be sent again' },
  '422-render-groupby': { why: 'the timeline has the sum of all groups, and groups of one value are one' },
  '707-err-range-long-json': { status: 200, why: 'ours answers for 31 days at a time' },
  '747-err-accept-json': { status: 200, why: 'an Accept header that says nothing to us does not matter' },
  '747-err-accept': { status: 200, why: 'an Accept header that says nothing to us does not matter' },
};

const SERVED = /^\/(querier\.v1|version\.v1|nope\.v1|pyroscope\/(render|label-values))/;

const pairs: Pair[] = isThere
  ? readdirSync(folder)
      .filter((file) => /^(00|[1-57]\d|9\d)\d.*\.json$/.test(file))
      .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Pair)
      .filter(({ request }) => SERVED.test(request.path))
  : [];

interface Truth {
  readonly merged: Record<string, { total: number; nodes: number; folded_sha256: string }>;
  readonly series: Record<string, { series: { labels: Record<string, string>; points: [number, number][] }[] }>;
}
const truth: Truth = isThere
  ? (JSON.parse(readFileSync(join(contract, 'recordings/facts.json'), 'utf8')) as Truth)
  : { merged: {}, series: {} };

let reader: NaiveReader;

beforeAll(async () => {
  if (!isThere) return;
  reader = new NaiveReader(await generatedDay(contract));
});

it('the recordings lie beside the repository, in ../shared/contract', () => {
  expect(isThere).toBe(true);
  expect(pairs.length).toBeGreaterThan(150);
});

/** They ask for profiles by id, which only the store has; its own tests ask so. */
const BY_ID = /^35[56]-profile-id/;

describe('recorded queries', () => {
  it.each(pairs.filter(({ name }) => !BY_ID.test(name)).map((pair) => [pair.name, pair] as const))(
    '%s',
    async (name, pair) => {
      const answer = await ask(pair);
      const otherwise = OTHERWISE[name];
      expect(answer.status).toBe(otherwise?.status ?? pair.response.status);
      if (answer.status !== 200) return expectCode(pair, answer, otherwise !== undefined);
      if (pair.response.trailers?.['grpc-status'] !== undefined && !/grpcweb/.test(name))
        expect(answer.trailers?.['grpc-status']).toBe(pair.response.trailers['grpc-status']);
      const body = messageOf(answer);
      if (body === undefined) return;
      expectTruth(pair, answer, body, otherwise !== undefined);
    },
  );
});

function expectCode({ facts }: Pair, { headers, body }: WireAnswer, isOtherwise: boolean): void {
  if (isOtherwise || facts?.['code'] === undefined) return;
  expect(headers['content-type']).toBe('application/json');
  const error = JSON.parse(Buffer.from(body).toString()) as { code: string; message: string };
  expect(error.code).toBe(facts['code']);
  expect(error.message).not.toBe('');
}

async function ask({ request }: Pair): Promise<WireAnswer> {
  const [path = '', query = ''] = request.path.split('?', 2);
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const body =
    request.bodyFile === undefined
      ? Buffer.from(request.bodyBase64 ?? request.body ?? '', request.bodyBase64 === undefined ? 'utf8' : 'base64')
      : readFileSync(join(folder, request.bodyFile));
  const asked: WireRequest = { method: request.method, path, query, headers, body };
  const nowMs = Date.parse('2026-11-24T12:00:00Z');
  const { answer } = await answerQuery(asked, reader, { nowMs }, () => undefined);
  return answer;
}

/** Undefined where a gRPC call failed. */
function messageOf(answer: WireAnswer): Uint8Array | undefined {
  const type = answer.headers['content-type'] ?? '';
  if (!type.startsWith('application/grpc')) {
    return answer.headers['content-encoding'] === 'gzip' ? gunzipSync(answer.body) : answer.body;
  }
  const frame = Buffer.from(answer.body);
  if (frame.length === 0) return undefined;
  const message = frame.subarray(5, 5 + frame.readUInt32BE(1));
  return frame[0] === 1 ? gunzipSync(message) : message;
}

function expectTruth(pair: Pair, answer: WireAnswer, body: Uint8Array, isOtherwise: boolean): void {
  const isJson = (answer.headers['content-type'] ?? '').includes('json');
  const json = isJson ? (JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>) : {};
  const method = pair.request.path.split(/[/?]/).slice(0, 3).at(-1) ?? '';
  const { facts = {} } = pair;
  switch (method) {
    case 'ProfileTypes': {
      const types = isJson
        ? ((json['profileTypes'] ?? []) as { ID: string }[])
        : fromBinary(ProfileTypesResponseSchema, body).profileTypes;
      expect(types.map(({ ID }) => ID)).toEqual(facts['ids']);
      return;
    }
    case 'LabelNames':
    case 'LabelValues': {
      const schema = method === 'LabelNames' ? LabelNamesResponseSchema : LabelValuesResponseSchema;
      const names = isJson ? (json['names'] ?? []) : fromBinary(schema, body).names;
      if (facts['names'] !== undefined) expect(names).toEqual(facts['names']);
      return;
    }
    case 'Series': {
      const sets = isJson
        ? ((json['labelsSet'] ?? []) as { labels?: { name: string; value: string }[] }[])
        : fromBinary(SeriesResponseSchema, body).labelsSet;
      const asObjects = sets.map(({ labels = [] }) =>
        Object.fromEntries(labels.map(({ name, value }) => [name, value])),
      );
      const wanted = facts['labels'] as object[] | undefined;
      // An empty set comes and goes there.
      const nonEmpty = (all: object[]): object[] => all.filter((one) => Object.keys(one).length > 0);
      if (wanted) {
        expect(nonEmpty(asObjects)).toHaveLength(nonEmpty(wanted).length);
        expect(asObjects).toEqual(expect.arrayContaining(nonEmpty(wanted)));
      }
      return;
    }
    case 'SelectSeries': {
      const series = isJson
        ? ((json['series'] ?? []) as { labels?: { name: string; value: string }[]; points: PointJson[] }[])
        : fromBinary(SelectSeriesResponseSchema, body).series;
      const found = series.map(({ labels = [], points }) => ({
        labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
        points: points.map(({ timestamp, value = 0 }) => [Number(timestamp), value]),
      }));
      const wanted = truth.series[pair.truth ?? '']?.series;
      if (wanted) {
        const all = wanted.map(({ labels, points }) => ({ labels, points }));
        expect(found).toEqual(all.slice(0, found.length));
      }
      const recorded = facts['series'] as { labels: object; points: number; sum: number }[] | undefined;
      const sums = found.map(({ labels, points }) => ({
        labels,
        points: points.length,
        sum: points.reduce((all, [, value = 0]) => all + value, 0),
      }));
      if (recorded) expect(sums).toEqual(recorded.map(({ labels, points, sum }) => ({ labels, points, sum })));
      return;
    }
    case 'SelectHeatmap':
      expectHeatmap(
        pair,
        isJson
          ? fromJson(SelectHeatmapResponseSchema, json as JsonValue)
          : fromBinary(SelectHeatmapResponseSchema, body),
      );
      return;
    case 'SelectMergeStacktraces':
    case 'SelectMergeSpanProfile':
    case 'SelectMergeProfile': {
      expectMerged(pair, method, isJson, json, body, isOtherwise);
      return;
    }
    case 'Diff': {
      const diff = isJson
        ? (json['flamegraph'] as Record<string, string>)
        : fromBinary(DiffResponseSchema, body).flamegraph;
      for (const name of ['leftTicks', 'rightTicks', 'total'] as const)
        expect(String(diff?.[name] ?? 0)).toBe(facts[name] ?? '0');
      if (isOtherwise) return;
      expect(String(diff?.['maxSelf'] ?? 0)).toBe(facts['maxSelf'] ?? '0');
      const levels = diff?.['levels'] as unknown as { values: unknown[] }[];
      expect(levels.reduce((all, { values }) => all + values.length / 7, 0)).toBe(facts['barsWithRoot']);
      return;
    }
    case 'render':
    case 'render-diff': {
      const flamebearer = json['flamebearer'] as {
        numTicks: number;
        maxSelf: number;
        names: string[];
        levels: unknown[];
      };
      const timeline = json['timeline'] as { startTime: number; samples: number[]; durationDelta: number } | null;
      if (facts['numTicks'] !== undefined) expect(flamebearer.numTicks).toBe(facts['numTicks']);
      if (facts['metadata'] !== undefined) expect(json['metadata']).toEqual(facts['metadata']);
      if (isOtherwise || facts['timeline'] === undefined) return;
      expect(flamebearer.maxSelf).toBe(facts['maxSelf']);
      expect(
        timeline && {
          startTime: timeline.startTime,
          samples: timeline.samples.length,
          sum: timeline.samples.reduce((a, b) => a + b, 0),
          durationDelta: timeline.durationDelta,
        },
      ).toEqual(facts['timeline']);
      return;
    }
    case 'label-values':
      expect(json).toEqual(facts['list'] ?? null);
      return;
    default:
      if (isJson && !isOtherwise && Object.keys(facts).length > 0) expect(json).toEqual(facts);
  }
}

/** All but the ids of profiles and the order of labels, which change from run to run. */
function expectHeatmap({ response }: Pair, { series }: SelectHeatmapResponse): void {
  const recorded = Buffer.from(
    response.bodyFile === undefined
      ? Buffer.from(response.bodyBase64 ?? response.body ?? '', response.bodyBase64 === undefined ? 'utf8' : 'base64')
      : readFileSync(join(folder, response.bodyFile)),
  );
  const plain = recorded[0] === 0x1f ? gunzipSync(recorded) : recorded;
  const wanted =
    plain[0] === 0x7b
      ? fromJson(SelectHeatmapResponseSchema, JSON.parse(plain.toString()) as JsonValue)
      : fromBinary(SelectHeatmapResponseSchema, plain);
  expect(series).toHaveLength(wanted.series.length);
  wanted.series.forEach(({ labels, slots }, i) => {
    expect(series[i].labels).toEqual(labels);
    expect(series[i].slots.map(({ timestamp }) => timestamp)).toEqual(slots.map(({ timestamp }) => timestamp));
    slots.forEach(({ yMin, counts, exemplars }, s) => {
      const ours = series[i].slots[s];
      expect(ours.counts).toEqual(counts);
      ours.yMin.forEach((edge, bucket) => expect(edge).toBeCloseTo(yMin[bucket], 3));
      expect(ours.exemplars).toHaveLength(exemplars.length);
    });
  });
}

interface PointJson {
  readonly timestamp: string;
  readonly value?: number;
}

interface MergedFacts {
  readonly total?: string | number;
  readonly folded_sha256?: string;
  readonly levels?: number;
  readonly bars?: number;
  readonly maxSelf?: string;
  readonly bytes?: number;
  readonly samples?: number;
  readonly period?: number;
  readonly timeNanos?: string;
}

function expectMerged(
  pair: Pair,
  method: string,
  isJson: boolean,
  json: Record<string, unknown>,
  body: Uint8Array,
  isOtherwise: boolean,
): void {
  const { facts = {} } = pair;
  const response =
    !isJson && method === 'SelectMergeStacktraces' ? fromBinary(SelectMergeStacktracesResponseSchema, body) : undefined;
  let folded: Map<string, number> | undefined;
  let recorded: MergedFacts = {};
  if (facts['flamegraph'] !== undefined || json['flamegraph'] !== undefined || response?.flamegraph) {
    recorded = facts['flamegraph'] ?? facts;
    const graph = (json['flamegraph'] ?? response?.flamegraph) as FlameJson;
    folded = foldFlame(graph);
    if (!isOtherwise && recorded.levels !== undefined) {
      const levels = graph.levels ?? [];
      expect(levels).toHaveLength(recorded.levels);
      expect(levels.slice(1).reduce((all, { values = [] }) => all + values.length / 4, 0)).toBe(recorded.bars);
      expect(String(graph.maxSelf ?? 0)).toBe(recorded.maxSelf);
    }
  } else if (facts['tree'] !== undefined) {
    recorded = facts['tree'] as MergedFacts;
    const bytes = isJson ? Buffer.from(String(json['tree']), 'base64') : (response?.tree ?? new Uint8Array());
    folded = foldTreeBytes(bytes);
    if (!isOtherwise) expect(bytes).toHaveLength(recorded.bytes ?? 0);
  } else if (!isJson && (facts['pprof'] !== undefined || method === 'SelectMergeProfile')) {
    const own = method === 'SelectMergeProfile';
    recorded = (own ? (facts['pprof'] ?? facts) : facts['pprof']) as MergedFacts;
    const profile = own ? fromBinary(ProfileSchema, body) : response?.pprof?.profile;
    folded = foldPprof(profile);
    if (!isOtherwise) {
      expect(profile?.sample.length).toBe(recorded.samples);
      expect(String(profile?.timeNanos)).toBe(String(recorded.timeNanos));
      expect(Number(profile?.period)).toBe(recorded.period);
    }
  }
  if (!folded) return;
  const total = [...folded.values()].reduce((all, value) => all + value, 0);
  if (recorded.total !== undefined) expect(String(total)).toBe(String(recorded.total));
  if (isOtherwise) return;
  const wanted = truth.merged[pair.truth ?? '']?.folded_sha256 ?? recorded.folded_sha256;
  if (wanted !== undefined) expect(hashOf(folded)).toBe(wanted);
}

function foldPprof(profile: Profile | undefined): Map<string, number> {
  const folded = new Map<string, number>();
  if (!profile) return folded;
  const functions = new Map(profile.function.map(({ id, name }) => [id, profile.stringTable[Number(name)] ?? '']));
  const locations = new Map(profile.location.map(({ id, line }) => [id, line]));
  for (const { locationId, value } of profile.sample) {
    const names = locationId.flatMap((id) =>
      (locations.get(id) ?? []).map((line) => functions.get(line.functionId) ?? ''),
    );
    const key = names.reverse().join('\u001f');
    folded.set(key, (folded.get(key) ?? 0) + Number(value[0]));
  }
  return folded;
}

function hashOf(folded: Map<string, number>): string {
  const lines = [...folded].map(([stack, value]) => Buffer.from(`${stack}\t${value}\n`)).sort(Buffer.compare);
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line);
  return hash.digest('hex');
}
