import { afterEach, expect, it, vi } from 'vitest';
import { deleteLink, fetchLinks, fetchSnapshot, keepSnapshot, makeShortLink } from '#datasource/short-links.ts';

const BASE = 'http://host.test/prefix/';
const { signal } = new AbortController();
let asked: { readonly url: string; readonly method: string | undefined }[] = [];

function answering(answer: () => Response): void {
  asked = [];
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    asked.push({ url: url.href, method: init.method });
    return answer();
  });
}

afterEach(() => vi.unstubAllGlobals());

it('links lead below the address of the page', async () => {
  answering(() => Response.json({ id: 'abcdefgh', path: 's/abcdefgh' }, { status: 201 }));
  expect(await makeShortLink(BASE, '?v=1')).toEqual({ id: 'abcdefgh', url: `${BASE}s/abcdefgh` });
  await deleteLink(BASE, 'abcdefgh');
  expect(asked).toEqual([
    { url: `${BASE}api/links`, method: 'POST' },
    { url: `${BASE}api/links/abcdefgh`, method: 'DELETE' },
  ]);
});

it.each([
  ['its own words', Response.json({ message: 'delete some' }, { status: 507 }), 'delete some'],
  [
    'a line of text',
    new Response('too large\n', { status: 413, headers: { 'content-type': 'text/plain' } }),
    'too large',
  ],
  [
    'a page in between',
    new Response('<h1>Sign in</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
    'The server answered with status 502.',
  ],
  ['no link', Response.json({}), 'The answer of the server has no link.'],
])('a refusal with %s is told', async (_, response, words) => {
  answering(() => response);
  await expect(makeShortLink(BASE, '?v=1')).rejects.toThrow(words);
});

it('a snapshot beyond the limit of the server is not sent', async () => {
  answering(() => Response.json({}));
  await expect(keepSnapshot(BASE, '?v=1', new Uint8Array(64 << 20))).rejects.toThrow(
    '65 MiB; the server accepts at most 64 MiB',
  );
  expect(asked).toEqual([]);
});

it('ignores list entries that are not links', async () => {
  const link = { id: 'abcdefgh', query: 'v=1', createdMs: 5, snapshotBytes: 0 };
  answering(() => Response.json({ links: [link, null, {}, { ...link, id: 7 }, { ...link, id: '../api' }], count: 9 }));
  const { links, count } = await fetchLinks(BASE, signal);
  expect(count).toBe(9);
  expect(links.map(({ url }) => url)).toEqual([`${BASE}s/abcdefgh`, `${BASE}s/..%2Fapi`]);
});

it('a snapshot says when it was kept', async () => {
  const headers = { 'last-modified': 'Wed, 25 Nov 2026 13:29:24 GMT' };
  answering(() => new Response(Uint8Array.of(1, 2), { headers }));
  const { packed, savedMs } = await fetchSnapshot(BASE, 'abcdefgh', signal);
  expect(packed).toEqual(Uint8Array.of(1, 2));
  expect(new Date(savedMs).toISOString()).toBe('2026-11-25T13:29:24.000Z');
});
