/** Text files as UTF-8 bytes: the byte order mark is removed, UTF-16 is converted. */

/** @returns the bytes after a UTF-8 mark, UTF-16 converted to UTF-8; anything else unchanged and uncopied. */
export function utf8Bytes(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return new TextEncoder().encode(new TextDecoder('utf-16le').decode(bytes));
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return new TextEncoder().encode(new TextDecoder('utf-16be').decode(bytes));
  return bytes;
}

/** The text of the first bytes, for sniffing. @param length even, for UTF-16; a cut character becomes U+FFFD. */
export function textPrefix(bytes: Uint8Array, length: number): string {
  return new TextDecoder().decode(utf8Bytes(bytes.subarray(0, length)));
}

/** Whether the bytes look like text: few control characters and no NUL. */
export function looksLikeText(bytes: Uint8Array, length: number): boolean {
  const prefix = utf8Bytes(bytes.subarray(0, length));
  let control = 0;
  for (let i = 0; i < prefix.length; i++) {
    const byte = prefix[i];
    if (byte === 0) return false;
    if (byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 27) control++;
  }
  if (control * 50 > prefix.length) return false;
  // A few bytes may be invalid UTF-8, as in names.
  const text = new TextDecoder().decode(prefix);
  let unknown = 0;
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) unknown++;
  return unknown * 20 <= text.length;
}
