/** Shared parts of the pprof decoder: the positions of messages, and refusals. */
import type { ByteReader } from '#base/byte-reader.ts';
import type { Int32Column } from '#base/column.ts';
import type { Utf8Strings } from '#base/utf8-strings.ts';
import type { DecodeLimits } from './decode-limits.ts';
import { DecodeError } from './format.ts';

/** Where the messages lie; scalars as they stand. Spans are pairs: start, end. */
export interface PprofMessages {
  readonly reader: ByteReader;
  readonly strings: Utf8Strings;
  readonly samples: Int32Column;
  readonly mappings: Int32Column;
  readonly locations: Int32Column;
  readonly functions: Int32Column;
  readonly sampleTypeCount: number;
  readonly limits: DecodeLimits;
}

/** A pprof file is fetched again or not at all. */
export function refuse(message: string, offset: number, within?: string): never {
  throw new DecodeError('malformed', `${message}.`, {
    place: `${within === undefined ? '' : `${within}, `}byte ${offset} of the unpacked file`,
    remedy:
      'The file was probably truncated or changed in transit, or its writer is at fault: fetch it again, or try `go tool pprof -raw` on it.',
  });
}

/** @returns the text. @throws where the index is outside the string table. */
export function checkString(strings: Utf8Strings, index: number, within: string, offset: number): string {
  if (!(index >= 0 && index < strings.length)) {
    refuse(`The pprof data is damaged: string ${index} of ${within} is not in the table of ${strings.length}`, offset);
  }
  return strings.text(index);
}

/** A known field with a different wire type is damage, not an extension. */
export function checkWireType(tag: number, allowed: readonly number[] | undefined, offset: number): void {
  if (allowed && !allowed.includes(tag & 7)) {
    refuse(`The pprof data is damaged: field ${tag >>> 3} has wire type ${tag & 7}`, offset);
  }
}
