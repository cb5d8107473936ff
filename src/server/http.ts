/** From a request to an answer: guards first, then the body, then the route that takes it. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { formatCount } from '#model/units.ts';
import { longestLink } from '#wire/links.ts';
import { sendAnswer, textAnswer } from './answers.ts';
import { createEitherHttp } from './either-http.ts';
import type { Log } from './exchange.ts';
import type { WireAnswer } from './request.ts';
import { denied, type Guards } from './guards.ts';
import { isOtlpPath } from './ingest/upload-paths.ts';
import { messagePage } from './message-page.ts';
import { Metrics } from './metrics.ts';
import type { OtlpPorts } from './otlp-ports.ts';
import { BodyRefusal, ByteBudget, ClientLeft, readBody, RETRY_AFTER_S } from './request-body.ts';
import { belowBase, readTarget, type RequestPath } from './request-path.ts';
import { createRoutes, type Route, type RouteParts } from './routes.ts';
import { UploadReports } from './upload-reports.ts';

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
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Longer than that of common proxies (60 s): the sender of requests should close the connection. */
const IDLE_MS = 75_000;
const LINGER_MS = 2000;
const NO_BODY = new Uint8Array(0);
const ONLY_OTLP =
  'This port takes profiles of OpenTelemetry alone: send them to /v1development/profiles, or over gRPC. Flametide stores no traces, metrics and logs.';

export interface ServerParts extends Guards, RouteParts {
  /** Ports for profiles of OpenTelemetry alone, whatever the base path. */
  readonly otlpPorts?: Pick<OtlpPorts, 'has'> | undefined;
  /** Origins of pages that may show this one in a frame. */
  readonly embedIn: readonly string[];
  readonly log: Log;
}

/** A server that does not listen yet. */
export function createFlametideServer(parts: ServerParts): Server {
  const { basePath, log } = parts;
  const policy = contentSecurityPolicy(parts.embedIn);
  const metrics = new Metrics();
  const reports = new UploadReports(metrics, log);
  const routes = createRoutes(parts, metrics, reports);
  const budget = new ByteBudget(Math.max(...routes.map(({ bodyBytes }) => bodyBytes)));
  const page = routes.at(-1)!;

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    take(request, response).catch((error: unknown) => {
      log.error(`A request could not be answered: ${error instanceof Error ? error.stack : String(error)}`);
      request.destroy();
    });
  };
  /** @throws (rejects) only what nobody foresaw */
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const began = performance.now();
    const id = requestId(request);
    response.setHeader('X-Request-Id', id);
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    const whole = readTarget(request.url ?? '/');
    const isOtlpPort = parts.otlpPorts?.has(request.socket.localPort) === true;
    const target = isOtlpPort ? whole : belowBase(whole, basePath);
    const route = target === undefined ? page : routes.find((row) => row.matches(pathFor(row, target)))!;
    response.on('close', () => metrics.request(route.name, response.statusCode, (performance.now() - began) / 1000));
    const denial = denied(request.headers, parts, route.isOpen ?? false);
    if (denial !== undefined) return sendAnswer(response, textAnswer(denial.status, denial.message, denial.headers));
    if (isOtlpPort && !isOtlpPath(whole.tidy)) return sendAnswer(response, textAnswer(404, ONLY_OTLP));
    if (target === undefined) {
      reports.missed(request, basePath);
      return sendAnswer(response, textAnswer(404, `Addresses of this Flametide begin with ${basePath}/.`));
    }
    const { query } = target;
    const path = pathFor(route, target);
    // The page loads its parts relative to this address.
    if (basePath !== '' && whole.path === basePath) {
      const location = `${basePath.split('/').at(-1)}/${query === '' ? '' : `?${query}`}`;
      return sendAnswer(response, { status: 308, headers: { location }, body: NO_BODY });
    }
    try {
      await answerBy(route, path, query, request, response, budget);
    } catch (error) {
      if (error instanceof BodyRefusal) {
        const { status, slug, message } = error;
        const facts = { refused: slug, message };
        if (route.isUpload) reports.uploadRefused({ path, facts, isPassing: status === 503 });
        else reports.refused(path, facts);
        const headers: Record<string, string> = status === 503 ? { 'retry-after': String(RETRY_AFTER_S) } : {};
        return sendAnswer(response, textAnswer(status, message, headers));
      }
      // HTTP/2 does not say of every request that it is destroyed.
      if (error instanceof ClientLeft || response.destroyed || request.destroyed) return;
      log.error(`request ${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      if (response.headersSent) return;
      sendAnswer(response, textAnswer(500, `Internal error: the log has the details of request ${id}.`));
    }
  };
  const server = createEitherHttp(handle, { headMs: HEAD_TIMEOUT_MS, requestMs: REQUEST_TIMEOUT_MS, idleMs: IDLE_MS });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseUnread(error, socket as Socket, basePath));
  return server;
}

/** @throws (rejects) BodyRefusal, and what a route did not foresee */
async function answerBy(
  route: Route,
  path: string,
  query: string,
  request: IncomingMessage,
  response: ServerResponse,
  budget: ByteBudget,
): Promise<void> {
  const { method = 'GET' } = request;
  const { methods } = route;
  if (methods !== undefined && !methods.includes(method)) return sendAnswer(response, refuseMethod(methods));
  const hangUp = new AbortController();
  response.on('close', () => {
    // HTTP/2 says of a stream that was reset that it is finished.
    if (!response.writableEnded) hangUp.abort();
  });
  const body = route.bodyBytes > 0 ? await readBody(request, response, route.bodyBytes, budget) : undefined;
  try {
    const call = { method, path, query, body: body?.bytes ?? NO_BODY, request, response, gone: hangUp.signal };
    const made = await route.answer(call);
    if (made !== undefined) sendAnswer(response, made);
  } finally {
    body?.release();
  }
}

/** Malformed or too large requests. */
function refuseUnread({ code }: NodeJS.ErrnoException, socket: Socket, basePath: string): void {
  if (!socket.writable) return void socket.destroy();
  const [status, text] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ([
          '431 Request Header Fields Too Large',
          `The address, or what the browser sends with it, is too long. Links have at most ${formatCount(longestLink)} characters.`,
        ] as const)
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? (['408 Request Timeout', 'The request took too long.'] as const)
        : (['400 Bad Request', 'Malformed request.'] as const);
  const body = messagePage('This cannot be opened', text, basePath);
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  // The rest of the request is read and dropped: closing at once would reset the connection and lose the answer.
  socket.resume();
  socket.setTimeout(LINGER_MS, () => socket.destroy());
}

function refuseMethod(methods: readonly string[]): WireAnswer {
  return textAnswer(405, `This address accepts only ${methods.join(' or ')}.`, { allow: methods.join(', ') });
}

function pathFor({ isTidied = false }: Route, { path, tidy }: RequestPath): string {
  return isTidied ? tidy : path;
}

/** The client's id if it sent one, so that both logs can be matched. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}
