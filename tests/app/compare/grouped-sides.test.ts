/** Sides whose stacks are grouped by a label: how a source is asked for them, and the commands on their frames. */
import { describe, expect, it, vi } from 'vitest';
import { linkWithRoutes, sideCommands } from '#app/compare/side-commands.ts';
import { urlStore } from '#app/url/url-store.ts';
import { isUngrouped, sideQueries } from '#app/queries/comparison-queries.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import { type DataSource, SourceError } from '#datasource/datasource.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import type { ProfileQuery } from '#model/query.ts';
import { profileFromText, treeOf } from '../../support/profile-from-text.ts';
import { pathOf } from '#model/call-path.ts';

vi.hoisted(() => {
  // The store of the link reads the address as it loads.
  vi.stubGlobal('location', { search: '', pathname: '/' });
});

const query: ProfileQuery = {
  profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  matchers: [],
  range: { startMs: 0, endMs: 60_000 },
};
const by = { label: 'endpoint', values: ['/cart'] };

/** Its tree has no frames of a label. */
function sourceWith(slices: () => Promise<EncodedProfile | undefined>): DataSource {
  const tree: EncodedProfile = {
    bytes: new TextEncoder().encode('main;work 3'),
    name: 'a.txt',
    form: { kind: 'file' },
  };
  return { id: 'made', slices, mergedTree: () => Promise.resolve(tree) } as unknown as DataSource;
}

async function opened(source: DataSource, asked: ProfileQuery): Promise<number> {
  const analysis = new InProcessAnalysis(() => Promise.resolve());
  const { queryFn } = sideQueries.whole(source, analysis, asked);
  const { signal } = new AbortController();
  const { profile } = await queryFn({ signal } as Parameters<typeof queryFn>[0]);
  return profile.totals[0] as number;
}

describe('the whole of a side', () => {
  const busy = sourceWith(() => Promise.reject(new SourceError('busy', 'The server is busy.')));
  const unsliced = sourceWith(() => Promise.resolve(undefined));

  it('without a label it is a tree where slices fail, or the source has none', async () => {
    expect([await opened(busy, query), await opened(unsliced, query)]).toEqual([3, 3]);
  });

  it('with a label it is never a tree without frames of the label', async () => {
    const failed = await opened(busy, { ...query, by }).catch((error: unknown) => error as Error);
    expect(failed).toMatchObject({ code: 'busy', message: 'The server is busy.' });
    expect(isUngrouped(failed as Error)).toBe(false);
    const refused = await opened(unsliced, { ...query, by }).catch((error: unknown) => error as Error);
    expect(refused).toMatchObject({ message: 'The source does not group stacks by a label.' });
    expect(isUngrouped(refused as Error)).toBe(true);
    expect(isUngrouped(null)).toBe(false);
  });
});

describe('Callees are routes', () => {
  it('takes the frame of the label off the zoom and the selection, and is not offered on such a frame', () => {
    urlStore.setState(({ state }) => ({
      state: { ...state, unit: 'endpoint', z: ['endpoint: /cart', 'main'], sel: ['endpoint: /cart', 'main', 'work'] },
    }));
    expect(linkWithRoutes('main')).toEqual({ routes: 'main', unit: undefined, z: ['main'], sel: ['main', 'work'] });
    const profile = profileFromText('endpoint: /cart;main;work 3');
    const tree = treeOf(profile);
    const { names } = profile.functions;
    const side = {
      side: { kind: 'file', file: 'a.txt', st: undefined, matchers: [], during: undefined },
    } as const;
    const routes = sideCommands({ a: side, b: side }).find(({ id }) => id === 'routes')!;
    const offered = (node: number): boolean => routes.fits!({ tree, names, node });
    expect([1, 2, 3].map((node) => [pathOf(tree, names, node).at(-1), offered(node)])).toEqual([
      ['endpoint: /cart', false],
      ['main', true],
      ['work', true],
    ]);
    urlStore.setState(({ state }) => ({ state: { ...state, unit: undefined } }));
    expect(linkWithRoutes('main')).toMatchObject({ z: ['endpoint: /cart', 'main'] });
  });
});
