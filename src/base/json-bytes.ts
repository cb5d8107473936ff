/** What bytes of JSON are, and how texts of it are put right. */

const [MINUS, PLUS, DOT, ZERO, NINE] = [45, 43, 46, 48, 57];

/** Whether one of four bytes is a quote or a backslash. */
export function hasStringEnd(word: number): boolean {
  const quote = word ^ 0x22222222;
  const escape = word ^ 0x5c5c5c5c;
  return ((((quote - 0x01010101) & ~quote) | ((escape - 0x01010101) & ~escape)) & 0x80808080) !== 0;
}

/** Letters, digits, signs and points: of numbers, true, false and null. */
export function isWord(byte: number): boolean {
  return (
    (byte >= ZERO && byte <= NINE) ||
    (byte >= 97 && byte <= 122) ||
    (byte >= 65 && byte <= 90) ||
    byte === MINUS ||
    byte === DOT ||
    byte === PLUS
  );
}

export function escapeControl(character: string): string {
  return `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
