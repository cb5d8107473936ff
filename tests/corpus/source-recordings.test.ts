/**
 * Recorded answers of a real Pyroscope, read by the page's source: numbers match the truth, and refusals have the
 * original message.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { finish } from '#base/steps.ts';
import type { DataSource } from '#datasource/datasource.ts';
import { pyroscopeSource } from '#datasource/pyroscope.ts';
import { decodeProfile } from '#formats/registry.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import { labelValue } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import { viewFacts } from '../support/folded-hash.ts';

const recordings = fileURLToPath(new URL('../../../shared/contract/recordings/', import.meta.url));
const folder = join(recordings, 'pyroscope-v2');

interface Recording {
  readonly truth?: string;
  readonly request: {
    readonly path: string;
    readonly http?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly message?: Readonly<Record<string, unknown>>;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly bodyBase64?: string;
    readonly bodyFile?: string;
  };
  readonly facts?: {
    readonly tree?: { readonly total: number; readonly nodes: number; readonly folded_sha256: string };
    readonly total?: number;
    readonly folded_sha256?: string;
    readonly cut?: { readonly limit: number };
    readonly sets?: number;
    readonly message?: string;
  };
}

interface Truth {
  readonly merged: Readonly<
    Record<string, { total: number; nodes: number; depth: number; functions: number; folded_sha256: string }>
  >;
  readonly series: Readonly<
    Record<
      string,
      {
        series: readonly {
          labels: Record<string, string>;
          sum: number;
          points: readonly (readonly [number, number])[];
        }[];
      }
    >
  >;
}

const truth = JSON.parse(readFileSync(join(recordings, 'facts.json'), 'utf8')) as Truth;
const pairs = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name.replace('.json', ''), JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recording]),
);
const source: DataSource = pyroscopeSource({
  id: 'pyroscope',
  title: 'Pyroscope',
  baseUrl: 'http://pyroscope.test/',
});
const { signal } = new AbortController();
const query: ProfileQuery = {
  profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  matchers: [],
  range: { startMs: 1795456800000, endMs: 1795464000000 },
};
const range = query.range;

/** Those of a call, in a wire that the source speaks. */
function recorded(call: string, wire: 'json' | 'proto', isOk: boolean): string[] {
  return [...pairs]
    .filter(([name, { request, response }]) => {
      const isCall = request.path === `/querier.v1.QuerierService/${call}` && request.http === undefined;
      return isCall && name.endsWith(`-${wire}`) && (response.status === 200) === isOk;
    })
    .map(([name]) => name);
}

/** Answers the next question with what was recorded, whatever is asked. */
function answerWith(name: string): Recording {
  const pair = pairs.get(name)!;
  const { status, headers, body, bodyBase64, bodyFile } = pair.response;
  const sent =
    bodyFile !== undefined
      ? readFileSync(join(folder, bodyFile))
      : Buffer.from(bodyBase64 ?? body ?? '', bodyBase64 === undefined ? 'utf8' : 'base64');
  // A browser unpacks before the page sees it.
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      new Response(new Uint8Array(bytes), { status, headers: { 'content-type': headers['content-type'] ?? '' } }),
    ),
  );
  return pair;
}

afterEach(() => vi.unstubAllGlobals());

function decode(encoded: EncodedProfile): ReturnType<typeof viewFacts> {
  return viewFacts(finish(decodeProfile(encoded)).profile, 0);
}

describe('merged trees', () => {
  const trees = recorded('SelectMergeStacktraces', 'proto', true).filter((name) => pairs.get(name)?.facts?.tree);
  it('are there', () => expect(trees.length).toBeGreaterThan(4));

  it.each(trees)('%s', async (name) => {
    const { facts, truth: key } = answerWith(name);
    const limit = facts?.cut?.limit ?? 1_048_576;
    const encoded = await source.mergedTree(query, limit, signal);
    const { profile } = finish(decodeProfile(encoded));
    const read = viewFacts(profile, 0);
    expect(read).toMatchObject({ total: facts!.tree!.total, folded_sha256: facts!.tree!.folded_sha256 });
    expect(profile.cut !== undefined).toBe(facts?.cut !== undefined);
    if (key === undefined || facts?.cut) return;
    const { total, nodes, depth, functions, folded_sha256 } = truth.merged[key];
    expect({ ...read, ...read.nonzero }).toMatchObject({ total, nodes, depth, functions, folded_sha256 });
  });
});

describe('merged pprofs', () => {
  const profiles = recorded('SelectMergeProfile', 'proto', true);
  it('are there', () => expect(profiles.length).toBeGreaterThan(6));

  it.each(profiles)('%s', async (name) => {
    const { facts, request, truth: key } = answerWith(name);
    const read = decode(await source.mergedPprof(query, signal));
    expect(read).toMatchObject({ total: facts!.total });
    // An empty answer has no view to hash, and a frame without a name has that of its address with us.
    if (read.total !== 0 && name !== '615-names-profile-proto') expect(read.folded_sha256).toBe(facts!.folded_sha256);
    if (key !== undefined && request.message?.['maxNodes'] === undefined)
      expect(read.folded_sha256).toBe(truth.merged[key].folded_sha256);
  });
});

describe('series', () => {
  const series = recorded('SelectSeries', 'proto', true);
  it('are there', () => expect(series.length).toBeGreaterThan(3));

  it.each(series)('%s', async (name) => {
    const { truth: key } = answerWith(name);
    const read = await source.series({ query, stepMs: 15_000, groupBy: [], callSite: [], limit: undefined }, signal);
    expect(read.length).toBeGreaterThan(0);
    if (key === undefined) return;
    const wanted = truth.series[key].series.slice(0, read.length);
    for (const [i, one] of wanted.entries()) {
      const { labels, timesMs, values } = read[i];
      for (const [label, value] of Object.entries(one.labels)) expect(labelValue(labels, label)).toBe(value);
      expect([...timesMs].map((timeMs, k) => [timeMs, values[k]])).toEqual(one.points);
    }
  });
});

describe('labels', () => {
  it.each(recorded('Series', 'json', true))('%s', async (name) => {
    const { facts } = answerWith(name);
    const sets = await source.labelSets(['service_name'], [], range, signal);
    expect(sets).toHaveLength(facts?.sets ?? 0);
  });

  it.each(
    [...recorded('LabelNames', 'json', true), ...recorded('LabelValues', 'json', true)].filter(
      (name) => !name.includes('gzip'),
    ),
  )('%s', async (name) => {
    const { response } = answerWith(name);
    const { names = [] } = JSON.parse(response.body ?? '{}') as { names?: string[] };
    expect(await source.labelNames([], range, signal)).toEqual(names);
    answerWith(name);
    expect(await source.labelValues('pod', [], range, signal)).toEqual(names);
  });

  it('what is stored', async () => {
    answerWith('125-profilestats-json');
    expect(await source.storedRange(signal)).toEqual({ oldestMs: 1795456800000, newestMs: 1795460099999 });
  });
});

describe('refusals', () => {
  const refused = [...pairs]
    .filter(([name, { request, response }]) => {
      const isQuery = request.path.startsWith('/querier.v1.QuerierService/') && request.http === undefined;
      return isQuery && response.status >= 400 && /-(json|proto)$/.test(name);
    })
    .map(([name]) => name);
  it('are there', () => expect(refused.length).toBeGreaterThan(15));

  it.each(refused)('%s', async (name) => {
    const { facts } = answerWith(name);
    const asked = source.mergedTree(query, 8192, signal);
    const isLimit = /range exceeds the limit/.test(facts?.message ?? '');
    await expect(asked).rejects.toMatchObject({
      name: 'SourceError',
      code: isLimit ? 'limit' : 'refused',
      longestRangeMs: isLimit ? 86_400_000 : undefined,
    });
    if (facts?.message !== undefined) await expect(asked).rejects.toThrow(facts.message.slice(0, 200));
  });
});
