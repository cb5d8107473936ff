/** A Pyroscope instead of the own store: requests and answers are passed on unchanged. */

import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Backend } from './exchange.ts';
import type { RequestFacts, WireAnswer, WireRequest } from './request.ts';
import { RpcError } from './rpc/rpc-error.ts';
import { ByteBudget } from './request-body.ts';

export interface ProxyOptions {
  /** The address of the Pyroscope; its path is a prefix of all others. */
  readonly url: string;
  /** Sent in place of the client's. */
  readonly tenant: string | undefined;
  /** The header's whole value, sent in place of the client's. */
  readonly authorization: string | undefined;
}

const TIMEOUT_MS = 60_000;
const READY_TIMEOUT_MS = 5000;
/** Characters of a backend's error in the log. */
const MAX_SAID = 300;
/** Bytes of all answers in progress. */
const MAX_ANSWER_BYTES = 512 << 20;
/**
 * The headers that Connect, gRPC and the older calls read: the backend does not need the client's identity or address.
 */
const PASSED_ON = [
  'accept',
  'accept-encoding',
  'connect-protocol-version',
  'connect-timeout-ms',
  'content-encoding',
  'content-type',
  'grpc-accept-encoding',
  'grpc-encoding',
  'grpc-timeout',
  'user-agent',
  'x-grpc-web',
  'x-request-id',
  'x-user-agent',
];
/** Only these headers are passed back: others would apply to our own address. */
const PASSED_BACK = [
  'accept-encoding',
  'accept-post',
  'allow',
  'cache-control',
  'content-encoding',
  'content-type',
  'date',
  'grpc-accept-encoding',
  'grpc-encoding',
  'grpc-message',
  'grpc-status',
  'grpc-status-details-bin',
  'retry-after',
  'vary',
];
/** The calls of Pyroscope's API, and the older pages. No `.` stands alone in it, and nothing is escaped. */
const PATH = /^(\/[A-Za-z0-9][\w-]*(\.\w+)*)+$/;

export function createProxy(options: ProxyOptions): Backend {
  const base = new URL(options.url);
  const budget = new ByteBudget(MAX_ANSWER_BYTES);
  const prefix = base.pathname.replace(/\/$/, '');

  const pass = async (
    request: WireRequest,
    signal: AbortSignal,
  ): Promise<{ answer: WireAnswer; facts: RequestFacts }> => {
    try {
      if (!PATH.test(request.path)) throw new RpcError('not_found', 'The backend has nothing at this address.');
      // The one call that is ours: a cluster does not know it.
      if (request.path.startsWith('/flametide.')) {
        throw new RpcError('unimplemented', 'The backend is a Pyroscope, which does not know this call.');
      }
      const answer = await send(request, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
      return { answer, facts: factsOf(answer) };
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
    const sent = only(headers, PASSED_ON);
    if (options.tenant !== undefined) sent['x-scope-orgid'] = options.tenant;
    if (options.authorization !== undefined) sent.authorization = options.authorization;
    if (method !== 'GET') sent['content-length'] = String(body.length);
    return new Promise((resolve, reject) => {
      const request = (base.protocol === 'https:' ? requestHttps : requestHttp)({
        protocol: base.protocol,
        hostname: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port,
        method,
        path: prefix + path + (query === '' ? '' : `?${escapeQuery(query)}`),
        headers: sent,
        signal,
      });
      let isAnswered = false;
      request.on('error', (error: NodeJS.ErrnoException) => reject(why(error)));
      // A switch to another protocol is neither an answer nor an error.
      request.on('close', () => {
        if (!isAnswered) reject(why(new Error('it closed the connection without an answer')));
      });
      request.on('response', (response) => {
        isAnswered = true;
        readAnswer(response, budget).then(resolve, (error: Error) => {
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
          : new RpcError('canceled', 'The client no longer waits for the answer.');
      }
      return new RpcError(
        'unavailable',
        `The backend ${base.origin} cannot be reached (${error.code ?? error.message}).`,
      );
    }
  }
}

/** Refusals of the backend are reported like ours. Only the operator of this server can correct wrong credentials. */
function factsOf({ status, headers, body }: WireAnswer): RequestFacts {
  if (status < 400) return {};
  const isPlain = /^(text\/plain|application\/json)/.test(headers['content-type'] ?? '');
  const said = isPlain && headers['content-encoding'] === undefined ? Buffer.from(body.subarray(0, MAX_SAID)) : '';
  const remedy =
    status === 401 || status === 403
      ? ' Start Flametide with --tenant, or with FLAMETIDE_BACKEND_AUTHORIZATION set to its credentials.'
      : '';
  const message = `The backend answered ${status}${said.length > 0 ? `: ${said.toString().trim()}` : ''}.${remedy}`;
  return { refused: status === 401 || status === 403 ? 'backend_unauthenticated' : 'backend_refused', message };
}

/** @throws (rejects) RpcError */
async function readAnswer(response: IncomingMessage, budget: ByteBudget): Promise<WireAnswer> {
  const status = response.statusCode ?? 502;
  if (status >= 300 && status < 400 && status !== 304) {
    response.resume();
    throw new RpcError(
      'unavailable',
      'The backend answered with a redirect, which is not followed: check its address.',
    );
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (!budget.take(chunk.length, length))
        throw new RpcError('resource_exhausted', 'The answers of the backend are too large: ask for less, or later.');
      length += chunk.length;
      chunks.push(chunk);
    }
  } finally {
    budget.giveBack(length);
  }
  const trailers = only(response.trailers, PASSED_BACK);
  const answer = { status, headers: only(response.headers, PASSED_BACK), body: Buffer.concat(chunks) };
  return Object.keys(trailers).length === 0 ? answer : { ...answer, trailers };
}

function only(headers: IncomingHttpHeaders | NodeJS.Dict<string>, names: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}

/** Escapes bytes that are not allowed in an address, and `#`, which would end it. */
function escapeQuery(query: string): string {
  return query.replace(/[^!"$-~]/gu, (character) => {
    const bytes = Buffer.from(character, character <= '\xff' ? 'latin1' : 'utf8');
    return bytes.toString('hex').replace(/../g, (byte) => `%${byte.toUpperCase()}`);
  });
}
