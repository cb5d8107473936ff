/** Fetching from targets: what a Go program has is stored, and a broken target does not affect others. */
import { afterEach, describe, expect, it } from 'vitest';
import { labelValue } from '#model/labels.ts';
import {
  closeAll,
  goProgram,
  type Handler,
  kindsOf,
  pprof,
  scrape,
  serve,
  TIMES,
  until,
} from '../../support/scraped.ts';

afterEach(closeAll);

describe('a Go program', () => {
  it('is stored with all its kinds, as differences where it has them', async () => {
    const asked = new Set<string>();
    const url = await serve((request, response) => {
      asked.add(request.url ?? '');
      goProgram(request, response);
    });
    const { profiles, scraper } = scrape({ shop: url });
    await until(() => expect(kindsOf(profiles).size).toBe(11));
    expect([...kindsOf(profiles)].sort()).toEqual([
      'block:contentions:count',
      'block:delay:nanoseconds',
      'goroutines:goroutine:count',
      'memory:alloc_objects:count',
      'memory:alloc_space:bytes',
      'memory:inuse_objects:count',
      'memory:inuse_space:bytes',
      'mutex:contentions:count',
      'mutex:delay:nanoseconds',
      'process_cpu:cpu:nanoseconds',
      'process_cpu:samples:count',
    ]);
    expect(
      [...asked]
        .filter((one) => one.includes('seconds=1'))
        .map((one) => one.replace(/\?.*/, ''))
        .sort(),
    ).toEqual(['/debug/pprof/allocs', '/debug/pprof/block', '/debug/pprof/mutex', '/debug/pprof/profile']);
    const [{ labels, service }] = profiles[0].series;
    expect([service, labelValue(labels, 'instance')]).toEqual(['shop', new URL(url).host]);
    expect(scraper.status().map(({ problem }) => problem)).toEqual(scraper.status().map(() => undefined));
  });

  it('that has no differences keeps its sums to itself', async () => {
    const url = await serve((request, response) => {
      request.url = (request.url ?? '').replace(/\?.*/, '');
      goProgram(request, response);
    });
    const { problemOf, lastOf, profiles } = scrape({ old: url });
    await until(() => expect(problemOf('old', 'mutex')).toContain('does not support seconds='));
    await until(() => expect(lastOf('old', 'heap')).toBeDefined());
    expect([...kindsOf(profiles)].some((one) => one.startsWith('mutex'))).toBe(false);
  });
});

describe('a target that', () => {
  it.each<[string, Handler, RegExp]>([
    ['redirects', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), /answered 302/],
    ['is profiling already', (_, response) => response.writeHead(500).end('already in use\n'), /500: already in use/],
    ['sends rubbish', (_, response) => response.end('Dear diary'), /./],
    ['sends gzip that is broken', (_, response) => response.end(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2])), /gzip/],
    [
      'stops in the middle',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('abc');
        setImmediate(() => response.destroy());
      },
      /./,
    ],
    [
      'answers an endless page of errors',
      (_, response) => {
        response.writeHead(404);
        const more = (): void => {
          while (response.write('x'.repeat(65_536))) if (response.destroyed) return;
          response.once('drain', more);
        };
        more();
      },
      /answered 404/,
    ],
  ])('%s is told, and costs the others nothing', async (_, handle, words) => {
    const bad = await serve(handle);
    const good = await serve(goProgram);
    const { problemOf, lastOf, warnings, profiles } = scrape({ bad, good });
    await until(() => expect(problemOf('bad', 'cpu')).toMatch(words));
    await until(() => expect(lastOf('good', 'cpu')).toBeDefined());
    expect(warnings.some((text) => text.includes(bad))).toBe(true);
    expect(profiles.flatMap(({ series }) => series).every(({ service }) => service === 'good')).toBe(true);
  });

  it('hangs is given up, and asked again', async () => {
    let asked = 0;
    const url = await serve(() => void asked++);
    const { problemOf } = scrape({ bad: url }, { ...TIMES, windowMs: 0, timeoutMs: 50 });
    await until(() => expect(problemOf('bad', 'heap')).toContain('did not answer within'));
    await until(() => expect(asked).toBeGreaterThan(12));
  });

  it('does not answer is reported, and stored once it does', async () => {
    let isUp = false;
    const url = await serve((request, response) => (isUp ? goProgram(request, response) : request.socket.destroy()));
    const { problemOf, lastOf } = scrape({ late: url });
    await until(() => expect(problemOf('late', 'heap')).toBeDefined());
    isUp = true;
    await until(() => expect(lastOf('late', 'heap')).toBeDefined());
    await until(() => expect(problemOf('late', 'heap')).toBeUndefined());
  });
});

describe('leaked goroutines', () => {
  it('are stored where a target finds them, and no problem where it does not', async () => {
    const old = await serve(goProgram);
    const recent = await serve((request, response) => {
      if (request.url === '/debug/pprof/goroutineleak') response.end(pprof([['goroutineleak', 'count']], 0));
      else goProgram(request, response);
    });
    const { profiles, problemOf, lastOf } = scrape({ old, recent });
    await until(() => expect(lastOf('recent', 'goroutineleak')).toBeDefined());
    await until(() => expect(lastOf('old', 'goroutine')).toBeDefined());
    expect(kindsOf(profiles)).toContain('goroutineleak:goroutineleak:count');
    expect(problemOf('old', 'goroutineleak')).toBeUndefined();
  });
});
