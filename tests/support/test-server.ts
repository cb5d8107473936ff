/** The HTTP server over a backend that echoes its requests. */

import { type IncomingHttpHeaders, request, type Server } from 'node:http';
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '#server/exchange.ts';
import type { RequestFacts, WireAnswer, WireRequest } from '#server/request.ts';
import { GivenFiles } from '#server/given-files.ts';
import { createFlametideServer, type ServerParts } from '#server/http.ts';
import type { ServerFacts } from '#server/routes.ts';
import { Work } from '#server/work.ts';

export const ABOUT: ServerFacts = {
  version: '1.2.3',
  source: 'embedded',
  tenant: undefined,
  retentionMs: 3_600_000,
  longestRangeMs: 86_400_000,
};

/** Echoes its requests. */
export const backend: Backend = {
  ingest: (asked) => Promise.resolve(echo('ingest', asked)),
  query: (asked) => Promise.resolve(echo('query', asked)),
  metrics: () => Promise.resolve('# HELP own_metric One.\n# TYPE own_metric gauge\nown_metric 1\n'),
  damage: () => ['A stored block was left out.'],
  ready: () => Promise.resolve(true),
  close: () => Promise.resolve(),
};

export function echo(
  door: string,
  { method, path, query, headers, body }: WireRequest,
): { answer: WireAnswer; facts: RequestFacts } {
  const text = new TextDecoder().decode(body);
  const told = [door, method, path, query, headers['x-scope-orgid'] ?? '', text].join(' ');
  const answer = { status: 200, headers: {}, body: new TextEncoder().encode(told) };
  if (path.startsWith('/trailers')) return { answer: { ...answer, trailers: { 'grpc-status': '0' } }, facts: {} };
  if (text === 'refuse') return { answer, facts: { refused: 'bad', message: 'no' } };
  const changes = {
    service: 'shop',
    dropped: 4,
    trimmed: { cutStacks: 2, labelsDropped: 1, negativeValues: 3, cumulative: 1, cutOff: 0 },
  };
  return { answer, facts: text === 'change' ? changes : {} };
}

/** A server configured for `host` that actually listens on loopback. */
export function listen(
  parts: Pick<ServerParts, 'pageFolder' | 'markers' | 'links'> & Partial<ServerParts>,
): Promise<Server> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const made = createFlametideServer({
    host: '127.0.0.1',
    token: undefined,
    basePath: '',
    embedIn: [],
    backend,
    about: ABOUT,
    files: new GivenFiles([]),
    work: new Work({
      folder: mkdtempSync(join(tmpdir(), 'flametide-work-')),
      retentionMs: undefined,
      maxFutureMs: 600_000,
    }),
    maxBodyBytes: 1000,
    log,
    ...parts,
  });
  return new Promise((resolve) => made.listen(0, '127.0.0.1', () => resolve(made)));
}

/** One request by hand, as fetch sets the host itself and tidies paths. */
export function ask(
  server: Server,
  path: string,
  {
    headers = {},
    method = 'GET',
    body = '',
  }: { headers?: Record<string, string>; method?: string; body?: string | Uint8Array } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, method, headers, agent: false, maxHeaderSize: 1 << 17 }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
