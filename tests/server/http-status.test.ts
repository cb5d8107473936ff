/** The status that the page shows. */

import { describe, expect, it } from 'vitest';
import { pageServer } from '../support/page-server.ts';
import { ABOUT, backend } from '../support/test-server.ts';

const site = pageServer();
const { get, post, listening } = site;

describe('the status that the page shows', () => {
  it('has the source, the version, and the reasons of refused uploads', async () => {
    const own = await listening('127.0.0.1');
    await post('/ingest?name=x', 'refuse', {}, own);
    await post('/ingest?name=x', 'refuse', {}, own);
    await post('/querier.v1.QuerierService/Series', 'refuse', {}, own);
    const { status, body } = await get('/api/status', {}, 'GET', own);
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({
      ...ABOUT,
      refusals: [{ kind: 'bad', service: 'x', count: 2, last: 'no', lastMs: expect.any(Number) }],
      alterations: [],
      changed: {
        emptyProfiles: 0,
        droppedSamples: 0,
        cutStacks: 0,
        unlabelledProfiles: 0,
        negativeValues: 0,
        cumulativeProfiles: 0,
        cutOffRecordings: 0,
        foldedSamples: 0,
      },
      targets: [],
      damage: ['A stored block was left out.'],
    });
    expect((await post('/api/status', '', {}, own)).status).toBe(405);
    own.close();
  });

  it('reports uploads stored with changes; the log warns once', async () => {
    const told: string[] = [];
    const log = {
      info: (text: string) => told.push(`info ${text}`),
      warn: (text: string) => told.push(`warn ${text}`),
      error: (text: string) => told.push(`error ${text}`),
    };
    const own = await listening('127.0.0.1', { log });
    await post('/ingest?name=x', 'change', {}, own);
    await post('/ingest?name=x', 'change', {}, own);
    expect(JSON.parse((await get('/api/status', {}, 'GET', own)).body.toString())).toMatchObject({
      changed: {
        droppedSamples: 8,
        cutStacks: 4,
        unlabelledProfiles: 2,
        negativeValues: 6,
        cumulativeProfiles: 2,
        cutOffRecordings: 0,
        foldedSamples: 0,
      },
    });
    const text = (await get('/metrics', {}, 'GET', own)).body.toString();
    for (const line of [
      'dropped_samples_total 8',
      'cut_stacks_total 4',
      'unlabelled_profiles_total 2',
      'negative_values_total 6',
    ])
      expect(text).toContain(`\nflametide_${line}\n`);
    const cut = '/ingest of shop: 2 stacks were too deep';
    const labels = '/ingest of shop: The samples have too many label sets';
    const negative = '/ingest of shop: 3 values are negative';
    const cumulative = '/ingest of shop: The profile is marked as cumulative';
    const all = [cut, labels, negative, cumulative];
    expect(told).toEqual(
      ['warn', 'info'].flatMap((level) => all.map((start) => expect.stringContaining(`${level} ${start}`))),
    );
    own.close();
  });

  it('has no secret in it', async () => {
    const own = await listening('127.0.0.1', { token: 'a long secret' });
    expect((await get('/api/status', {}, 'GET', own)).status).toBe(401);
    const { status, body } = await get('/api/status', { authorization: 'Bearer a' }, 'GET', own);
    expect([status, body.toString()]).toEqual([401, expect.not.stringContaining('secret')]);
    const inside = await get('/api/status', { authorization: `Basic ${btoa('x:a long secret')}` }, 'GET', own);
    expect([inside.status, inside.body.toString()]).toEqual([200, expect.not.stringContaining('secret')]);
    own.close();
  });

  it('reports that nothing can be written', async () => {
    const full = await listening('127.0.0.1', {
      backend: { ...backend, ready: () => Promise.resolve('The disk is full.') },
    });
    expect(JSON.parse((await get('/api/status', {}, 'GET', full)).body.toString())).toMatchObject({
      problem: 'The disk is full.',
    });
    full.close();
  });

  it('leads from the base path to the page below it', async () => {
    const below = await listening('127.0.0.1', { basePath: '/profiles' });
    const { status, headers } = await get('/profiles?v=1', {}, 'GET', below);
    expect([status, headers.location]).toEqual([308, 'profiles/?v=1']);
    below.close();
  });
});
