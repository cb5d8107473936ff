/** Calls of the page: services, markers, counts of requests, short links. */

import { mkdtempSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Work } from '#server/work.ts';
import { NAVIGATION, pageServer } from '../support/page-server.ts';
import { backend } from '../support/test-server.ts';

const site = pageServer();
const { get, post, listening } = site;

describe('a service', () => {
  const dropped: string[] = [];
  const owning = {
    ...backend,
    dropService: (service: string) => {
      dropped.push(service);
      return Promise.resolve(service !== 'nobody');
    },
  };
  it('is removed by its name, whatever characters it has', async () => {
    const made = await listening('127.0.0.1', { backend: owning });
    for (const name of ['shop', 'a/b', 'ü ?&#', '%41']) {
      expect((await get(`/api/services/${encodeURIComponent(name)}`, {}, 'DELETE', made)).status).toBe(200);
      expect(dropped.pop()).toBe(name);
    }
    expect((await get('/api/services/nobody', {}, 'DELETE', made)).status).toBe(404);
    dropped.length = 0;
    for (const [method, name, status] of [
      ['GET', 'shop', 405],
      ['POST', 'shop', 405],
      ['DELETE', '', 400],
      ['DELETE', '%', 400],
    ] as const) {
      expect((await get(`/api/services/${name}`, {}, method, made)).status).toBe(status);
    }
    expect(dropped).toEqual([]);
    made.close();
  });

  it('is removed where it has only counts of requests, and where its counts could not be removed before', async () => {
    const work = new Work({ folder: mkdtempSync(join(tmpdir(), 'work-')), retentionMs: undefined, maxFutureMs: 0 });
    const count = new TextEncoder().encode('{"service": "nobody", "time": 60000, "requests": 1}');
    const remove = async (name: string, made: Server): Promise<[number, string]> => {
      const { status, body } = await get(`/api/services/${name}`, {}, 'DELETE', made);
      return [status, body.toString()];
    };
    for (const [kept, after] of [
      [owning, 404],
      [backend, 501],
    ] as const) {
      await work.answer('POST', '', count, new AbortController().signal);
      const made = await listening('127.0.0.1', { backend: kept, work });
      expect(await remove('nobody', made)).toEqual([200, '{"counts":1}']);
      expect((await remove('nobody', made))[0]).toBe(after);
      made.close();
    }
    work.removeService = () => Promise.reject(Object.assign(new Error('database or disk is full'), { errcode: 13 }));
    const made = await listening('127.0.0.1', { backend: owning, work });
    const [status, text] = await remove('shop', made);
    expect(status).toBe(507);
    expect(text).toMatch(
      /^The profiles of the service were removed, but the counts of .+\. Remove the service again\.\n$/,
    );
    made.close();
    work.close();
    dropped.length = 0;
  });

  it('is not removed without the token, from another page, or where none is kept', async () => {
    const closed = await listening('127.0.0.1', { backend: owning, token: 'let me in' });
    expect((await get('/api/services/shop', {}, 'DELETE', closed)).status).toBe(401);
    const foreign = { authorization: 'Bearer let me in', origin: 'https://evil.example' };
    expect((await get('/api/services/shop', foreign, 'DELETE', closed)).status).toBe(403);
    expect(dropped).toEqual([]);
    closed.close();
    expect((await get('/api/services/shop', {}, 'DELETE')).status).toBe(501);
  });
});

describe('markers', () => {
  it('are stored, listed and removed', async () => {
    const marker = { time: 1000, title: 'v2 deployed', service: 'shop', url: 'https://ci.example/1' };
    const told = await post('/api/markers', JSON.stringify(marker));
    expect(told.status).toBe(201);
    const { id } = JSON.parse(told.body.toString()) as { id: number };
    await post('/api/markers', JSON.stringify({ time: 2000, title: 'everywhere' }));
    const list = async (query: string): Promise<unknown> =>
      JSON.parse((await get(`/api/markers${query}`)).body.toString());
    expect(await list('?service=shop')).toMatchObject({ markers: [{ id, ...marker }, { title: 'everywhere' }] });
    expect(await list('?service=cart')).toMatchObject({ markers: [{ title: 'everywhere' }] });
    expect(await list('?from=1500&until=1900')).toEqual({ markers: [] });
    expect((await get(`/api/markers/${id}`, {}, 'DELETE')).status).toBe(200);
    expect((await get(`/api/markers/${id}`, {}, 'DELETE')).status).toBe(404);
  });

  it('are not listed from an invalid time', async () => {
    for (const query of [`from=${'9'.repeat(400)}`, `until=${'9'.repeat(400)}`, 'from=now', 'from=-1', 'until='])
      expect((await get(`/api/markers?${query}`)).status, query).toBe(400);
  });

  it.each(['', '{', '[]', '{"time":1}', '{"time":1,"title":""}', '{"time":1,"title":"x","url":"javascript:alert(1)"}'])(
    'refuse %j',
    async (body) => {
      expect((await post('/api/markers', body)).status).toBe(400);
    },
  );
});

describe('counts of requests', () => {
  it('are pushed and read, by one who has the token', async () => {
    const query = '/api/work?service=shop&from=0&until=60000';
    expect((await post('/api/work', JSON.stringify({ service: 'shop', time: 60_000, requests: 6 }))).status).toBe(201);
    expect(JSON.parse((await get(query)).body.toString())).toMatchObject({ source: 'pushed', steps: [6] });
    expect((await get('/api/work', {}, 'DELETE')).status).toBe(405);
    const guarded = await listening('127.0.0.1', { token: 'secret-word' });
    expect((await get(query, {}, 'GET', guarded)).status).toBe(401);
    expect((await get(query, { authorization: 'Bearer secret-word' }, 'GET', guarded)).status).toBe(200);
    guarded.close();
  });
});

describe('short links', () => {
  const query = 'v=1&svc=shop&q=pod="a"'.replaceAll('"', '%22');

  it('are made, followed below the base path, listed and deleted', async () => {
    const made = await post('/api/links', JSON.stringify({ query: `?${query}` }));
    expect(made.status).toBe(201);
    const { id, path } = JSON.parse(made.body.toString()) as { id: string; path: string };
    expect(path).toBe(`s/${id}`);
    expect(await get(`/${path}`, NAVIGATION)).toMatchObject({ status: 302, headers: { location: `../?${query}` } });
    const based = await listening('127.0.0.1', { basePath: '/flame' });
    expect((await get(`/flame/${path}`, NAVIGATION, 'GET', based)).headers.location).toBe(`../?${query}`);
    based.close();
    expect(JSON.parse((await get('/api/links')).body.toString())).toEqual({
      links: [{ id, query, createdMs: expect.any(Number), snapshotBytes: 0 }],
      count: 1,
      snapshotBytes: 0,
    });
    expect((await get(`/api/links/${id}`, {}, 'DELETE')).status).toBe(200);
    const gone = await get(`/${path}`, NAVIGATION);
    expect(gone.status).toBe(404);
    expect(gone.body.toString()).toContain(`There is no link ${id} here`);
  });

  it('lead to the page behind a proxy that strips its prefix', async () => {
    const made = await post('/api/links', JSON.stringify({ query }));
    const { path } = JSON.parse(made.body.toString()) as { path: string };
    const leads = async (asked: string, shown: string): Promise<string> => {
      const { headers } = await get(asked, NAVIGATION);
      return new URL(headers.location!, `https://tools.example${shown}`).href;
    };
    expect(await leads(`/${path}`, `/flame/${path}`)).toBe(`https://tools.example/flame/?${query}`);
    expect(await leads('/a/b/c?v=1', '/flame/a/b/c')).toBe('https://tools.example/flame/?v=1');
    const missing = await get('/s/nowhere1', NAVIGATION);
    expect(missing.body.toString()).toContain('<a href="../">');
  });

  it('are refused beyond the maximum size', async () => {
    expect((await post('/api/links', JSON.stringify({ query: 'a'.repeat(64_001) }))).status).toBe(413);
    expect((await post('/api/links', JSON.stringify({ query: 'a'.repeat(70_000) }))).status).toBe(413);
    const { status, body } = await post('/api/snapshots', `{"query":"v=1"}\n\u001f${'a'.repeat(2 ** 26)}`);
    expect({ status, text: body.toString() }).toEqual({ status: 413, text: expect.stringContaining('67108864 bytes') });
  });

  it('of the longest size can be opened', async () => {
    const made = await post('/api/links', JSON.stringify({ query: `v=1&s=${'a'.repeat(63_000)}` }));
    const { path } = JSON.parse(made.body.toString()) as { path: string };
    const { location } = (await get(`/${path}`, NAVIGATION)).headers;
    expect(await get(location!.replace('../', '/'), NAVIGATION)).toMatchObject({ status: 200 });
  });

  it('want the token like all else', async () => {
    const guarded = await listening('127.0.0.1', { token: 'a long secret' });
    for (const [method, path] of [
      ['GET', '/api/links'],
      ['POST', '/api/links'],
      ['POST', '/api/snapshots'],
      ['GET', '/api/snapshots/abcdefgh'],
      ['DELETE', '/api/links/abcdefgh'],
      ['GET', '/s/abcdefgh'],
    ])
      expect((await get(path, {}, method, guarded)).status, `${method} ${path}`).toBe(401);
    guarded.close();
  });
});
