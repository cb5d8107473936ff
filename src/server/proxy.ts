/** A Pyroscope instead of the own store: requests go there as they came, answers come back as they are. */

import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Backend, RequestFacts, WireAnswer, WireRequest } from './exchange.ts';
import { RpcError } from './query/rpc-error.ts';

export interface ProxyOptions {
  /** Where the Pyroscope is; a path stands before every other. */
  readonly url: string;
  /** Sent in place of the client's. */
  readonly tenant: string | undefined;
  /** The header's whole value, sent in place of the client's. */
  readonly authorization: string | undefined;
}

const TIMEOUT_MS = 60_000;
const READY_TIMEOUT_MS = 5000;
const MOST_ANSWER_BYTES = 512 << 20;
/** About one connection, not about the message; the lengths are ours, as bodies are passed on whole. */
const HOP_BY_HOP = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** A browser's secrets and circumstances are no business of the backend. */
const NOT_PASSED_ON = new Set([...HOP_BY_HOP, 'authorization', 'cookie', 'origin', 'referer', 'x-scope-orgid']);
/** Answers come under our own address: these would speak for the backend's. */
const NOT_PASSED_BACK = new Set([...HOP_BY_HOP, 'set-cookie', 'content-security-policy', 'strict-transport-security']);

export function createProxy(options: ProxyOptions): Backend {
  const base = new URL(options.url);
  const prefix = base.pathname.replace(/\/$/, '');

  const pass = async (
    request: WireRequest,
    signal: AbortSignal,
  ): Promise<{ answer: WireAnswer; facts: RequestFacts }> => {
    try {
      // The one call that is ours: a cluster does not know it.
      if (request.path.startsWith('/flametide.')) {
        throw new RpcError('unimplemented', 'The backend is a Pyroscope, which does not know this call.');
      }
      return { answer: await send(request, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])), facts: {} };
    } catch (error) {
      const failure =
        error instanceof RpcError
          ? error
          : new RpcError('internal', error instanceof Error ? error.message : String(error));
      const { code, message, httpStatus } = failure;
      const body = new TextEncoder().encode(JSON.stringify({ code, message }));
      const status = code === 'unavailable' ? 502 : httpStatus;
      return {
        answer: { status, headers: { 'content-type': 'application/json' }, body },
        facts: { refused: `backend_${code}`, message },
      };
    }
  };

  return {
    ingest: pass,
    query: pass,
    metrics: () => Promise.resolve(''),
    damage: () => [],
    async ready() {
      const asked = { method: 'GET', path: '/ready', query: '', headers: {}, body: new Uint8Array(0) };
      try {
        const { status } = await send(asked, AbortSignal.timeout(READY_TIMEOUT_MS));
        return status === 200 ? true : `The backend ${base.origin} is not ready (${status}).`;
      } catch (error) {
        return (error as Error).message;
      }
    },
    close: () => Promise.resolve(),
  };

  /** @throws (rejects) RpcError */
  function send({ method, path, query, headers, body }: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    const sent: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) if (!NOT_PASSED_ON.has(name)) sent[name] = value;
    if (options.tenant !== undefined) sent['x-scope-orgid'] = options.tenant;
    if (options.authorization !== undefined) sent.authorization = options.authorization;
    if (method !== 'GET') sent['content-length'] = String(body.length);
    return new Promise((resolve, reject) => {
      const request = (base.protocol === 'https:' ? requestHttps : requestHttp)({
        protocol: base.protocol,
        hostname: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port,
        method,
        path: prefix + path + (query === '' ? '' : `?${query}`),
        headers: sent,
        signal,
      });
      request.on('error', (error: NodeJS.ErrnoException) => reject(why(error)));
      request.on('response', (response) => {
        readAnswer(response).then(resolve, (error: Error) => {
          request.destroy();
          reject(error instanceof RpcError ? error : why(error));
        });
      });
      request.end(body);
    });

    function why(error: NodeJS.ErrnoException): RpcError {
      if (signal.aborted) {
        return (signal.reason as Error | undefined)?.name === 'TimeoutError'
          ? new RpcError('deadline_exceeded', `The backend ${base.origin} did not answer in time.`)
          : new RpcError('canceled', 'Nobody waits for the answer any more.');
      }
      return new RpcError(
        'unavailable',
        `The backend ${base.origin} cannot be reached (${error.code ?? error.message}).`,
      );
    }
  }
}

async function readAnswer(response: IncomingMessage): Promise<WireAnswer> {
  const status = response.statusCode ?? 502;
  if (status >= 300 && status < 400 && status !== 304) {
    response.resume();
    throw new RpcError('unavailable', 'The backend sends elsewhere; redirects are not followed. Is its address right?');
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_ANSWER_BYTES) throw new RpcError('resource_exhausted', 'The answer of the backend is too large.');
    chunks.push(chunk);
  }
  const trailers = plain(response.trailers, new Set());
  const answer = { status, headers: plain(response.headers, NOT_PASSED_BACK), body: Buffer.concat(chunks) };
  return Object.keys(trailers).length === 0 ? answer : { ...answer, trailers };
}

function plain(
  headers: IncomingHttpHeaders | NodeJS.Dict<string>,
  without: ReadonlySet<string>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !without.has(name)) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}
