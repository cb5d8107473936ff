/**
 * Long links packed: raw deflate, then base64url, under the key `p`. Many tools cut or refuse links over 2 000 characters.
 */
import { deflateSync, Inflate } from 'fflate';
import { joinBytes } from '#base/join-bytes.ts';

export const PACKED_KEY = 'p';
/** Longer links are packed. */
const MAX_PLAIN_LENGTH = 2000;

/** @param query with its `?`. @returns it unchanged where it is short, or where packing does not shorten it */
export function packLink(query: string, version: string): string {
  if (query.length <= MAX_PLAIN_LENGTH) return query;
  const bytes = deflateSync(new TextEncoder().encode(query.slice(1)), { level: 9 });
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const packed = `?v=${version}&${PACKED_KEY}=${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
  return packed.length < query.length ? packed : query;
}

/**
 * @param most characters; what unpacks to more is refused.
 * @returns the query without its `?`; undefined if it cannot be read
 */
export function unpackLink(packed: string, most: number): string | undefined {
  if (!/^[\w-]*$/.test(packed)) return undefined;
  try {
    const text = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const parts: Uint8Array[] = [];
    let size = 0;
    let isWhole = false;
    const inflate = new Inflate((part, isLast) => {
      size += part.length;
      if (size > most) throw new RangeError('too long');
      parts.push(part);
      isWhole ||= isLast;
    });
    // In chunks: a small packed text may be huge unpacked.
    for (let at = 0; at < bytes.length; at += 256) inflate.push(bytes.subarray(at, at + 256), at + 256 >= bytes.length);
    if (!isWhole) return undefined;
    return new TextDecoder('utf-8', { fatal: true }).decode(joinBytes(parts));
  } catch {
    return undefined;
  }
}
