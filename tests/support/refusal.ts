/** Returns a decoder's refusal as a value; any other error is a defect and is thrown. */
import { expect } from 'vitest';
import { DecodeError } from '#formats/format.ts';

/** @returns the refusal, or undefined if nothing was thrown. */
export function refusalOrNone(work: () => unknown): DecodeError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}

/** The same of work that waits. */
export async function refusalOfWaiting(work: () => Promise<unknown>): Promise<DecodeError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

export function refusalOf(work: () => unknown): DecodeError {
  const refusal = refusalOrNone(work);
  if (!refusal) throw new Error('was not refused');
  return refusal;
}

/** Sentences that begin in capitals and end; nothing of one runs into another. A command may end the last; quotes hold what they will. */
export function expectSentences(sentences: string): void {
  const text = sentences.replace(/"(?:[^"\\]|\\.)*"/g, '"quoted"');
  expect(text).toMatch(/^[A-Z]/);
  expect(text).not.toMatch(/[.,;:] ?[.,;:]|\. [a-z]|undefined|\[object|\( | \)|  /);
  expect(text).toMatch(/[.?]$|: [^:]+$/);
}
