/**
 * Unary calls over HTTP/1.1 in Connect, gRPC-web and gRPC, each with protobuf or JSON.
 *
 * A layer of our own instead of connect-node's: its handlers return message objects, and a merged answer of a million nodes
 * would cost more as objects than its whole work. Here a handler answers with encoded bytes, for either codec.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { WireAnswer, WireRequest } from '../request.ts';
import { type StopCheck, Stopped } from '../store/profile-reader.ts';
import { RpcError } from './rpc-error.ts';

export type Codec = 'proto' | 'json';

export interface RpcCall {
  readonly codec: Codec;
  /** Unpacked. JSON is UTF-8 text. */
  readonly message: Uint8Array;
  /** Headers of the request; names in lower case. */
  readonly headers: WireRequest['headers'];
  /** To be called in long loops: throws `Stopped` when nobody waits any more or the call's own deadline has passed. */
  readonly stop: StopCheck;
}

/** @returns the answer's message in the call's codec. @throws RpcError, Stopped */
export type RpcHandler = (call: RpcCall) => Uint8Array | Promise<Uint8Array>;

/** By path, `/querier.v1.QuerierService/SelectSeries`. */
export type RpcTable = ReadonlyMap<string, RpcHandler>;

export interface RpcLimits {
  /** Bytes of a request's message, after unpacking. */
  readonly mostMessageBytes: number;
}

/** `error` is set when the call failed; one of code `internal` has its cause, for the log. */
export interface RpcResult {
  readonly answer: WireAnswer;
  readonly error: RpcError | undefined;
}

type Protocol = 'connect' | 'grpc' | 'grpc-web';

interface Dialect {
  readonly protocol: Protocol;
  readonly codec: Codec;
  /** As the client wrote it, for the answer. */
  readonly contentType: string;
}

/** An answer to a client of Connect may be packed; gRPC packs its frame. */
interface Reply {
  readonly message: Uint8Array;
  readonly error: RpcError | undefined;
  readonly wantsGzip: boolean;
}

const CONTENT_TYPES = new Map<string, { readonly protocol: Protocol; readonly codec: Codec }>([
  ['application/json', { protocol: 'connect', codec: 'json' }],
  ['application/proto', { protocol: 'connect', codec: 'proto' }],
  ['application/grpc', { protocol: 'grpc', codec: 'proto' }],
  ['application/grpc+proto', { protocol: 'grpc', codec: 'proto' }],
  ['application/grpc+json', { protocol: 'grpc', codec: 'json' }],
  ['application/grpc-web', { protocol: 'grpc-web', codec: 'proto' }],
  ['application/grpc-web+proto', { protocol: 'grpc-web', codec: 'proto' }],
  ['application/grpc-web+json', { protocol: 'grpc-web', codec: 'json' }],
]);

/** Characters of a refusal: some quote what the client sent. */
const MAX_MESSAGE = 1000;
const NOTHING = new Uint8Array(0);
const PREFIX_BYTES = 5;
const PACKED = 1;
const TRAILERS = 0x80;

const gzipAsync = promisify(gzip);
const gunzipAsync = promisify(gunzip);

/** Answers a call, whatever it is: never rejects, and an unknown path is an answer too. */
export async function answerRpc(
  request: WireRequest,
  table: RpcTable,
  limits: RpcLimits,
  stop: StopCheck,
): Promise<RpcResult> {
  const handler = table.get(request.path);
  if (!handler) return refuse(404, {}, '404 page not found\n', 'not_found', `There is no call ${request.path}.`);
  if (request.method !== 'POST') return refuse(405, { allow: 'POST' }, '', 'unimplemented', 'Send calls with POST.');
  const dialect = dialectOf(request.headers['content-type'] ?? '');
  if (!dialect) {
    const accepted = [...CONTENT_TYPES.keys()].sort().join(', ');
    return refuse(415, { 'accept-post': accepted }, '', 'invalid_argument', `Send a call as one of ${accepted}.`);
  }
  const reply = await callHandler(request, dialect, handler, limits, stop);
  const answer = await encodeReply(dialect, reply);
  return { answer, error: reply.error };
}

async function callHandler(
  request: WireRequest,
  dialect: Dialect,
  handler: RpcHandler,
  limits: RpcLimits,
  stop: StopCheck,
): Promise<Reply> {
  const { headers } = request;
  let wantsGzip = false;
  try {
    const own = withDeadline(stop, timeoutMs(dialect.protocol, headers));
    let message: Uint8Array;
    if (dialect.protocol === 'connect') {
      const version = headers['connect-protocol-version'];
      if (version !== undefined && version !== '1')
        throw new RpcError('invalid_argument', `Connect-Protocol-Version must be 1, not ${version}.`);
      const isPacked = isGzip(headers['content-encoding'], 'Content-Encoding');
      // Pyroscope answers a packed request packed; clients lean on it.
      wantsGzip = isPacked || wantsPacked(request, 'accept-encoding');
      message = isPacked ? await unpack(request.body, limits) : request.body;
    } else {
      wantsGzip = wantsPacked(request, 'grpc-accept-encoding');
      message = await readFrame(request.body, headers['grpc-encoding'], limits);
    }
    if (message.length > limits.mostMessageBytes) throw tooLarge(limits);
    own();
    const answer = await handler({ codec: dialect.codec, message, headers, stop: own });
    own();
    return { message: answer, error: undefined, wantsGzip };
  } catch (error) {
    return { message: NOTHING, error: asRpcError(error), wantsGzip };
  }
}

async function encodeReply(dialect: Dialect, { message, error, wantsGzip }: Reply): Promise<WireAnswer> {
  const { protocol, contentType } = dialect;
  if (protocol === 'connect') return encodeConnect(contentType, message, error, wantsGzip);
  const packed = wantsGzip && !error;
  const headers = {
    'content-type': contentType,
    'grpc-accept-encoding': 'gzip',
    ...(packed && { 'grpc-encoding': 'gzip' }),
  };
  const trailers = {
    'grpc-status': String(error?.grpcStatus ?? 0),
    ...(error && { 'grpc-message': percentEncode(error.message) }),
  };
  if (protocol === 'grpc') {
    return { status: 200, headers, body: error ? NOTHING : await frame(message, packed), trailers };
  }
  // A failure of gRPC-web is all head, as Pyroscope's is.
  if (error) return { status: 200, headers: { ...headers, ...trailers }, body: NOTHING };
  const block = Buffer.from(`grpc-status: ${trailers['grpc-status']}\r\n`);
  return { status: 200, headers, body: Buffer.concat([await frame(message, packed), prefix(TRAILERS, block), block]) };
}

async function encodeConnect(
  contentType: string,
  message: Uint8Array,
  error: RpcError | undefined,
  wantsGzip: boolean,
): Promise<WireAnswer> {
  if (error) {
    const body = Buffer.from(JSON.stringify({ code: error.code, message: error.message }));
    return {
      status: error.httpStatus,
      headers: { 'content-type': 'application/json', 'accept-encoding': 'gzip' },
      body,
    };
  }
  const isPacked = wantsGzip && message.length > 0;
  return {
    status: 200,
    headers: {
      'content-type': contentType,
      'accept-encoding': 'gzip',
      ...(isPacked && { 'content-encoding': 'gzip' }),
    },
    body: isPacked ? await pack(message) : message,
  };
}

/** An error in the form for the client. An unexpected error is `internal`, and its message is not sent. */
export function asRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) {
    const { code, message } = error;
    return message.length <= MAX_MESSAGE ? error : new RpcError(code, `${message.slice(0, MAX_MESSAGE)}…`);
  }
  if (error instanceof Stopped) {
    return error.why === 'deadline'
      ? new RpcError('deadline_exceeded', `${error.message} Ask for a shorter range or fewer series.`)
      : new RpcError('canceled', error.message);
  }
  return new RpcError('internal', 'Internal error: the log of the server has the details.', { cause: error });
}

function refuse(
  status: number,
  headers: Record<string, string>,
  text: string,
  code: RpcError['code'],
  message: string,
): RpcResult {
  const type = text === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' };
  return {
    answer: { status, headers: { ...headers, ...type }, body: Buffer.from(text) },
    error: new RpcError(code, message),
  };
}

function dialectOf(contentType: string): Dialect | undefined {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const known = CONTENT_TYPES.get(type.trim());
  if (!known) return undefined;
  const isUtf8 = parameters.every((parameter) => /^\s*(charset="?utf-8"?)?\s*$/.test(parameter));
  return isUtf8 ? { ...known, contentType: type.trim() } : undefined;
}

// ---- packing

/** Whether the client takes gzip by this header, and gains from it. */
export function wantsPacked({ headers, isLocal = false }: WireRequest, header: string): boolean {
  if (isLocal) return false;
  return (headers[header] ?? '').split(',').some((part) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(part));
}

function isGzip(encoding: string | undefined, header: string): boolean {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return false;
  if (encoding === 'gzip') return true;
  throw new RpcError('unimplemented', `${header} ${encoding} is not supported: send gzip or identity.`);
}

/** Speed over size: compression is half of the work for a large answer. */
function pack(message: Uint8Array): Promise<Buffer> {
  return gzipAsync(message, { level: 1 });
}

async function unpack(bytes: Uint8Array, limits: RpcLimits): Promise<Uint8Array> {
  try {
    return await gunzipAsync(bytes, { maxOutputLength: limits.mostMessageBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limits);
    throw new RpcError('invalid_argument', 'The request is marked as gzip but cannot be unpacked.', { cause: error });
  }
}

function tooLarge({ mostMessageBytes }: RpcLimits): RpcError {
  return new RpcError('resource_exhausted', `The request is larger than ${mostMessageBytes} bytes.`);
}

// ---- frames of gRPC

async function readFrame(body: Uint8Array, encoding: string | undefined, limits: RpcLimits): Promise<Uint8Array> {
  const isPacked = isGzip(encoding, 'Grpc-Encoding');
  if (body.length < PREFIX_BYTES) throw new RpcError('invalid_argument', 'The request has no gRPC frame.');
  const length = new DataView(body.buffer, body.byteOffset).getUint32(1);
  if (body.length !== PREFIX_BYTES + length) {
    const present = body.length - PREFIX_BYTES;
    throw new RpcError('invalid_argument', `The frame announces ${length} bytes, but ${present} follow.`);
  }
  const message = body.subarray(PREFIX_BYTES);
  const [flags] = body;
  if (flags === 0) return message;
  if (flags !== PACKED) throw new RpcError('invalid_argument', `The frame has an unknown flag, ${flags}.`);
  if (!isPacked) throw new RpcError('internal', 'The frame is compressed, but Grpc-Encoding does not name the method.');
  return unpack(message, limits);
}

async function frame(message: Uint8Array, isPacked: boolean): Promise<Uint8Array> {
  const bytes = isPacked ? await pack(message) : message;
  return Buffer.concat([prefix(isPacked ? PACKED : 0, bytes), bytes]);
}

function prefix(flags: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(PREFIX_BYTES);
  head[0] = flags;
  head.writeUInt32BE(bytes.length, 1);
  return head;
}

/** gRPC over HTTP2, "Status-Message": all but printable ASCII and % as UTF-8 bytes in hex. */
function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

// ---- deadlines

const GRPC_UNITS_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** Undefined where the client sets none. */
function timeoutMs(protocol: Protocol, headers: WireRequest['headers']): number | undefined {
  const name = protocol === 'connect' ? 'connect-timeout-ms' : 'grpc-timeout';
  const written = headers[name];
  if (written === undefined) return undefined;
  const pattern = protocol === 'connect' ? /^(\d{1,10})()$/ : /^(\d{1,8})([HMSmun])$/;
  const found = pattern.exec(written);
  if (!found) throw new RpcError('invalid_argument', `${name} ${written} is not a timeout.`);
  return Number(found[1]) * (GRPC_UNITS_MS[found[2] ?? ''] ?? 1);
}

/** The time runs from here: time in the queue does not count. */
function withDeadline(stop: StopCheck, timeout: number | undefined): StopCheck {
  if (timeout === undefined) return stop;
  const end = performance.now() + timeout;
  return () => {
    stop();
    if (performance.now() >= end) throw new Stopped('deadline');
  };
}
