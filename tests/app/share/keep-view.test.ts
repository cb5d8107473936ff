import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';
import type { Analysis } from '#analysis/analysis.ts';
import type { DataSource } from '#datasource/datasource.ts';
import { type KeptAnswers, snapshotSource, unpackSnapshot } from '#datasource/snapshot.ts';
import { noiseRanges } from '#app/compare/comparison-queries.ts';
import { keepView } from '#app/share/keep-view.ts';
import { sourceQueries } from '#app/source-queries.ts';
import { navigate, urlStore } from '#app/url/url-store.ts';
import { onScreen } from '#app/views/on-screen.ts';

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
const question = { query, stepMs: 15_000, groupBy: [], callSite: [], limit: 500 };
const series = { labels: [], timesMs: Float64Array.of(1, 2), values: Float64Array.of(3, 4) };
const { signal } = new AbortController();

/** What the worker has open is not asked for again. */
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
  toldMarkers: async () => [],
  storedRange: async () => ({ oldestMs: 0, newestMs: 3_600_000 }),
};

/** As a page that shows the answers. */
async function shown(...asked: readonly { queryKey: readonly unknown[]; queryFn: () => unknown }[]) {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, structuralSharing: false } } });
  for (const { queryKey, queryFn } of asked) {
    await queries.prefetchQuery({ queryKey, queryFn });
    new QueryObserver(queries, { queryKey, queryFn }).subscribe(() => {});
  }
  return queries;
}

/** What the server is sent. */
async function kept(queries: QueryClient): Promise<{ head: unknown; answers: KeptAnswers }> {
  let body = new Uint8Array();
  vi.stubGlobal('fetch', async (_: URL, init: RequestInit) => {
    body = new Uint8Array(await new Response(init.body ?? null).arrayBuffer());
    return Response.json({ id: 'abcdefgh', path: 's/abcdefgh' }, { status: 201 });
  });
  expect(await keepView(analysis, queries, signal)).toMatchObject({
    id: 'abcdefgh',
    url: 'http://host.test/s/abcdefgh',
  });
  const end = body.indexOf(10);
  return {
    head: JSON.parse(new TextDecoder().decode(body.subarray(0, end))),
    answers: await unpackSnapshot(body.slice(end + 1)),
  };
}

const opened = (handle: number) => () => ({ profile: { handle } });

afterEach(() => urlStore.setState(({ state }) => ({ state: { ...state, view: 'explore', snap: undefined } })));

it('what Explore was drawn from is answered again, and nothing else of the server', async () => {
  navigate({ snap: 'zyxwvuts' }, 'push');
  onScreen.setState({ snapshot: 'zyxwvuts' });
  const queries = await shown(
    sourceQueries.storedRange(source) as never,
    sourceQueries.catalogue(source, range) as never,
    sourceQueries.series(source, question) as never,
    sourceQueries.labelNames(source, query.matchers, range) as never,
    { queryKey: sourceQueries.first(source, {} as Analysis, query).queryKey, queryFn: opened(1) },
    { queryKey: sourceQueries.whole(source, {} as Analysis, query).queryKey, queryFn: opened(2) },
    {
      queryKey: ['unmet', 'server', query.matchers, [{ name: 'pod', operator: '=', value: 'a' }], range],
      queryFn: () => [0],
    },
  );
  const { head, answers } = await kept(queries);
  // Kept again, it is no link to the snapshot before.
  expect(head).toEqual({ query: expect.not.stringContaining('snap') });
  expect(answers.profiles).toMatchObject([{ query, isWhole: true, encoded: { bytes: Uint8Array.of(2) } }]);
  expect(answers.series).toHaveLength(1);
  const read = snapshotSource('snapshot', answers, 'The snapshot');
  expect(await read.series(question, signal)).toEqual([series]);
  expect(await read.labelNames(query.matchers, range, signal)).toEqual(['pod']);
  expect(await read.labelSets(['service_name', '__profile_type__'], [], range, signal)).toEqual(
    await source.labelSets([], [], range, signal),
  );
  const pod = { name: 'pod', operator: '=', value: 'a' } as const;
  expect(await read.labelSets(['service_name'], [...query.matchers, pod], range, signal)).toEqual([]);
  expect(await read.storedRange(signal)).toEqual(await source.storedRange(signal));
});

it('of the other services of the server nothing travels, though the page has their names and costs', async () => {
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
    { queryKey: sourceQueries.whole(shared, {} as Analysis, query).queryKey, queryFn: opened(2) },
  );
  const { answers } = await kept(queries);
  expect(JSON.stringify(answers)).not.toContain('secret');
  const read = snapshotSource('snapshot', answers, 'The snapshot');
  expect(await read.labelSets(['service_name', '__profile_type__'], [], range, signal)).toHaveLength(1);
  expect(await read.series(everything, signal)).toEqual([costOf('shop')]);
  expect(await read.series(question, signal)).toEqual([series]);
});

it('of a source without slices the merges of sub-ranges are kept', async () => {
  const queries = await shown(
    { queryKey: ['first side', 'server', query], queryFn: opened(100) },
    { queryKey: ['whole side', 'server', query], queryFn: opened(101) },
    { queryKey: ['noise', 'server', query], queryFn: () => ({ kind: 'merges', handles: [...Array(24).keys()] }) },
  );
  const { answers } = await kept(queries);
  const read = snapshotSource('snapshot', answers, 'The snapshot');
  expect(await read.slices(query, 60, signal)).toBeUndefined();
  const parts = noiseRanges(query);
  expect(parts).toHaveLength(24);
  for (const [i, part] of parts.entries())
    expect((await read.mergedTree({ ...query, range: part }, 1, signal)).bytes).toEqual(Uint8Array.of(i));
  expect((await read.mergedTree(query, 1, signal)).bytes).toEqual(Uint8Array.of(101));
});

it('the whole that is waited for, though nothing is asked at the moment, is what is kept', async () => {
  const queries = await shown({ queryKey: ['first', 'server', query], queryFn: opened(1) });
  onScreen.setState({ isComplete: false });
  const keeping = kept(queries);
  // More looks than it takes to see that nothing is asked.
  const looks = vi.spyOn(queries, 'isFetching');
  await vi.waitUntil(() => looks.mock.calls.length > 10, { timeout: 240_000 });
  const { queryKey } = sourceQueries.whole(source, {} as Analysis, query);
  const queryFn = opened(2);
  await queries.prefetchQuery({ queryKey, queryFn });
  new QueryObserver(queries, { queryKey, queryFn }).subscribe(() => {});
  onScreen.setState({ isComplete: true });
  expect((await keeping).answers.profiles).toMatchObject([{ isWhole: true, encoded: { bytes: Uint8Array.of(2) } }]);
});

it('where no profile is shown, it says so', async () => {
  const queries = await shown(sourceQueries.series(source, question) as never);
  await expect(keepView(analysis, queries, signal)).rejects.toThrow('nothing to keep yet');
});
