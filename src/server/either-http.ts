/**
 * HTTP/1.1 and cleartext HTTP/2 on one port: gRPC clients begin the second with its preface, without asking first. The
 * server of HTTP/1.1 listens; connections that begin so are handed to one of HTTP/2, with the same handler.
 */

import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { longestLink } from '#wire/links.ts';

/** RFC 9113, 3.4: no request of HTTP/1.1 begins with it. */
const PREFACE = 'PRI ';
/** A browser sends the link it shows, and more beside it. */
const MOST_HEADER_BYTES = longestLink + (16 << 10);

/**
 * @param handle gets requests of HTTP/2 in their compatible form, with `host` set.
 * @param firstBytesMs how long a connection may say nothing
 */
export function createEitherHttp(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  firstBytesMs: number,
): Server {
  const http2 = createHttp2((request, response) => {
    request.headers.host = request.headers[':authority'];
    handle(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  const server = createHttp({ maxHeaderSize: MOST_HEADER_BYTES }, handle);
  // The server's own way to take a connection; it comes second now.
  const [takeHttp] = server.listeners('connection') as [(this: Server, socket: Socket) => void];
  server.removeAllListeners('connection');
  server.on('connection', (socket) => {
    const giveUp = (): void => void socket.destroy();
    socket.once('error', giveUp);
    socket.setTimeout(firstBytesMs, giveUp);
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
  return server;
}
