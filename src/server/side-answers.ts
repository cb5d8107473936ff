/** Answers that markers, short links and counts of requests share: each has a side file, which may be unusable. */

import { printWarnings, warningsHeader } from '#wire/warnings.ts';
import { jsonAnswer } from './answers.ts';
import type { WireAnswer } from './request.ts';
import { damageIn } from './store/damage.ts';
import { isFull, reason } from './store/folder.ts';

/** 503 where a side file cannot be used. @param whyNot of the file; undefined where it can be used */
export function unavailable(whyNot: string | undefined): WireAnswer | undefined {
  return whyNot === undefined ? undefined : jsonAnswer(503, { message: whyNot });
}

/** One sentence for the client and the operator. @param what as the sentence begins @param file its name in the data folder */
export function whyUnreadable(what: string, file: string, error: unknown): string {
  const damage = damageIn(error);
  return damage === undefined
    ? `${what} cannot be read: ${reason(error)}.`
    : `${what} cannot be read: ${file} in the data folder ${damage}. Stop the server and move the file away to start with an empty one.`;
}

/** 507 where there is no space, else 503. @param what as the sentence begins */
export function notStored(what: string, error: unknown): WireAnswer {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const hasNoRoom = isFull(error) || NO_ROOM.includes(code);
  return jsonAnswer(hasNoRoom ? 507 : 503, { message: `${what} cannot be stored: ${reason(error)}.` });
}

/** What writing a plain file throws. */
const NO_ROOM: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** The answer with its omissions in a header, where it has some. */
export function withWarnings(answer: WireAnswer, warnings: readonly string[]): WireAnswer {
  if (warnings.length === 0) return answer;
  return { ...answer, headers: { ...answer.headers, [warningsHeader]: printWarnings(warnings) } };
}
