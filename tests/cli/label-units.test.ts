/** Uploads whose samples have a label, compared by its values: from the own server, as the command line and the page ask it, and from files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import { poisson, seeded } from '#base/seeded.ts';
import { diffCommand } from '#cli/diff-command.ts';
import { pyroscopeSource } from '#datasource/pyroscope.ts';
import { consoleForm } from '#model/changes.ts';
import { usualSlices } from '#model/slices.ts';
import { unitValues, costStep, valueCosts } from '#model/unit-labels.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import { answerQuery } from '#server/query/answer-query.ts';
import { openForReading } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { Links } from '#server/links.ts';
import { Markers } from '#server/markers.ts';
import { Work } from '#server/work.ts';
import { sideRequests, workQuestion } from '#wire/work.ts';
import { labelledPprof } from '../support/labelled-pprof.ts';
import { UPLOAD_LIMITS } from '../support/store-limits.ts';
import { backend, listen } from '../support/test-server.ts';
import { testStore } from '../support/test-store.ts';

const MINUTE_MS = 60_000;
const BASE_MS = 500_000 * 60 * MINUTE_MS;
const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const PERIOD_NS = 10_000_000;
const UPLOADS = 30;
/** Where the ranges begin, in minutes. */
const RANGES = { usual: 0, busier: 60, dearer: 120 } as const;
const { signal } = new AbortController();

const disk = testStore();
let folder: string;
let url: string;
let close: () => void;
/** As a Pyroscope, which has no slices. */
let hasSlices: boolean;

/** Samples by endpoint and stack in an upload, on the mean: all endpoints run the same functions. */
interface Load {
  readonly cart?: number;
  readonly encode?: number;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-label-units-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('ranges of the own server', () => {
  beforeEach(async () => {
    hasSlices = true;
    const writer = new ProfileWriter(disk.db);
    for (const [name, minute] of Object.entries(RANGES)) {
      const load = { usual: {}, busier: { cart: 2 }, dearer: { encode: 1.5 } }[name as keyof typeof RANGES];
      for (let i = 0; i < UPLOADS; i++) {
        const fromMs = BASE_MS + minute * MINUTE_MS + i * 30_000;
        const request = {
          method: 'POST',
          path: '/ingest',
          query: `name=shop&format=pprof&from=${fromMs / 1000}&until=${fromMs / 1000 + 30}`,
          headers: {},
          body: upload(load, `${name} ${i}`),
        };
        const { answer, profiles } = await openUpload(request, UPLOAD_LIMITS, BASE_MS);
        if (answer.status !== 200) throw new Error(`An upload is refused: ${answer.status}.`);
        for (const profile of profiles) writer.add(profile, BASE_MS);
      }
    }
    writer.flush();
    const work = new Work({ folder, retentionMs: undefined, maxFutureMs: Infinity });
    const counts = Object.entries(RANGES).flatMap(([name, minute]) =>
      ['cart', 'report', 'search'].map((route) => ({
        service: 'shop',
        route: `GET /${route}`,
        from: BASE_MS + minute * MINUTE_MS,
        until: BASE_MS + (minute + 15) * MINUTE_MS,
        requests: name === 'busier' && route === 'cart' ? 18_000 : 9000,
      })),
    );
    await work.answer('POST', '', new TextEncoder().encode(JSON.stringify(counts)), signal);
    const server = await listen({
      pageFolder: folder,
      markers: new Markers(folder),
      links: new Links(folder),
      work,
      maxBodyBytes: 1 << 20,
      backend: {
        ...backend,
        async query(request) {
          if (!hasSlices && request.path.includes('SelectSlices'))
            return { answer: { status: 404, headers: {}, body: new Uint8Array(0) }, facts: {} };
          const reader = openForReading(disk.file);
          const answered = await answerQuery(request, new ProfileStore(reader), { nowMs: BASE_MS }, () => {});
          reader.close();
          return answered;
        },
      },
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => {
      server.close();
      server.closeAllConnections();
      work.close();
    };
  });
  afterEach(() => {
    close();
  });

  it('an endpoint with twice the requests is work, and one whose function costs half more is code', async () => {
    const busier = await diff(link('usual'), link('busier'), '--unit', 'endpoint', '--normalize', 'per-second');
    expect(claims(busier)).toEqual([
      expect.stringMatching(
        /^work {2}endpoint: \/cart has more work \(10\.0 to 20\.0\u00a0requests of \/cart a second, \+100\u00a0%, each costs /,
      ),
    ]);
    const dearer = await diff(link('usual'), link('dearer'), '--unit', 'endpoint');
    expect(claims(dearer)).toEqual([
      expect.stringMatching(/^code {2}json\.Marshal costs 4\d\.\d\u00a0% more in endpoint: \/report: /),
    ]);
    // Without the label all endpoints are one handler.
    const plain = await diff(link('usual'), link('busier'), '--normalize', 'per-second');
    expect(plain.stdout).not.toContain('endpoint');
    expect(totals(plain)).toEqual(totals(busier));
  });

  it('the page and the command line say the same', async () => {
    const { stdout } = await diff(link('usual'), link('busier'), '--unit', 'endpoint', '--format', 'json');
    const answer = JSON.parse(stdout) as { summary: string; changes: unknown[] };
    expect(answer.changes).toEqual(JSON.parse(JSON.stringify((await asPage('usual', 'busier')).map(consoleForm))));
    expect(answer.changes[0]).toMatchObject({ kind: 'work', name: 'endpoint: /cart', label: 'endpoint' });
  });

  it('a label that a side does not have, and a server that cannot group by one, are refused', async () => {
    expect(await diff(link('usual'), link('busier'), '--unit', 'endpont')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'flametide: --unit endpont: side A does not have this label.\n',
    });
    const both = await diff(link('usual'), link('busier'), '--unit', 'endpoint', '--routes', 'main');
    expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/cannot be used with/)]);
    hasSlices = false;
    const refused = await diff(link('usual'), link('busier'), '--unit', 'endpoint');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/^flametide: --unit endpoint: http:\S+ does not group stacks by a label/),
    ]);
  });
});

it('files have the labels of their samples', async () => {
  const file = (name: string, load: Load): string => {
    const path = join(folder, name);
    writeFileSync(path, upload(load, name, UPLOADS));
    return path;
  };
  const [a, b] = [file('a.pb', {}), file('b.pb', { cart: 2 })];
  expect(claims(await diff(a, b, '--unit', 'endpoint'))).toEqual([
    expect.stringMatching(/^work {2}endpoint: \/cart has more work: /),
  ]);
});

function diff(...args: string[]): ReturnType<typeof diffCommand> {
  return diffCommand(args, {}, BASE_MS);
}

function claims({ stdout }: { readonly stdout: string }): string[] {
  return stdout.split('\n').flatMap((line) => /^ {2}(\w+ {2}.*)$/.exec(line)?.[1] ?? []);
}

/** What each side used. */
function totals({ stdout }: { readonly stdout: string }): string[] {
  return stdout.split('\n').slice(0, 2);
}

function rangeOf(name: keyof typeof RANGES): { startMs: number; endMs: number } {
  const startMs = BASE_MS + RANGES[name] * MINUTE_MS;
  return { startMs, endMs: startMs + 15 * MINUTE_MS };
}

function link(name: keyof typeof RANGES): string {
  const { startMs, endMs } = rangeOf(name);
  return `${url}/?svc=shop&type=${CPU}&from=${startMs}&until=${endMs}`;
}

/** The changes that the page lists. */
async function asPage(nameA: keyof typeof RANGES, nameB: keyof typeof RANGES) {
  const source = pyroscopeSource({ id: 'own', title: 'Own', baseUrl: `${url}/` });
  const analysis = new InProcessAnalysis(() => Promise.resolve());
  const matchers = [{ name: 'service_name', operator: '=', value: 'shop' }] as const;
  const queries = [nameA, nameB].map((name) => ({ profileType: CPU, matchers, range: rangeOf(name) }));
  const costs = await Promise.all(
    queries.map(async (query) => {
      const stepMs = costStep(query.range);
      const question = { query, stepMs, groupBy: ['endpoint'], callSite: [], limit: 200 };
      return valueCosts(await source.series(question, signal), 'endpoint', query.range);
    }),
  );
  const by = { label: 'endpoint', values: unitValues(costs[0], costs[1]) };
  const [a, b] = await Promise.all(
    queries.map(async (query) => {
      const encoded = await source.slices({ ...query, by }, usualSlices(15 * MINUTE_MS), signal);
      const { handle } = await analysis.open(encoded!, signal, () => undefined);
      const { service, range, steps } = workQuestion(matchers, query.range, 1)!;
      const answer = await source.work({ service, matchers: [], range, steps }, signal);
      const requests = sideRequests(answer, query.range);
      return { handle, sampleType: 0, facts: { seconds: 900, isSnapshot: false, requests } };
    }),
  );
  const { found } = await analysis.evidence(
    {
      a,
      b,
      normalisation: 'share',
      units: { kind: 'label', name: 'endpoint' },
      width: 'mean',
      order: 'size',
      transforms: [],
      evidence: undefined,
    },
    { a: { kind: 'itself' }, b: { kind: 'itself' } },
    signal,
  );
  return found.changes;
}

/** A pprof of Go's with the samples of one upload, or of several. */
function upload({ cart = 1, encode = 1 }: Load, seed: string, uploads = 1): Uint8Array<ArrayBuffer> {
  const random = seeded(seed);
  const serve = ['net/http.(*conn).serve', 'net/http.serverHandler.ServeHTTP', 'shop.handle'];
  const parts = [
    { frames: [], mean: 8 },
    { frames: ['shop.parse', 'regexp.match'], mean: 20 },
    { frames: ['shop.load', 'sql.Query'], mean: 30 },
    { frames: ['shop.encode', 'json.Marshal'], mean: 40 },
  ];
  const samples = Object.entries({ cart, report: 1.5, search: 2 }).flatMap(([route, load]) => {
    const busy = 0.9 + 0.2 * random();
    return parts.flatMap(({ frames, mean }) => {
      const dearer = route === 'report' && frames.includes('shop.encode') ? encode : 1;
      const count = poisson(mean * load * busy * dearer * uploads, random);
      const labels = [['endpoint', `/${route}`]] as const;
      return count > 0 ? [{ stack: [...serve, ...frames], value: count * PERIOD_NS, labels }] : [];
    });
  });
  const background = { stack: ['shop.refresh', 'shop.load', 'sql.Query'], labels: [] };
  const value = poisson(40 * uploads, random) * PERIOD_NS;
  return new Uint8Array(labelledPprof([...samples, { ...background, value }], { period: PERIOD_NS }));
}
