/**
 * HTTP/1.1 and cleartext HTTP/2 on one port: gRPC clients begin the second with its preface, without asking first. The
 * server of HTTP/1.1 listens; connections that begin so are handed to one of HTTP/2, with the same handler and limits.
 */

import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  constants,
  createServer as createHttp2,
  type Http2ServerRequest,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { longestLink } from '#wire/links.ts';

/** RFC 9113, 3.4: no request of HTTP/1.1 begins with it. */
const PREFACE = 'PRI ';
/** A browser sends the link and further headers. */
const MAX_HEADER_BYTES = longestLink + (16 << 10);
const MAX_HEADERS = 128;
/** Requests at one time on a connection of HTTP/2. */
const MAX_STREAMS = 100;
/** Entries of one SETTINGS frame. */
const MAX_SETTINGS = 32;
/** How long a client may read the answer to a request that it has not sent to its end. */
const LINGER_MS = 10_000;

export interface HttpTimes {
  /** From the connection to the end of the first head. */
  readonly headMs: number;
  /** From the head of a request to its end. */
  readonly requestMs: number;
  /** Timeout of a connection without a request. */
  readonly idleMs: number;
}

/** @param handle gets requests of HTTP/2 in their compatible form, with `host` set */
export function createEitherHttp(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  { headMs, requestMs, idleMs }: HttpTimes,
): Server {
  const server = createHttp({ maxHeaderSize: MAX_HEADER_BYTES }, takeRequest);
  server.headersTimeout = headMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = idleMs;
  // The handler decides whether the client goes on.
  server.on('checkContinue', takeRequest);
  const http2 = createHttp2({
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES },
    maxHeaderListPairs: MAX_HEADERS,
    maxSettings: MAX_SETTINGS,
  });
  http2.on('request', takeRequest2).on('checkContinue', takeRequest2);
  http2.on('sessionError', () => undefined);
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    limitSession(session, { headMs, requestMs, idleMs });
  });

  // The server's own connection handler, called after ours.
  const [takeHttp] = server.listeners('connection') as [(this: Server, socket: Socket) => void];
  server.removeAllListeners('connection');
  server.on('connection', (socket) => {
    const giveUp = (): void => void socket.destroy();
    socket.once('error', giveUp);
    socket.setTimeout(headMs, giveUp);
    socket.once('data', (first) => {
      socket.pause();
      socket.off('error', giveUp);
      socket.setTimeout(0);
      socket.off('timeout', giveUp);
      socket.unshift(first);
      if (first.toString('latin1', 0, PREFACE.length) === PREFACE) http2.emit('connection', socket);
      else takeHttp.call(server, socket);
      process.nextTick(() => socket.resume());
    });
  });
  // The server knows its connections of HTTP/1.1 only.
  const { closeIdleConnections, closeAllConnections } = server;
  server.closeIdleConnections = () => {
    closeIdleConnections.call(server);
    for (const session of sessions) session.close();
  };
  server.closeAllConnections = () => {
    closeAllConnections.call(server);
    for (const session of sessions) session.destroy();
  };
  return server;

  function takeRequest(request: IncomingMessage, response: ServerResponse): void {
    response.on('finish', () => {
      if (!request.complete) setTimeout(() => request.complete || request.socket.destroy(), LINGER_MS).unref();
    });
    handle(request, response);
  }

  function takeRequest2(request: Http2ServerRequest, response: unknown): void {
    request.headers.host ??= request.headers[':authority'];
    const answer = response as ServerResponse;
    answer.on('finish', () => {
      if (!request.complete) setTimeout(() => request.stream.close(constants.NGHTTP2_NO_ERROR), LINGER_MS).unref();
    });
    handle(request as unknown as IncomingMessage, answer);
  }
}

/** Node has no such limits for HTTP/2: a session or stream stays open as long as the client likes. */
function limitSession(session: ServerHttp2Session, { headMs, requestMs, idleMs }: HttpTimes): void {
  let open = 0;
  let idle = endLater(session, headMs);
  session.on('close', () => clearTimeout(idle));
  session.on('stream', (stream: ServerHttp2Stream) => {
    open++;
    clearTimeout(idle);
    const late = stream.endAfterHeaders
      ? undefined
      : setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), requestMs).unref();
    stream.on('end', () => clearTimeout(late));
    stream.on('close', () => {
      clearTimeout(late);
      if (--open === 0 && !session.destroyed) idle = endLater(session, idleMs);
    });
  });
}

/** Measured by the clock: pings and partial headers do not count as requests. */
function endLater(session: Http2Session, ms: number): NodeJS.Timeout {
  return setTimeout(() => session.destroy(), ms).unref();
}
