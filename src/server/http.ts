/** From a request to an answer: guards first, then the routes, then the page. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { formatCount } from '#model/units.ts';
import { longestLink, mostSnapshotBytes } from '#wire/links.ts';
import { isLoopback } from './config.ts';
import { createEitherHttp } from './either-http.ts';
import type { Backend, Log, RequestFacts, WireAnswer, WireRequest } from './exchange.ts';
import { asksForFiles, type GivenFiles } from './given-files.ts';
import { denied, type Guards } from './guards.ts';
import { asksForLinks, type Links } from './links.ts';
import { messagePage } from './message-page.ts';
import { Metrics } from './metrics.ts';
import type { Markers } from './markers.ts';
import { servePage } from './static.ts';

/** Inline styles are React's and the pop-ups' placement; inline scripts there are none. */
const contentSecurityPolicy = (embedIn: readonly string[]): string =>
  [
    "default-src 'self'",
    "worker-src 'self' blob:",
    "img-src 'self' data: blob:",
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    `frame-ancestors ${embedIn.length === 0 ? "'none'" : embedIn.join(' ')}`,
    "form-action 'none'",
  ].join('; ');
/** What the own calls of the page may send. */
const MOST_API_BYTES = 1 << 16;
/** Of a refusal's words, as the page shows them. */
const LONGEST_REFUSAL = 500;
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const LINGER_MS = 2000;

export interface ServerParts extends Guards {
  /** Where index.html of the built page lies. */
  readonly pageFolder: string;
  /** Stands before every path; '' for none. */
  readonly basePath: string;
  /** Origins of pages that may show this one in a frame. */
  readonly embedIn: readonly string[];
  readonly backend: Backend;
  readonly about: ServerFacts;
  readonly markers: Markers;
  readonly links: Links;
  readonly files: GivenFiles;
  readonly maxBodyBytes: number;
  readonly log: Log;
}

/** What does not change while the server runs, as `/api/status` tells it. No secret may be in it. */
export interface ServerFacts {
  readonly version: string;
  /** What stands behind the query API: the own store, or a Pyroscope that knows less. */
  readonly source: 'embedded' | 'pyroscope';
  /** At the Pyroscope. */
  readonly tenant: string | undefined;
  /** Age at which the own store removes profiles; undefined where it keeps all, or is not asked. */
  readonly retentionMs: number | undefined;
  /** Of one query; undefined where only the Pyroscope knows. */
  readonly longestRangeMs: number | undefined;
}

/** Where requests go, by path. Also the labels of the latencies in `/metrics`. */
type Route =
  | 'ingest'
  | 'query'
  | 'markers'
  | 'links'
  | 'short'
  | 'files'
  | 'status'
  | 'buildinfo'
  | 'ready'
  | 'health'
  | 'metrics'
  | 'page';

/** A server that does not listen yet. */
export function createFlametideServer(parts: ServerParts): Server {
  const { basePath, log } = parts;
  const policy = contentSecurityPolicy(parts.embedIn);
  const page = servePage(parts.pageFolder, basePath, (response) =>
    answer(response, 404, 'There is nothing at this address.'),
  );
  const metrics = new Metrics();
  /** Uploads that were refused, by kind: how many, and the words of the last. The kinds are few. */
  const refusals = new Map<string, { count: number; last: string; lastMs: number }>();

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const began = performance.now();
    const id = requestId(request);
    response.setHeader('X-Request-Id', id);
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    const [fullPath, query = ''] = splitOnce(request.url ?? '/', '?');
    const path = withoutBase(fullPath, basePath);
    const route = path === undefined ? 'page' : routeOf(path, parts.about.source);
    response.on('close', () => metrics.request(route, response.statusCode, (performance.now() - began) / 1000));
    const denial = denied(request.headers, parts, route === 'ready' || route === 'health');
    if (denial !== undefined) {
      for (const [name, value] of Object.entries(denial.headers ?? {})) response.setHeader(name, value);
      return answer(response, denial.status, denial.message);
    }
    if (path === undefined) return answer(response, 404, `This Flametide lives under ${basePath}/.`);
    // What the page asks for next is found beside it.
    if (basePath !== '' && fullPath === basePath) {
      response.writeHead(308, { Location: `${basePath}/${query === '' ? '' : `?${query}`}` });
      return void response.end();
    }
    take(route, path, query, request, response).catch((error: unknown) => {
      if (error instanceof TooLarge) {
        if (request.httpVersionMajor === 1) response.setHeader('Connection', 'close');
        return answer(response, 413, error.message);
      }
      if (response.destroyed || request.destroyed) return;
      log.error(`request ${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      if (!response.headersSent) answer(response, 500, `Something failed inside; the log tells more of request ${id}.`);
    });
  };
  const server = createEitherHttp(handle, HEAD_TIMEOUT_MS);
  server.headersTimeout = HEAD_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseUnread(error, socket as Socket, basePath));
  return server;

  async function take(
    route: Route,
    path: string,
    query: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { backend, markers, links } = parts;
    switch (route) {
      case 'ingest':
      case 'query': {
        const wire: WireRequest = {
          method: request.method ?? 'GET',
          path,
          query,
          headers: plainHeaders(request),
          body: await readBody(request, parts.maxBodyBytes),
          isLocal: isLocal(request),
        };
        const hangUp = new AbortController();
        response.on('close', () => {
          if (!response.writableFinished) hangUp.abort();
        });
        const size = wire.body.length;
        const { answer: made, facts } = await backend[route](wire, hangUp.signal);
        if (route === 'ingest') {
          tellChanges(path, facts);
          metrics.ingested(size, facts);
        }
        // Whoever hung up is refused nothing.
        if (!hangUp.signal.aborted) tell(route, path, facts);
        return send(response, made);
      }
      case 'markers':
        return send(
          response,
          markers.answer(request.method ?? 'GET', path, query, await readBody(request, MOST_API_BYTES)),
        );
      case 'links': {
        const most = path === '/api/snapshots' ? mostSnapshotBytes : MOST_API_BYTES;
        return send(response, await links.answer(request.method ?? 'GET', path, await readBody(request, most)));
      }
      case 'short':
        if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(response, 'GET, HEAD');
        return send(response, links.follow(path, basePath));
      case 'files':
        if (request.method !== 'GET') return refuseMethod(response, 'GET');
        return parts.files.answer(path, response);
      case 'status': {
        if (request.method !== 'GET') return refuseMethod(response, 'GET');
        const state = await backend.ready();
        return json(response, {
          ...parts.about,
          problem: state === true ? undefined : state,
          refusals: [...refusals].map(([kind, facts]) => ({ kind, ...facts })),
          changed: metrics.changed,
          damage: backend.damage(),
        });
      }
      case 'buildinfo': {
        if (request.method !== 'GET') return refuseMethod(response, 'GET');
        const { version } = parts.about;
        const data = { version, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' };
        return json(response, { status: 'success', data });
      }
      case 'ready': {
        if (request.method !== 'GET') return refuseMethod(response, 'GET');
        const state = await backend.ready();
        return state === true ? answer(response, 200, 'ready') : answer(response, 503, state);
      }
      case 'health':
        return answer(response, 200, 'ok');
      case 'metrics': {
        const text = metrics.text() + (await backend.metrics());
        response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
        return void response.end(text);
      }
      case 'page':
        if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(response, 'GET, HEAD');
        request.url = query === '' ? path : `${path}?${query}`;
        return page(request, response);
    }
  }

  /**
   * What is kept but not as it was sent. The first time is told to whoever reads the log, the others to those who ask for
   * more: an agent sends the like all day. Values of nothing are no change: agents send many.
   */
  function tellChanges(path: string, { service = '', trimmed }: RequestFacts): void {
    const { cutStacks = 0, labelsDropped = 0 } = trimmed ?? {};
    const { changed } = metrics;
    if (cutStacks > 0) {
      const text = `${path} of ${service}: ${cutStacks} stacks were too deep and lost their leaf end (limits.maxDepth).`;
      log[changed.cutStacks === 0 ? 'warn' : 'info'](text);
    }
    if (labelsDropped > 0) {
      const text = `${path} of ${service}: the samples have too many sets of labels; they were kept without these.`;
      log[changed.unlabelledProfiles === 0 ? 'warn' : 'info'](text);
    }
  }

  /** Refusals are told in the log, since agents do not tell them. */
  function tell(route: Route, path: string, { refused, message }: RequestFacts): void {
    if (refused === undefined) return;
    metrics.refused(refused);
    log.warn(`${path} refused (${refused}): ${message ?? ''}`);
    if (route !== 'ingest') return;
    const count = (refusals.get(refused)?.count ?? 0) + 1;
    refusals.set(refused, { count, last: (message ?? '').slice(0, LONGEST_REFUSAL), lastMs: Date.now() });
  }
}

/** What is no request, or one too long to be read. */
function refuseUnread({ code }: NodeJS.ErrnoException, socket: Socket, basePath: string): void {
  if (!socket.writable) return void socket.destroy();
  const [status, text] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ([
          '431 Request Header Fields Too Large',
          `The address, or what the browser sends with it, is too long. Links have at most ${formatCount(longestLink)} letters.`,
        ] as const)
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? (['408 Request Timeout', 'The request took too long.'] as const)
        : (['400 Bad Request', 'This is no request that can be read.'] as const);
  const body = messagePage('This cannot be opened', text, basePath);
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  // What is still on its way is read and dropped: closed at once, the connection would be reset, and the answer lost.
  socket.resume();
  socket.setTimeout(LINGER_MS, () => socket.destroy());
}

function routeOf(path: string, source: ServerFacts['source']): Route {
  if (path === '/ready') return 'ready';
  if (path === '/healthz') return 'health';
  if (path === '/metrics') return 'metrics';
  if (path === '/api/status') return 'status';
  if (asksForFiles(path)) return 'files';
  if (path === '/api/v1/status/buildinfo' && source === 'embedded') return 'buildinfo';
  if (asksForLinks(path)) return 'links';
  if (path.startsWith('/s/')) return 'short';
  if (path === '/api/markers' || path.startsWith('/api/markers/')) return 'markers';
  if (
    path === '/ingest' ||
    path === '/pyroscope/ingest' ||
    path === '/v1development/profiles' ||
    path.startsWith('/push.v1.') ||
    path.startsWith('/opentelemetry.proto.collector.profiles.')
  ) {
    return 'ingest';
  }
  if (path.startsWith('/pyroscope/') || path.startsWith('/api/v1/status/')) return 'query';
  // `/package.v1.Service/Method`: a call, known or not.
  return /^\/[a-z][\w.]*\.v1\.[A-Z]\w*\/\w+$/.test(path) ? 'query' : 'page';
}

function withoutBase(path: string, basePath: string): string | undefined {
  if (basePath === '') return path;
  if (path === basePath) return '/';
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined;
}

class TooLarge extends Error {}

/** Counts what comes, as chunked bodies do not say their length. @throws (rejects) TooLarge */
async function readBody(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) throw new TooLarge(`The body is larger than ${most} bytes, the most that is taken.`);
    chunks.push(chunk);
  }
  // A buffer of its own: it goes to another thread as it is.
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** What comes through a proxy on this machine goes on elsewhere, and proxies say so. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  if (['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'].some((name) => name in headers)) return false;
  return isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

/** The client's own, so that its log and ours can be read together. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

function send(response: ServerResponse, { status, headers, body, trailers }: WireAnswer): void {
  if (response.destroyed) return;
  if (trailers === undefined) {
    response.writeHead(status, { ...headers, 'Content-Length': body.length });
    response.end(body);
    return;
  }
  response.writeHead(status, { ...headers, Trailer: Object.keys(trailers).join(', ') });
  response.write(body);
  response.addTrailers(trailers);
  response.end();
}

function refuseMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed);
  answer(response, 405, 'This address can only be read.');
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(value));
}

/** One line of text. */
function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}

function splitOnce(text: string, at: string): [string, string?] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}
