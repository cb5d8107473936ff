/** Reads the body of a request, within a limit. */

import type { IncomingMessage } from 'node:http';

export class TooLarge extends Error {}

/** Counts what comes, as chunked bodies do not say their length. @throws (rejects) TooLarge */
export async function readBody(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) throw new TooLarge(`The body is larger than ${most} bytes, the most that is taken.`);
    chunks.push(chunk);
  }
  // A buffer of its own: it goes to another thread as it is.
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
