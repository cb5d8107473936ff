/** The routes: a row for each kind of request with its path, methods and maximum body. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { mostSnapshotBytes } from '#wire/links.ts';
import { jsonAnswer, sendAnswer, textAnswer } from './answers.ts';
import { isLoopback } from './config.ts';
import type { Backend } from './exchange.ts';
import type { RequestFacts, WireAnswer, WireRequest } from './request.ts';
import type { GivenFiles } from './given-files.ts';
import { parseAppName } from './ingest/app-name.ts';
import { isUploadPath } from './ingest/upload-paths.ts';
import type { Links } from './links.ts';
import type { Markers } from './markers.ts';
import type { Metrics } from './metrics.ts';
import { defaultQueryLimits } from './query/query-limits.ts';
import { NoProfileNow, type Scraper } from './scrape/scraper.ts';
import { servePage } from './static.ts';
import { isFull, reason } from './store/folder.ts';
import type { UploadReports } from './upload-reports.ts';
import type { Work } from './work.ts';

/** Maximum body of the page's own calls. */
const MAX_API_BYTES = 1 << 16;
/** A message in a frame of gRPC, which adds five bytes. */
const MAX_QUERY_BYTES = defaultQueryLimits.mostMessageBytes + 5;

export interface RouteParts {
  /** Where index.html of the built page lies. */
  readonly pageFolder: string;
  /** Stands before every path; '' for none. */
  readonly basePath: string;
  readonly backend: Backend;
  readonly about: ServerFacts;
  readonly markers: Markers;
  readonly work: Work;
  readonly links: Links;
  readonly files: GivenFiles;
  /** The scrape targets; undefined without any. */
  readonly targets?: Pick<Scraper, 'status' | 'profileNow'>;
  /** Maximum body of an upload. */
  readonly maxBodyBytes: number;
}

/** The settings that `/api/status` shows. They do not change while the server runs, and hold no secret. */
export interface ServerFacts {
  readonly version: string;
  /** The source of the query API: the own store, or a Pyroscope, which supports fewer calls. */
  readonly source: 'embedded' | 'pyroscope';
  /** At the Pyroscope. */
  readonly tenant: string | undefined;
  /** Age at which the own store removes profiles; undefined if it keeps all, or is not asked. */
  readonly retentionMs: number | undefined;
  /** Longest range of a query; undefined if only the Pyroscope knows it. */
  readonly longestRangeMs: number | undefined;
}

/** A request that passed the guards, its body read. */
interface Call {
  readonly method: string;
  /** Without the base path and without the query. */
  readonly path: string;
  /** The part after `?`, undecoded; '' where there is none. */
  readonly query: string;
  /** Empty where the route takes none. */
  readonly body: Uint8Array;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborted when the client leaves before the answer is sent. */
  readonly gone: AbortSignal;
}

export interface Route {
  /** A label of the latencies in `/metrics`; rows may share one. */
  readonly name: string;
  matches(path: string): boolean;
  /** Others are answered 405; undefined if the row answers them. */
  readonly methods?: readonly string[];
  /** Largest body; 0 if none is read. */
  readonly bodyBytes: number;
  /** Gets paths without doubled slashes, and without one at the end: agents put theirs behind what users write. */
  readonly isTidied?: boolean;
  /** Refusals of its bodies are shown on the page. */
  readonly isUpload?: boolean;
  /** Answers without a token: reveals only that the server is up. */
  readonly isOpen?: boolean;
  /** @returns undefined when it has answered by `call.response` itself */
  answer(call: Call): WireAnswer | undefined | Promise<WireAnswer | undefined>;
}

/** The first row that matches answers; the last one matches every path. */
export function createRoutes(parts: RouteParts, metrics: Metrics, reports: UploadReports): readonly Route[] {
  const { backend, basePath, markers, work, links, files, about, maxBodyBytes } = parts;
  const page = servePage(parts.pageFolder, (response) =>
    sendAnswer(response, textAnswer(404, 'There is nothing at this address.')),
  );
  return [
    {
      name: 'ready',
      matches: (path) => path === '/ready',
      methods: ['GET'],
      bodyBytes: 0,
      isOpen: true,
      async answer() {
        const state = await backend.ready();
        return state === true ? textAnswer(200, 'ready') : textAnswer(503, state);
      },
    },
    {
      name: 'health',
      matches: (path) => path === '/healthz',
      bodyBytes: 0,
      isOpen: true,
      answer: () => textAnswer(200, 'ok'),
    },
    {
      name: 'metrics',
      matches: (path) => path === '/metrics',
      bodyBytes: 0,
      async answer() {
        const body = new TextEncoder().encode(metrics.text() + (await backend.metrics()));
        return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body };
      },
    },
    {
      name: 'status',
      matches: (path) => path === '/api/status',
      methods: ['GET'],
      bodyBytes: 0,
      async answer() {
        const state = await backend.ready();
        const problem = state === true ? undefined : state;
        const store = await backend.storeStatus?.().catch(() => undefined);
        const { refusals, alterations } = reports;
        const { changed } = metrics;
        return jsonAnswer(200, {
          ...about,
          problem,
          store,
          refusals,
          alterations,
          changed,
          damage: backend.damage(),
          targets: parts.targets?.status() ?? [],
        });
      },
    },
    {
      name: 'files',
      matches: (path) => isBelow('/api/files', path),
      methods: ['GET'],
      bodyBytes: 0,
      answer: ({ path, response }) => files.answer(path, response),
    },
    {
      name: 'buildinfo',
      matches: (path) => path === '/api/v1/status/buildinfo' && about.source === 'embedded',
      methods: ['GET'],
      bodyBytes: 0,
      answer() {
        const { version } = about;
        const data = { version, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' };
        return jsonAnswer(200, { status: 'success', data });
      },
    },
    {
      name: 'links',
      matches: (path) => isBelow('/api/links', path),
      bodyBytes: MAX_API_BYTES,
      answer: ({ method, path, body }) => links.answer(method, path, body),
    },
    {
      name: 'links',
      matches: (path) => path === '/api/snapshots',
      bodyBytes: mostSnapshotBytes,
      answer: ({ method, path, body }) => links.answer(method, path, body),
    },
    {
      name: 'links',
      matches: (path) => isBelow('/api/snapshots', path),
      bodyBytes: 0,
      answer: ({ method, path, body }) => links.answer(method, path, body),
    },
    {
      name: 'short',
      matches: (path) => path.startsWith('/s/'),
      methods: ['GET', 'HEAD'],
      bodyBytes: 0,
      answer: ({ path }) => links.follow(path),
    },
    {
      name: 'markers',
      matches: (path) => isBelow('/api/markers', path),
      bodyBytes: MAX_API_BYTES,
      answer: ({ method, path, query, body }) => markers.answer(method, path, query, body),
    },
    {
      name: 'work',
      matches: (path) => path === '/api/work',
      bodyBytes: MAX_API_BYTES,
      answer: ({ method, query, body, gone }) => work.answer(method, query, body, gone),
    },
    {
      name: 'targets',
      matches: (path) => path === '/api/targets/profile',
      methods: ['POST'],
      bodyBytes: 0,
      async answer({ query }) {
        const service = new URLSearchParams(query).get('service') ?? '';
        try {
          if (parts.targets === undefined) return textAnswer(404, 'This Flametide fetches no profiles.');
          return jsonAnswer(200, await parts.targets.profileNow(service));
        } catch (error) {
          if (!(error instanceof NoProfileNow)) throw error;
          return textAnswer({ unknown: 404, busy: 409, failed: 502 }[error.why], error.message);
        }
      },
    },
    {
      name: 'services',
      matches: (path) => path.startsWith('/api/services/'),
      methods: ['DELETE'],
      bodyBytes: 0,
      async answer({ path }) {
        const service = serviceAt(path);
        if (service === undefined) return textAnswer(400, 'The name of the service is not valid percent-encoding.');
        const isDropped = await backend.dropService?.(service);
        if (isDropped) reports.removed(service);
        let counts: number;
        try {
          counts = await work.removeService(service);
        } catch (error) {
          const before = isDropped ? 'The profiles of the service were removed, ' : 'The service has no profiles, ';
          const text = `${before}but the counts of its requests cannot be removed: ${reason(error)}. Remove the service again.`;
          return textAnswer(isFull(error) ? 507 : 503, text);
        }
        if (isDropped === true || counts > 0) return jsonAnswer(200, { counts });
        if (isDropped === undefined)
          return textAnswer(501, 'This Flametide stores no profiles itself: remove the service at its backend.');
        return textAnswer(404, 'There is no service of this name.');
      },
    },
    {
      name: 'ingest',
      matches: isUploadPath,
      bodyBytes: maxBodyBytes,
      isTidied: true,
      isUpload: true,
      async answer(call) {
        const { path, body, gone } = call;
        // The body goes to another thread: its length is known here only before.
        const { length } = body;
        const { answer, facts } = await backend.ingest(wireRequest(call), gone);
        reports.uploaded(path, length, facts);
        const service = facts.service ?? serviceIn(call);
        if (isHeard(call, facts)) reports.uploadRefused({ path, facts, service, isPassing: answer.status >= 500 });
        return answer;
      },
    },
    {
      name: 'query',
      // `/package.v1.Service/Method`: a call, known or not.
      matches: (path) =>
        path.startsWith('/pyroscope/') ||
        path.startsWith('/api/v1/status/') ||
        /^\/[a-z][\w.]*\.v1\.[A-Z]\w*\/\w+$/.test(path),
      bodyBytes: MAX_QUERY_BYTES,
      isTidied: true,
      async answer(call) {
        const { answer, facts } = await backend.query(wireRequest(call), call.gone);
        if (isHeard(call, facts)) reports.refused(call.path, facts);
        return answer;
      },
    },
    {
      name: 'page',
      matches: () => true,
      bodyBytes: 0,
      answer({ method, path, query, request, response }) {
        if (method !== 'GET' && method !== 'HEAD') {
          const text = reports.missed(request, basePath) ?? 'This address accepts only GET.';
          return textAnswer(405, text, { allow: 'GET, HEAD' });
        }
        request.url = query === '' ? path : `${path}?${query}`;
        page(request, response);
        return undefined;
      },
    },
  ];
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** The name in `/api/services/NAME`. @returns undefined if it is not valid */
function serviceAt(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice('/api/services/'.length)) || undefined;
  } catch {
    return undefined;
  }
}

/** A client that left does not count as refused. */
function isHeard({ gone }: Call, { refused }: RequestFacts): boolean {
  return refused !== undefined && !gone.aborted;
}

/** The service of an upload to `/ingest`, from its address. */
function serviceIn({ query }: Call): string | undefined {
  const name = new URLSearchParams(query).get('name');
  if (name === null) return undefined;
  try {
    const { app, labels } = parseAppName(name);
    return labels.get('service_name') ?? app;
  } catch {
    // The name is what it was refused for.
    return undefined;
  }
}

function wireRequest({ method, path, query, request, body }: Call): WireRequest {
  return { method, path, query, headers: plainHeaders(request), body, isLocal: isLocal(request) };
}

/** A request through a local proxy is not local; proxies add a header. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  if (['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'].some((name) => name in headers)) return false;
  return isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // Pseudo-headers of HTTP/2 begin with a colon.
    if (value !== undefined && !name.startsWith(':')) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
