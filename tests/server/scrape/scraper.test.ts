/**
 * Fetching from targets: profiles of a Go program are stored, and a target that hangs, redirects or sends rubbish does
 * not affect others.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gzipSync } from 'node:zlib';
import { labelValue } from '#model/labels.ts';
import type { WireRequest } from '#server/request.ts';
import { parseCommandLine } from '#server/config.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import { type Scraper, type ScrapeTimes, startScraper } from '#server/scrape/scraper.ts';
import { readTargets } from '#server/scrape/target-list.ts';
import { encodeMessage, type Field, message, Strings } from '../../support/pprof-message.ts';

const LIMITS = {
  maxProfileBytes: 64 << 20,
  maxSamples: 65_535,
  maxDepth: 1000,
  maxLabels: 30,
  maxLabelNameBytes: 1024,
  maxLabelValueBytes: 2048,
  maxAgeMs: 3_600_000,
  maxFutureMs: 600_000,
};
/** As short as they can be told apart: nothing below waits for a time, but for what comes of it. */
const TIMES: ScrapeTimes = { everyMs: 20, windowMs: 1000, timeoutMs: 60_000, maxWaitMs: 40, nowMs: 2000, listMs: 20 };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function serve(handle: Handler): Promise<string> {
  const server: Server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Scraped {
  readonly scraper: Scraper;
  readonly profiles: IncomingProfile[];
  readonly warnings: string[];
  problemOf(service: string, kind: string): string | undefined;
  lastOf(service: string, kind: string): number | undefined;
}

function scrape(targets: Readonly<Record<string, string>>, times = TIMES, lists: readonly string[] = []): Scraped {
  const profiles: IncomingProfile[] = [];
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (text: string) => void warnings.push(text), error: () => undefined };
  const engine = {
    async ingest(request: WireRequest) {
      const opened = await openUpload(request, LIMITS, Date.now());
      profiles.push(...opened.profiles);
      return opened;
    },
  };
  const list = Object.entries(targets).map(([service, url]) => ({ service, url }));
  const scraper = startScraper(list, engine, log, times, lists);
  open.unshift({ close: () => scraper.stop() });
  const statusOf = (service: string, kind: string): ReturnType<Scraper['status']>[number] | undefined =>
    scraper.status().find((one) => one.service === service && one.kind === kind);
  return {
    scraper,
    profiles,
    warnings,
    problemOf: (service, kind) => statusOf(service, kind)?.problem,
    lastOf: (service, kind) => statusOf(service, kind)?.lastMs,
  };
}

/** A profile of these types, each with a value of 7. */
function pprof(types: readonly (readonly [string, string])[], seconds: number, value = 7): Uint8Array {
  const s = new Strings();
  const fields: Field[] = [
    ...types.map(([type, unit]): Field => [1, message([1, s.at(type)], [2, s.at(unit)])]),
    [2, message([1, [1]], [2, types.map(() => value)])],
    [4, message([1, 1], [4, message([1, 1], [2, 3])])],
    [5, message([1, 1], [2, s.at('main.main')])],
    [9, BigInt(Date.now()) * 1_000_000n],
    ...(seconds > 0 ? [[10, seconds * 1e9] as const] : []),
  ];
  return new Uint8Array(gzipSync(encodeMessage({ fields: [...fields, ...s.fields] })));
}

const HEAP = [
  ['alloc_objects', 'count'],
  ['alloc_space', 'bytes'],
  ['inuse_objects', 'count'],
  ['inuse_space', 'bytes'],
] as const;
const LOCKS = [
  ['contentions', 'count'],
  ['delay', 'nanoseconds'],
] as const;
const GO: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  '/debug/pprof/profile': [
    ['samples', 'count'],
    ['cpu', 'nanoseconds'],
  ],
  '/debug/pprof/heap': HEAP,
  '/debug/pprof/allocs': HEAP,
  '/debug/pprof/goroutine': [['goroutine', 'count']],
  '/debug/pprof/mutex': LOCKS,
  '/debug/pprof/block': LOCKS,
};

const goProgram: Handler = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
  const types = GO[pathname];
  if (types === undefined) response.writeHead(404).end('Unknown profile\n');
  else response.end(pprof(types, Number(searchParams.get('seconds') ?? 0)));
};

const kindsOf = (profiles: readonly IncomingProfile[]): Set<string> =>
  new Set(profiles.flatMap(({ series }) => series.map(({ profileType }) => profileType.split(':', 3).join(':'))));

describe('a Go program', () => {
  it('is stored with all its kinds, as differences where it has them', async () => {
    const asked = new Set<string>();
    const url = await serve((request, response) => {
      asked.add(request.url ?? '');
      goProgram(request, response);
    });
    const { profiles, scraper } = scrape({ shop: url });
    await vi.waitFor(() => expect(kindsOf(profiles).size).toBe(11), 20_000);
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
    await vi.waitFor(() => expect(problemOf('old', 'mutex')).toContain('does not support seconds='), 20_000);
    await vi.waitFor(() => expect(lastOf('old', 'heap')).toBeDefined(), 20_000);
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
    await vi.waitFor(() => expect(problemOf('bad', 'cpu')).toMatch(words), 20_000);
    await vi.waitFor(() => expect(lastOf('good', 'cpu')).toBeDefined(), 20_000);
    expect(warnings.some((text) => text.includes(bad))).toBe(true);
    expect(profiles.flatMap(({ series }) => series).every(({ service }) => service === 'good')).toBe(true);
  });

  it('hangs is given up, and asked again', async () => {
    let asked = 0;
    const url = await serve(() => void asked++);
    const { problemOf } = scrape({ bad: url }, { ...TIMES, windowMs: 0, timeoutMs: 50 });
    await vi.waitFor(() => expect(problemOf('bad', 'heap')).toContain('did not answer within'), 20_000);
    await vi.waitFor(() => expect(asked).toBeGreaterThan(12), 20_000);
  });

  it('does not answer is reported, and stored once it does', async () => {
    let isUp = false;
    const url = await serve((request, response) => (isUp ? goProgram(request, response) : request.socket.destroy()));
    const { problemOf, lastOf } = scrape({ late: url });
    await vi.waitFor(() => expect(problemOf('late', 'heap')).toBeDefined(), 20_000);
    isUp = true;
    await vi.waitFor(() => expect(lastOf('late', 'heap')).toBeDefined(), 20_000);
    await vi.waitFor(() => expect(problemOf('late', 'heap')).toBeUndefined(), 20_000);
  });
});

describe('a profile that is wanted now', () => {
  /** Records until it is told to end, as Go does: one at a time, and given up once the client leaves. */
  const recording = (windows: string[]): Handler => {
    let isBusy = false;
    return (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      if (pathname !== '/debug/pprof/profile') return goProgram(request, response);
      if (isBusy) return void response.writeHead(500).end('Could not enable CPU profiling: busy\n');
      const seconds = searchParams.get('seconds') ?? '';
      windows.push(seconds);
      isBusy = true;
      response.on('close', () => (isBusy = false));
      // The regular ones last for ever.
      if (seconds === '2') goProgram(request, response);
    };
  };

  it('takes the place of the one under way, and the regular ones go on', async () => {
    const windows: string[] = [];
    const url = await serve(recording(windows));
    const { scraper, profiles } = scrape({ shop: url });
    await vi.waitFor(() => expect(windows).toEqual(['1']), 20_000);
    const { fromMs, untilMs, problems, service } = await scraper.profileNow('shop');
    expect([service, problems]).toEqual(['shop', []]);
    const cpu = profiles.filter(({ series }) => series[0].profileType.startsWith('process_cpu:'));
    expect(cpu).toHaveLength(1);
    expect(cpu[0].timeUs / 1000).toBeGreaterThanOrEqual(fromMs);
    expect(cpu[0].timeUs / 1000).toBeLessThanOrEqual(untilMs);
    expect(untilMs - fromMs).toBeGreaterThanOrEqual(2000);
    await vi.waitFor(() => expect(windows).toEqual(['1', '2', '1']), 20_000);
    expect(scraper.status().find(({ kind }) => kind === 'cpu')?.problem).toBeUndefined();
  });

  it('is taken once at a time', async () => {
    const windows: string[] = [];
    const url = await serve(recording(windows));
    const { scraper } = scrape({ shop: url });
    const first = scraper.profileNow('shop');
    await expect(scraper.profileNow('shop')).rejects.toMatchObject({ why: 'busy' });
    await first;
    expect(windows.filter((one) => one === '2')).toHaveLength(1);
  });

  it.each<[string, Handler, RegExp]>([
    ['dies', (request) => request.socket.destroy(), /socket hang up/],
    ['hangs', () => undefined, /did not answer within/],
    ['redirects', (_, response) => response.writeHead(302, { location: '/x' }).end(), /answered 302/],
    ['sends rubbish', (_, response) => response.end('Dear diary'), /./],
    ['is profiled by others', (_, response) => response.writeHead(500).end('already in use'), /500: already in use/],
  ])('of a target that %s is refused in words, and costs the others nothing', async (_, handle, words) => {
    const bad = await serve(handle);
    const good = await serve(goProgram);
    const { scraper, lastOf } = scrape({ bad, good }, { ...TIMES, nowMs: 0, timeoutMs: 3000, windowMs: 1000 });
    await expect(scraper.profileNow('bad')).rejects.toMatchObject({
      why: 'failed',
      message: expect.stringMatching(words),
    });
    expect(await scraper.profileNow('good')).toMatchObject({ service: 'good', problems: [] });
    await vi.waitFor(() => expect(lastOf('good', 'heap')).toBeDefined(), 20_000);
  });

  it('is refused for a service that is no target', async () => {
    const { scraper } = scrape({ shop: await serve(goProgram) });
    await expect(scraper.profileNow('cart')).rejects.toMatchObject({ why: 'unknown' });
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
    await vi.waitFor(() => expect(lastOf('recent', 'goroutineleak')).toBeDefined(), 20_000);
    await vi.waitFor(() => expect(lastOf('old', 'goroutine')).toBeDefined(), 20_000);
    expect(kindsOf(profiles)).toContain('goroutineleak:goroutineleak:count');
    expect(problemOf('old', 'goroutineleak')).toBeUndefined();
  });
});

describe('--scrape', () => {
  const scrapeOf = (...args: string[]): unknown => {
    const asked = parseCommandLine(args, '1');
    return asked.kind === 'serve' ? asked.config.scrape : asked;
  };
  it('takes several targets, with names or without', () => {
    expect(scrapeOf('--scrape', 'localhost:6060', '--scrape', 'shop=https://10.0.0.7:1234/')).toEqual([
      { url: 'http://localhost:6060', service: 'localhost:6060' },
      { url: 'https://10.0.0.7:1234', service: 'shop' },
    ]);
    expect(scrapeOf()).toEqual([]);
  });

  it.each(['localhost:6060/debug', 'http://', 'http://user@host:1', 'ftp://host:1'])('refuses %s', (target) => {
    expect(scrapeOf('--scrape', target)).toMatchObject({ kind: 'refuse' });
  });
});

describe('a list of targets', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'targets-'));
    file = join(folder, 'targets.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (...entries: readonly (readonly [url: string, service: string])[]): void =>
    writeFileSync(
      file,
      JSON.stringify(entries.map(([url, service]) => ({ targets: [new URL(url).host], labels: { service } }))),
    );
  const servicesOf = (scraper: Scraper): string[] => [
    ...new Set(scraper.status().flatMap(({ service, lastMs }) => (lastMs === undefined || !service ? [] : [service]))),
  ];

  it('is followed: what appears is fetched, what disappears is not asked again', async () => {
    let asked = 0;
    const first = await serve((request, response) => {
      asked++;
      goProgram(request, response);
    });
    const second = await serve(goProgram);
    write([first, 'shop']);
    const { scraper } = scrape({}, TIMES, [file]);
    await vi.waitFor(() => expect(servicesOf(scraper)).toEqual(['shop']), 20_000);
    write([second, 'cart']);
    await vi.waitFor(() => expect(servicesOf(scraper)).toEqual(['cart']), 20_000);
    const before = asked;
    const lastMs = (): number => scraper.status().find(({ kind }) => kind === 'heap')?.lastMs ?? 0;
    const seen = lastMs();
    // Rounds of the other target go by.
    await vi.waitFor(() => expect(lastMs()).toBeGreaterThan(seen), 20_000);
    expect(asked).toBe(before);
  });

  it('that names a target of --scrape or of another list fetches it once, until nobody names it', async () => {
    const shop = await serve(goProgram);
    const cart = await serve(goProgram);
    const other = join(folder, 'other.json');
    write([shop, 'shop'], [cart, 'cart']);
    copyFileSync(file, other);
    const { scraper } = scrape({ shop }, TIMES, [file, other]);
    const heaps = (): string[] =>
      scraper
        .status()
        .filter(({ kind }) => kind === 'heap')
        .map(({ service }) => service);
    const readAgain = async (): Promise<void> => {
      const from = Date.now();
      const lists = (): number[] =>
        scraper.status().flatMap(({ kind, lastMs = 0 }) => (kind === 'targets' ? [lastMs] : []));
      // A reading that began before may end after: the second one is of what is there now.
      await vi.waitFor(() => expect(lists().every((lastMs) => lastMs > from + 40)).toBe(true), 20_000);
    };
    await vi.waitFor(() => expect(servicesOf(scraper).sort()).toEqual(['cart', 'shop']), 20_000);
    await readAgain();
    expect(heaps()).toEqual(['shop', 'cart']);
    write();
    await readAgain();
    expect(heaps()).toEqual(['shop', 'cart']);
    copyFileSync(file, other);
    await vi.waitFor(() => expect(heaps()).toEqual(['shop']), 20_000);
  });

  it('that lost a target ends only after the last fetch of that target', async () => {
    write([await serve(goProgram), 'shop']);
    const waiting: (() => void)[] = [];
    const engine = {
      async ingest(request: WireRequest) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return openUpload(request, LIMITS, Date.now());
      },
    };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const scraper = startScraper([], engine, log, TIMES, [file]);
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0), 20_000);
    write();
    await vi.waitFor(() => expect(scraper.status().map(({ kind }) => kind)).toEqual(['targets']), 20_000);
    let isStopped = false;
    const stopped = scraper.stop().then(() => (isStopped = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isStopped).toBe(false);
    for (const release of waiting) release();
    await stopped;
  });

  it('is followed in part where it and --scrape together have too many targets', async () => {
    const services = Array.from({ length: 500 }, (_, i) => `service-${i}`);
    write(...services.map((service) => ['http://127.0.0.1:1', service] as const));
    const times = { ...TIMES, everyMs: 60_000, maxWaitMs: 60_000 };
    const { scraper } = scrape({ shop: 'http://127.0.0.1:1' }, times, [file]);
    const problem = (): string | undefined => scraper.status().find(({ kind }) => kind === 'targets')?.problem;
    await vi.waitFor(
      () =>
        expect(problem()).toBe(
          `The list ${file} is followed only in part: --scrape and all lists together have more than 500 targets.`,
        ),
      20_000,
    );
    expect(scraper.status().filter(({ kind }) => kind === 'heap')).toHaveLength(500);
  });

  it('that cannot be read keeps its targets, and says why', async () => {
    const target = await serve(goProgram);
    let answer = JSON.stringify([{ targets: [new URL(target).host], labels: { job: 'shop' } }]);
    const list = await serve((_, response) => response.end(answer));
    const { scraper, warnings } = scrape({}, TIMES, [list]);
    await vi.waitFor(() => expect(servicesOf(scraper)).toEqual(['shop']), 20_000);
    answer = '<html>';
    const listStatus = (): { problem: string | undefined } | undefined =>
      scraper.status().find(({ kind }) => kind === 'targets');
    await vi.waitFor(() => expect(listStatus()?.problem).toContain('The list is no JSON'), 20_000);
    expect(servicesOf(scraper)).toEqual(['shop']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`The list of targets ${list} could not be read: The list is no JSON`);
  });

  it('names the service of each target by its labels, else by its host', async () => {
    writeFileSync(
      file,
      JSON.stringify([
        { targets: ['a:1', 'b:2'], labels: { job: 'shop', env: 'prod' } },
        { targets: ['c:3'], labels: { job: 'x', service: 'cart', __scheme__: 'https' } },
        { targets: ['http://d:4'], labels: { service: 'x', service_name: 'pay' } },
        { targets: ['e:5'] },
      ]),
    );
    const found = await readTargets(file, new AbortController().signal);
    expect(found.map(({ url, service }) => `${service} ${url}`)).toEqual([
      'shop http://a:1',
      'shop http://b:2',
      'cart https://c:3',
      'pay http://d:4',
      'e:5 http://e:5',
    ]);
  });

  it.each([
    ['{}', 'The list has another form'],
    ['[{"targets": [1]}]', 'The list has another form'],
    ['[{"targets": ["a:1/path"]}]', '"a:1/path" is not a target'],
    ['[{"targets": ["file:///etc/passwd"]}]', 'is not a target'],
    [
      `[{"targets": [${Array.from({ length: 501 }, (_, i) => `"h:${i + 1}"`).join()}]}]`,
      'has 501 targets; the maximum is 500',
    ],
    [`["${' '.repeat(1 << 20)}"]`, 'The list has more than 1 MiB'],
  ])('%.30s is refused', async (text, reason) => {
    writeFileSync(file, text);
    await expect(readTargets(file, new AbortController().signal)).rejects.toThrow(reason);
  });
});
