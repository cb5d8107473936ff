/** Reads the body of a request into one buffer, within the limit of its route and a budget for all requests. */

import type { IncomingMessage, ServerResponse } from 'node:http';

const FIRST_BYTES = 16 << 10;
/** Most uploads and all queries fit. */
const SMALL_BYTES = 2 << 20;
const SMALL_BODIES_BYTES = 64 << 20;
/** The `Retry-After` of a 503. */
export const RETRY_AFTER_S = 5;

/** The reason for not reading a body to its end. */
export class BodyRefusal extends Error {
  readonly status: 413 | 503;
  /** A label in `/metrics`. */
  readonly slug: 'too_large' | 'busy';

  constructor(status: 413 | 503, message: string) {
    super(message);
    this.status = status;
    this.slug = status === 413 ? 'too_large' : 'busy';
  }
}

/** The client closed the connection before its body had arrived. */
export class ClientLeft extends Error {}

/** Bytes of bodies that the process holds at one time. */
export class ByteBudget {
  readonly #maxBytes: number;
  #used = 0;

  /** @param maxBodyBytes of the largest body: it fits when there are no others */
  constructor(maxBodyBytes: number) {
    this.#maxBytes = maxBodyBytes;
  }

  /**
   * Small bodies share an extra reserve, so that large ones do not block them.
   * @param held bytes that this body has
   * @returns whether it may have `bytes` more
   */
  take(bytes: number, held: number): boolean {
    const reserve = held + bytes <= SMALL_BYTES ? SMALL_BODIES_BYTES : 0;
    if (this.#used + bytes > this.#maxBytes + reserve) return false;
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}

/** @property release gives its bytes back to the budget; to be called once, when the answer is there */
export interface Body {
  /** In a buffer of its own, which may be longer. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  release(): void;
}

/** @throws (rejects) BodyRefusal, ClientLeft */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  budget: ByteBudget,
): Promise<Body> {
  return new Promise((resolve, reject) => {
    const declared = Number(request.headers['content-length'] ?? 0);
    let buffer = new Uint8Array(0);
    let length = 0;
    const stop = (): void => {
      request.off('data', add).off('end', end).off('error', leave).off('close', leave);
    };
    const fail = (error: Error): void => {
      stop();
      budget.giveBack(length);
      // What still comes is read and dropped, so that the client reads the answer.
      request.on('error', () => undefined).resume();
      reject(error);
    };
    const leave = (): void => fail(new ClientLeft('The client left.'));
    const add = (chunk: Uint8Array): void => {
      const needed = length + chunk.length;
      if (needed > maxBytes) return fail(tooLarge(maxBytes));
      if (!budget.take(chunk.length, length))
        return fail(new BodyRefusal(503, 'The server receives too much at once: send this again in a few seconds.'));
      if (needed > buffer.length) {
        // As long as the client says at once: memory is in use only once it is written.
        const capacity = Math.max(declared, needed, Math.min(2 * buffer.length, maxBytes), FIRST_BYTES);
        const larger = new Uint8Array(capacity);
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(chunk, length);
      length = needed;
    };
    const end = (): void => {
      stop();
      resolve({ bytes: buffer.subarray(0, length), release: () => budget.giveBack(length) });
    };
    if (declared > maxBytes) return fail(tooLarge(maxBytes));
    if (request.headers.expect !== undefined) response.writeContinue();
    request.on('data', add).on('end', end).on('error', leave).on('close', leave);
  });
}

function tooLarge(maxBytes: number): BodyRefusal {
  return new BodyRefusal(413, `The body is larger than the maximum of ${maxBytes} bytes.`);
}
