/** Equal uploads have equal names. */

import { createHash } from 'node:crypto';

/** @param texts what an upload says of itself @param parts its bytes, without what changes when it is sent again */
export function fingerprint(texts: readonly string[], parts: readonly Uint8Array[]): string {
  const hash = createHash('sha1');
  for (const text of texts) hash.update(text).update('\0');
  for (const part of parts) hash.update(`${part.length}\0`).update(part);
  return hash.digest('base64url');
}
