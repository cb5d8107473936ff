/** Builds and sends answers; nothing else writes response headers. */

import type { ServerResponse } from 'node:http';
import type { WireAnswer } from './request.ts';

export function jsonAnswer(status: number, value: unknown): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: new TextEncoder().encode(JSON.stringify(value)),
  };
}

/** One line of text. */
export function textAnswer(status: number, text: string, headers: WireAnswer['headers'] = {}): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: new TextEncoder().encode(`${text}\n`),
  };
}

export function sendAnswer(response: ServerResponse, { status, headers, body, trailers }: WireAnswer): void {
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
