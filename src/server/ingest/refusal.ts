/** The reason for refusing an upload or a part of it. */

import { DecodeError } from '#formats/format.ts';

/** The label of a refusal in `/metrics`. */
export type RefusalKind =
  | 'bad_name'
  | 'bad_request'
  | 'bad_profile'
  | 'bad_labels'
  | 'unsupported'
  | 'too_large'
  | 'too_many'
  | 'too_old'
  | 'too_new';

/** The message goes to the sender: the error, the limit, and what to do. */
export class Refusal extends Error {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.name = 'Refusal';
    this.kind = kind;
  }
}

/** Converts a decoder's error too. @throws any other error */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof DecodeError)
    return new Refusal(error.code === 'too-large' ? 'too_many' : 'bad_profile', error.sentences);
  throw error;
}

/** Why a text is not JSON, without the piece of it that the engine quotes. */
export function jsonReason(error: unknown): string {
  const { message } = error as Error;
  return message.replace(/,? ?(\.\.\.)?"[^]*"(\.\.\.)? is not valid JSON$/, '');
}

/** Quotes a text that was sent: cut, with escapes for unprintable characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
