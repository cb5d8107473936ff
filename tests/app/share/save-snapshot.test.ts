import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Analysis } from '#analysis/analysis.ts';
import type { DataSource } from '#datasource/datasource.ts';
import { type SnapshotAnswers, snapshotSource, unpackSnapshot } from '#datasource/snapshot.ts';
import { sideQueries } from '#app/queries/comparison-queries.ts';
import { subRanges } from '#model/time-range.ts';
import { saveSnapshot } from '#app/share/save-snapshot.ts';
import type { QueryFacts } from '#app/queries/query-facts.ts';
import { sourceQueries } from '#app/queries/source-queries.ts';
import { navigate, urlStore } from '#app/url/url-store.ts';
import { onScreen } from '#app/screen/current-view.ts';

// Read when the stores are made.
vi.hoisted(() => {
  vi.stubGlobal('location', { search: '?v=1&svc=shop', pathname: '/', href: 'http://host.test/' });
  vi.stubGlobal('history', { replaceState: () => {}, pushState: () => {} });
  vi.stubGlobal('document', { baseURI: 'http://host.test/' });
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run));
});

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const range = { startMs: 0, endMs: 3_600_000 };
const query = { profileType: CPU, matchers: [{ name: 'service_name', operator: '=', value: 'shop' } as const], range };
const pod = { name: 'pod', operator: '=', value: 'a' } as const;
const question = { query, stepMs: 15_000, groupBy: [], callSite: [], limit: 500 };
const series = { labels: [], timesMs: Float64Array.of(1, 2), values: Float64Array.of(3, 4) };
const { signal } = new AbortController();

/** Profiles that are open in the worker are not requested again. */
const notAsked = (): never => {
  throw new Error('asked again');
};
const analysis = {
  pack: async (handle: number) => ({ bytes: Uint8Array.of(handle), form: { kind: 'file' } }),
} as unknown as Analysis;

const source: DataSource = {
  id: 'server',
  title: 'The server',
  labelSets: async () => [
    [
      { name: '__profile_type__', value: CPU },
      { name: 'service_name', value: 'shop' },
    ],
  ],
  labelNames: async () => ['pod'],
  labelValues: async () => [],
  series: async () => [series],
  mergedTree: notAsked,
  mergedPprof: notAsked,
  slices: notAsked,
  postedMarkers: async () => [],
  work: async () => undefined,
  storedRange: async () => ({ oldestMs: 0, newestMs: 3_600_000 }),
};

/** As a page that shows the answers. */
async function shown(...asked: readonly { queryKey: readonly unknown[]; queryFn: () => unknown; meta: QueryFacts }[]) {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, structuralSharing: false } } });
  for (const one of asked) {
    await queries.prefetchQuery(one);
    new QueryObserver(queries, one).subscribe(() => {});
  }
  return queries;
}

/** The body sent to the server. */
async function kept(queries: QueryClient): Promise<{ head: unknown; answers: SnapshotAnswers }> {
  let body = new Uint8Array();
  vi.stubGlobal('fetch', async (_: URL, init: RequestInit) => {
    body = new Uint8Array(await new Response(init.body ?? null).arrayBuffer());
    return Response.json({ id: 'abcdefgh', path: 's/abcdefgh' }, { status: 201 });
  });
  expect(await saveSnapshot(analysis, queries, signal)).toMatchObject({
    id: 'abcdefgh',
    url: 'http://host.test/s/abcdefgh',
  });
  const end = body.indexOf(10);
  return {
    head: JSON.parse(new TextDecoder().decode(body.subarray(0, end))),
    answers: await unpackSnapshot(body.slice(end + 1)),
  };
}

/** A question with the answer that the worker would give. */
const opened = <Facts extends object>(asked: Facts, handle: number) => ({
  ...asked,
  queryFn: () => ({ profile: { handle, warnings: [`left out of ${handle}`] } }),
});
const noWorker = {} as Analysis;

beforeEach(() => onScreen.setState({ hasStarted: true }));
afterEach(() => urlStore.setState(({ state }) => ({ state: { ...state, view: 'explore', snap: undefined } })));

it('holds the answers behind Explore, and nothing else of the server', async () => {
  navigate({ snap: 'zyxwvuts' }, 'push');
  onScreen.setState({ snapshot: 'zyxwvuts' });
  const queries = await shown(
    sourceQueries.storedRange(source) as never,
    sourceQueries.catalogue(source, range) as never,
    sourceQueries.series(source, question) as never,
    sourceQueries.labelNames(source, query.matchers, range) as never,
    opened(sourceQueries.first(source, noWorker, query), 1),
    opened(sourceQueries.whole(source, noWorker, query), 2),
    { ...sourceQueries.unmatched(source, query.matchers, [pod], range), queryFn: () => [0] },
  );
  const { head, answers } = await kept(queries);
  // Kept again, it is no link to the snapshot before.
  expect(head).toEqual({ query: expect.not.stringContaining('snap') });
  expect(answers.profiles).toMatchObject([
    { query, isWhole: true, encoded: { bytes: Uint8Array.of(2) }, warnings: ['left out of 2'] },
  ]);
  expect(answers.series).toHaveLength(1);
  const read = snapshotSource('snapshot', answers, 'The snapshot');
  expect(await read.series(question, signal)).toEqual([series]);
  expect(await read.labelNames(query.matchers, range, signal)).toEqual(['pod']);
  expect(await read.labelSets(['service_name', '__profile_type__'], [], range, signal)).toEqual(
    await source.labelSets([], [], range, signal),
  );
  expect(await read.labelSets(['service_name'], [...query.matchers, pod], range, signal)).toEqual([]);
  expect(await read.storedRange(signal)).toEqual(await source.storedRange(signal));
});

it('holds nothing about other services, though the page has their names and costs', async () => {
  const everything = { ...question, query: { ...query, matchers: [] }, groupBy: ['service_name'] };
  const costOf = (service: string) => ({ ...series, labels: [{ name: 'service_name', value: service }] });
  const shared: DataSource = {
    ...source,
    labelSets: async () =>
      ['secret', 'shop'].map((service) => [
        { name: '__profile_type__', value: CPU },
        { name: 'service_name', value: service },
      ]),
    series: async ({ query: { matchers } }) => (matchers.length === 0 ? [costOf('secret'), costOf('shop')] : [series]),
  };
  const secret = { ...query, matchers: [{ name: 'service_name', operator: '=', value: 'secret' } as const] };
  const queries = await shown(
    sourceQueries.catalogue(shared, range) as never,
    sourceQueries.series(shared, everything) as never,
    sourceQueries.series(shared, { ...question, query: secret }) as never,
    sourceQueries.series(shared, question) as never,
    opened(sourceQueries.whole(shared, noWorker, query), 2),
  );
  const { answers } = await kept(queries);
  expect(JSON.stringify(answers)).not.toContain('secret');
  const read = snapshotSource('snapshot', answers, 'The snapshot');
  expect(await read.labelSets(['service_name', '__profile_type__'], [], range, signal)).toHaveLength(1);
  expect(await read.series(everything, signal)).toEqual([costOf('shop')]);
  expect(await read.series(question, signal)).toEqual([series]);
});

it('holds the merges of sub-ranges if the source has no slices', async () => {
  const parts = subRanges(query.range, 24);
  const queries = await shown(
    opened(sideQueries.first(source, noWorker, query), 100),
    opened(sideQueries.whole(source, noWorker, query), 101),
    {
      ...sideQueries.noise(source, noWorker, query),
      queryFn: () => ({ kind: 'merges', handles: [...Array(24).keys()], ranges: parts }),
    },
  );
  const { answers } = await kept(queries);
  const read = snapshotSource('snapshot', answers, 'The snapshot');
  expect(await read.slices(query, 60, signal)).toBeUndefined();
  for (const [i, part] of parts.entries())
    expect((await read.mergedTree({ ...query, range: part }, 1, signal)).bytes).toEqual(Uint8Array.of(i));
  expect((await read.mergedTree(query, 1, signal)).bytes).toEqual(Uint8Array.of(101));
});

it('waits for the complete answer although no query runs at the moment', async () => {
  const queries = await shown(opened(sourceQueries.first(source, noWorker, query), 1));
  onScreen.setState({ isComplete: false });
  const keeping = kept(queries);
  // More turns than a snapshot without waiting would need.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
  const whole = opened(sourceQueries.whole(source, noWorker, query), 2);
  await queries.prefetchQuery(whole);
  new QueryObserver(queries, whole).subscribe(() => {});
  onScreen.setState({ isComplete: true });
  expect((await keeping).answers.profiles).toMatchObject([{ isWhole: true, encoded: { bytes: Uint8Array.of(2) } }]);
});

it('waits for the page, whose first answer may be there before it', async () => {
  const queries = await shown(opened(sourceQueries.first(source, noWorker, query), 1));
  onScreen.setState({ hasStarted: false });
  const keeping = kept(queries);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
  const whole = opened(sourceQueries.whole(source, noWorker, query), 2);
  await queries.prefetchQuery(whole);
  new QueryObserver(queries, whole).subscribe(() => {});
  onScreen.setState({ hasStarted: true });
  expect((await keeping).answers.profiles).toMatchObject([{ isWhole: true }]);
});

it('reports that no profile is shown', async () => {
  const queries = await shown(sourceQueries.series(source, question) as never);
  await expect(saveSnapshot(analysis, queries, signal)).rejects.toThrow('nothing to save yet');
});
