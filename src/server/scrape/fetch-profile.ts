/** Fetches one profile of a target, within bounds of time and size. */

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const MAX_BYTES = 64 << 20;
/** Characters of what a target answers that a message quotes. */
const MAX_QUOTED = 200;

/** A target answered, but with another status than 200. The message quotes the answer. */
export class StatusError extends Error {
  readonly status: number | undefined;

  constructor(status: number | undefined, chunks: readonly Uint8Array[]) {
    const text = Buffer.concat(chunks).toString('utf8', 0, MAX_QUOTED).replace(/\s+/g, ' ').trim();
    super(`It answered ${status}${text === '' ? '' : `: ${text}`}.`);
    this.status = status;
  }
}

/**
 * Redirects are not followed: only what was configured is asked.
 * @throws (rejects) StatusError, or another Error with a sentence
 */
export function fetchProfile(url: URL, timeoutMs: number, stop: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([stop, limit]);
    const fail = (error: unknown): void => {
      const reason = error instanceof Error ? error.message : String(error);
      reject(new Error(limit.aborted ? `It did not answer within ${timeoutMs / 1000} s.` : reason));
    };
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    // A connection for each request: one that hangs is dropped with it.
    let isAnswered = false;
    const request = send(url, { signal, agent: false, headers: { 'accept-encoding': 'identity' } }, (response) => {
      isAnswered = true;
      const chunks: Uint8Array[] = [];
      let length = 0;
      const isWell = response.statusCode === 200;
      response.on('data', (chunk: Uint8Array) => {
        length += chunk.length;
        if (length > (isWell ? MAX_BYTES : MAX_QUOTED)) {
          if (isWell) reject(new Error(`It answered more than ${MAX_BYTES >> 20} MiB.`));
          else reject(new StatusError(response.statusCode, chunks));
          request.destroy();
          return;
        }
        chunks.push(chunk);
      });
      response.on('end', () => {
        if (isWell) resolve(new Uint8Array(Buffer.concat(chunks)));
        else reject(new StatusError(response.statusCode, chunks));
      });
      response.on('error', fail);
      // Cut off in the middle.
      response.on('close', () => reject(new Error('It closed the connection before its answer was whole.')));
    });
    request.on('error', fail);
    // A switch to another protocol is neither an answer nor an error.
    request.on('close', () => {
      if (!isAnswered) fail(new Error('It closed the connection without an answer.'));
    });
    request.end();
  });
}
