/** Counts of requests, which every Flametide has, whatever backend it uses. */
import { readWork, type WorkAnswer, workAddress, type WorkQuestion } from '#wire/work.ts';

/** @returns undefined where there is no such server @throws Error when it does not answer in its own way */
export async function fetchWork(
  baseUrl: string,
  question: WorkQuestion,
  signal: AbortSignal,
): Promise<WorkAnswer | undefined> {
  const response = await fetch(new URL(workAddress(question), baseUrl), { signal });
  if (response.status === 404 || response.status === 405) return undefined;
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const message = (answer as { message?: unknown } | undefined)?.message;
    const words = typeof message === 'string' ? message.slice(0, 1000) : `The server answered ${response.status}.`;
    return { source: undefined, steps: [], routes: [], covered: 0, problem: words };
  }
  return readWork(answer);
}
