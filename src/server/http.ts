/** From a request to an answer: guards first, then the routes, then the page. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isLoopback } from './config.ts';
import { servePage } from './static.ts';

/** Inline styles are React's and the pop-ups' placement; inline scripts there are none. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "worker-src 'self' blob:",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ');

/**
 * A server that does not listen yet.
 * @param host the address that it will listen on: on loopback a request must name this machine.
 * @param pageFolder where index.html of the built page lies.
 */
export function createFlametideServer({ host, pageFolder }: { host: string; pageFolder: string }): Server {
  const page = servePage(pageFolder, (response) => answer(response, 404, 'There is nothing at this address.'));

  return createServer((request, response) => {
    response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    if (isLoopback(host) && !namesThisMachine(request)) {
      return answer(response, 403, 'This Flametide answers to localhost only; it was asked for under another name.');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return answer(response, 405, 'This address can only be read.');
    }
    const path = request.url?.split('?', 1)[0];
    if (path === '/ready' || path === '/healthz') return answer(response, 200, 'ok');
    return page(request, response);
  });
}

/**
 * Whether the Host header is a name of this machine, whatever the port: through a tunnel it is another one. A foreign
 * name means that a page elsewhere had its own name point here (DNS rebinding), to read what is served.
 */
function namesThisMachine(request: IncomingMessage): boolean {
  return isLoopback((request.headers.host ?? '').toLowerCase().replace(/:\d*$/, ''));
}

/** One line of text. */
function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}
