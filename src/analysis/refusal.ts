/** Why something was refused or failed, in sentences for the user. */
import { DecodeError } from '#formats/format.ts';

export function reasonOf(error: unknown): string {
  if (error instanceof DecodeError) return error.sentences;
  return error instanceof Error ? error.message : String(error);
}
