/** Bytes of a text as parsers of lines look at them. */
export const LF = 10;
export const CR = 13;
const SPACE = 32;
const TAB = 9;

export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR;
}

export function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Lower case as profilers write addresses, and upper case. */
function isHexDigit(byte: number): boolean {
  return isDigit(byte) || ((byte | 32) >= 97 && (byte | 32) <= 102);
}

/** The end of the run of digits that begins at `from`. */
export function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(bytes[at])) at++;
  return at;
}

export function hexEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isHexDigit(bytes[at])) at++;
  return at;
}

/** A whole number without a sign; digits beyond 2^53 are rounded. */
export function wholeNumber(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) value = value * 10 + bytes[at] - 48;
  return value;
}

export function startsWith(bytes: Uint8Array, at: number, end: number, word: Uint8Array): boolean {
  if (at + word.length > end) return false;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}
