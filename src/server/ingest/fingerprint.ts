/** A fingerprint: equal for equal uploads. */

import { createHash } from 'node:crypto';

/** 120 bits: the store holds those of the last hour, and chance makes two of 10^9 equal once in 10^18 hours. */
const BYTES = 15;

/** @param texts metadata of the upload @param parts its bytes, without the parts that change in a repeat */
export function fingerprint(texts: readonly string[], parts: readonly Uint8Array[]): string {
  const hash = createHash('sha1');
  for (const text of texts) hash.update(text).update('\0');
  for (const part of parts) hash.update(`${part.length}\0`).update(part);
  return hash.digest().subarray(0, BYTES).toString('base64url');
}
