/** Raw requests over HTTP/1.1 and HTTP/2 without TLS, and what comes back, within a time: no client library repairs or waits. */

import { connect } from 'node:net';
import { joined } from './mutate.js';

/** After so long without a byte nothing more is sent: what promised more than it has must be given up then. */
const IDLE_MS = 1500;
const MAX_ANSWER_BYTES = 1 << 20;
const text = (/** @type {string} */ content) => new TextEncoder().encode(content);

/** @typedef {import('./request-seeds.js').Request} Request */
/** @typedef {{ status: string, isHung: boolean, answer: Buffer }} Exchange `status` is `none` where the connection was closed without one */

/** @param {Request} request */
export function http1Bytes({ method, path, query, headers, body }) {
  const lines = Object.entries({
    host: 'localhost',
    connection: 'close',
    'content-length': `${body.length}`,
    ...headers,
  });
  const head = [`${method} ${targetOf(path, query)} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  return joined(text(`${head.join('\r\n')}\r\n\r\n`), body);
}

/** One stream: the preface, settings and a window that hold back no answer, a head of literal fields, the body. @param {Request} request */
export function http2Bytes({ method, path, query, headers, body }) {
  const fields = Object.entries({
    ':method': method,
    ':scheme': 'http',
    ':authority': 'localhost',
    ':path': targetOf(path, query),
    te: 'trailers',
    ...headers,
  });
  const block = joined(...fields.flatMap(([name, value]) => [Uint8Array.of(0), literal(name), literal(value)]));
  const frames = [
    frame(SETTINGS, 0, 0, Uint8Array.of(0, INITIAL_WINDOW_SIZE, 0x7f, 0xff, 0xff, 0xff)),
    frame(WINDOW_UPDATE, 0, 0, Uint8Array.of(0x7f, 0xff, 0, 0)),
    frame(HEADERS, END_HEADERS, 1, block),
  ];
  for (let at = 0; at < body.length || at === 0; at += MAX_FRAME_BYTES) {
    const isLast = at + MAX_FRAME_BYTES >= body.length;
    frames.push(frame(DATA, isLast ? END_STREAM : 0, 1, body.subarray(at, at + MAX_FRAME_BYTES)));
  }
  return joined(text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), ...frames);
}

const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;
const RST_STREAM = 3;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
/** A setting. */
const INITIAL_WINDOW_SIZE = 4;
const END_STREAM = 1;
const END_HEADERS = 4;
/** What a server takes without being asked; also the window of a stream, which all bodies but the largest fit in. */
const MAX_FRAME_BYTES = 16_384;

/** @param {number} type @param {number} flags @param {number} stream @param {Uint8Array} payload */
function frame(type, flags, stream, payload) {
  const head = new Uint8Array(9);
  const view = new DataView(head.buffer);
  view.setUint16(1, payload.length);
  head[3] = type;
  head[4] = flags;
  view.setUint32(5, stream);
  return joined(head, payload);
}

/** RFC 7541, 5.2, without Huffman's code. @param {string} value */
function literal(value) {
  const bytes = text(value);
  const length = [];
  if (bytes.length < 127) length.push(bytes.length);
  else {
    length.push(127);
    let left = bytes.length - 127;
    for (; left > 127; left >>= 7) length.push((left & 127) | 128);
    length.push(left);
  }
  return joined(Uint8Array.from(length), bytes);
}

/** @param {string} path @param {[string, string][]} query */
function targetOf(path, query) {
  return query.length === 0 ? path : `${path}?${new URLSearchParams(query)}`;
}

/**
 * @param {number} port @param {Uint8Array} bytes @param {boolean} isHttp2
 * @param {boolean} isWhole nothing more is promised than is sent: the answer is waited for
 * @param {number} hangMs when it is given up
 * @returns {Promise<Exchange>}
 */
export function exchange(port, bytes, isHttp2, isWhole, hangMs) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    /** @type {Buffer[]} */
    const chunks = [];
    let size = 0;
    let isHung = false;
    const frames = new Frames();
    const hang = setTimeout(() => {
      isHung = true;
      socket.destroy();
    }, hangMs);
    // A client of HTTP/2 leaves altogether: its server may still wait for more after half a close.
    const leave = () => void (isHttp2 ? socket.destroy() : socket.end());
    const idle = isWhole ? undefined : setTimeout(leave, IDLE_MS);
    socket.on('data', (chunk) => {
      idle?.refresh();
      size += chunk.length;
      if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
      if (isHttp2 && frames.isEnded(chunk)) leave();
    });
    socket.on('end', () => socket.end());
    // What the server closes while bytes are on their way.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(hang);
      clearTimeout(idle);
      const answer = Buffer.concat(chunks);
      resolve({ status: isHttp2 ? frames.status : http1Status(answer), isHung, answer });
    });
    socket.write(bytes);
  });
}

/** @param {Buffer} answer */
function http1Status(answer) {
  return /^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1', 0, 20))?.[1] ?? 'none';
}

/** By their place in HPACK's table. */
const INDEXED = new Map([200, 204, 206, 304, 400, 404, 500].map((status, i) => [0x88 + i, `${status}`]));

/** Reads frames as they come, and keeps no answer. */
class Frames {
  /** As of `Exchange`. */
  status = 'none';
  #rest = Buffer.alloc(0);
  #ended = false;

  /** @param {Buffer} chunk @returns whether the stream has ended */
  isEnded(chunk) {
    const bytes = Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 9 <= bytes.length) {
      const end = at + 9 + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.#take(bytes[at + 3], bytes[at + 4], bytes[at + 9]);
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return this.#ended;
  }

  /** @param {number} type @param {number} flags @param {number} first byte of the payload */
  #take(type, flags, first) {
    if (type === HEADERS && this.status === 'none') this.status = INDEXED.get(first) ?? 'other';
    if (type === RST_STREAM && this.status === 'none') this.status = 'reset';
    const ends = (type === HEADERS || type === DATA) && (flags & END_STREAM) !== 0;
    if (ends || type === RST_STREAM || type === GOAWAY) this.#ended = true;
  }
}

/**
 * Connections that say less than they promise, at every stage, and then nothing.
 * @param {number} port @param {number} limitMs how long they may stay open
 * @returns {Promise<string[]>} those that are still open then
 */
export async function openAfter(port, limitMs) {
  const preface = http2Bytes({ ...EMPTY, method: 'POST', path: '/ingest', body: new Uint8Array(10) });
  const stages = {
    nothing: new Uint8Array(0),
    'half a line': text('GET /rea'),
    'half a head': text('GET /ready HTTP/1.1\r\nHost: a\r\n'),
    'half a body': text('POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'),
    'half a chunk': text('POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'),
    'half a preface': preface.subarray(0, 10),
    'a preface': preface.subarray(0, 24),
    'a preface and settings': preface.subarray(0, 39),
    'half of the fields': preface.subarray(0, 75),
    'half of a stream': preface.subarray(0, -5),
  };
  const open = await Promise.all(
    Object.entries(stages).map(
      ([stage, bytes]) =>
        new Promise((/** @type {(stage: string | undefined) => void} */ resolve) => {
          const socket = connect({ port, host: '127.0.0.1' });
          const limit = setTimeout(() => {
            resolve(stage);
            socket.destroy();
          }, limitMs);
          socket.on('error', () => {});
          socket.on('close', () => {
            clearTimeout(limit);
            resolve(undefined);
          });
          socket.resume();
          if (bytes.length > 0) socket.write(bytes);
        }),
    ),
  );
  return open.filter((stage) => stage !== undefined);
}

/** @type {Request} */
const EMPTY = { name: '', method: 'GET', path: '/', query: [], headers: {}, body: new Uint8Array(0), kind: 'bytes' };
