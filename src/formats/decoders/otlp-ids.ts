/** Ids of spans and traces in OTLP's messages. */

export const SPAN_ID_BYTES = 8;
export const TRACE_ID_BYTES = 16;

const DIGITS = new TextEncoder().encode('0123456789abcdef');

/** In hex digits; '' where the id is 0 or of another length. */
export function idText(id: Uint8Array, length: number): string {
  if (id.length !== length) return '';
  const codes: number[] = [];
  let any = 0;
  for (let i = 0; i < length; i++) {
    any |= id[i];
    codes.push(DIGITS[id[i] >> 4], DIGITS[id[i] & 15]);
  }
  return any === 0 ? '' : String.fromCharCode(...codes);
}
