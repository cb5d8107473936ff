/** Ids of spans and traces in OTLP's messages. */

export const SPAN_ID_BYTES = 8;
export const TRACE_ID_BYTES = 16;

/** In hex digits; '' where the id is 0 or of another length. */
export function idText(id: Uint8Array, length: number): string {
  if (id.length !== length || id.every((byte) => byte === 0)) return '';
  return Array.from(id, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
