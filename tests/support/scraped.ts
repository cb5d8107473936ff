/** Targets over HTTP, a Go program among them, and a scraper with what it fetched. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { IncomingProfile } from '#server/incoming.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import type { IngestLimits } from '#server/ingest/series-of-profile.ts';
import type { WireRequest } from '#server/request.ts';
import { vi } from 'vitest';
import { type Scraper, type ScrapeTimes, startScraper } from '#server/scrape/scraper.ts';
import { encodeMessage, type Field, message, Strings } from './pprof-message.ts';
import { UPLOAD_LIMITS } from './store-limits.ts';

export const LIMITS: IngestLimits = { ...UPLOAD_LIMITS, maxAgeMs: 3_600_000, maxFutureMs: 600_000 };
/** Very short: tests wait for what is fetched, never for a time. */
export const TIMES: ScrapeTimes = {
  everyMs: 20,
  windowMs: 1000,
  timeoutMs: 60_000,
  maxWaitMs: 40,
  nowMs: 2000,
  listMs: 20,
};

/** Waits until a check passes; the time is for hangs alone. */
export function until(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, 240_000);
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const open: { close(): Promise<unknown> }[] = [];
/** To be called after each test. */
export async function closeAll(): Promise<void> {
  for (const one of open.splice(0)) await one.close();
}

export async function serve(handle: Handler): Promise<string> {
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

export function scrape(
  targets: Readonly<Record<string, string>>,
  times = TIMES,
  lists: readonly string[] = [],
): Scraped {
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
export function pprof(types: readonly (readonly [string, string])[], seconds: number, value = 7): Uint8Array {
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

export const goProgram: Handler = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
  const types = GO[pathname];
  if (types === undefined) response.writeHead(404).end('Unknown profile\n');
  else response.end(pprof(types, Number(searchParams.get('seconds') ?? 0)));
};

export const kindsOf = (profiles: readonly IncomingProfile[]): Set<string> =>
  new Set(profiles.flatMap(({ series }) => series.map(({ profileType }) => profileType.split(':', 3).join(':'))));
