/** Counts of requests, which every Flametide has, whatever backend it uses. */
import { type WorkAnswer, workAddress, workIn, type WorkQuestion } from '#wire/work.ts';

/** @returns undefined where there is no such server @throws TypeError when it does not answer */
export async function fetchWork(
  baseUrl: string,
  question: WorkQuestion,
  signal: AbortSignal,
): Promise<WorkAnswer | undefined> {
  return workIn(await fetch(new URL(workAddress(question), baseUrl), { signal }));
}
