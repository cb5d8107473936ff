/** Why something was refused, in words for the user. */
import { DecodeError } from '#formats/format.ts';

export interface Refusal {
  readonly what: string;
  /** `byte 1024 of the unpacked file`, `line 3`; undefined if there is no place. */
  readonly place: string | undefined;
  readonly remedy: string | undefined;
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof DecodeError) return { what: error.message, place: error.place, remedy: error.remedy };
  return { what: error instanceof Error ? error.message : String(error), place: undefined, remedy: undefined };
}
