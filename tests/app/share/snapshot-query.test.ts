import { afterEach, expect, it, vi } from 'vitest';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import { packSnapshot } from '#datasource/snapshot.ts';
import { openFileNamed, openFiles } from '#app/screen/files-store.ts';
import { snapshotQuery } from '#app/share/snapshot-query.ts';

// Read when the stores are made.
vi.hoisted(() => {
  vi.stubGlobal('location', { search: '', pathname: '/', href: 'http://host.test/' });
  vi.stubGlobal('history', { replaceState: () => {}, pushState: () => {} });
  vi.stubGlobal('document', { baseURI: 'http://host.test/' });
});

const analysis = new InProcessAnalysis(async () => {});

afterEach(() => vi.unstubAllGlobals());

/** A snapshot of a file of that name, as the server sends it. */
async function serve(name: string, stacks: string): Promise<void> {
  const encoded = { bytes: new TextEncoder().encode(stacks), form: { kind: 'file' } } as const;
  const nothing = { labelSets: [], labelNames: [], series: [], markers: [], work: [], profiles: [], stored: undefined };
  const packed = await packSnapshot({ ...nothing, link: '?v=1', nowMs: 1, files: [{ name, size: 9, encoded }] });
  vi.stubGlobal('fetch', async () => new Response(packed));
}

it('its files take the place of those of their names, unless one went elsewhere meanwhile', async () => {
  const read = (): Promise<Uint8Array> => Promise.resolve(new TextEncoder().encode('mine 1'));
  await openFiles(analysis, [{ name: 'a.txt', size: 6, read }]);
  const mine = openFileNamed('a.txt');
  expect(mine).toBeDefined();
  await serve('a.txt', 'kept 2');
  const { queryFn } = snapshotQuery(analysis, 'abcdefgh');
  await expect(queryFn({ signal: AbortSignal.abort() })).rejects.toThrow('abort');
  expect(openFileNamed('a.txt')).toBe(mine);
  await queryFn(new AbortController());
  expect(openFileNamed('a.txt')?.profile.functions.names).toContain('kept');
});
