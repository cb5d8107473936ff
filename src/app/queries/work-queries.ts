/** Questions about the requests that services served. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { DataSource } from '#datasource/datasource.ts';
import type { WorkAnswer, WorkQuestion } from '#wire/work.ts';
import { sourceQuery } from './query-facts.ts';
import { useSource } from './source-queries.ts';

const NO_QUESTION: WorkQuestion = { service: '', matchers: [], range: { startMs: 0, endMs: 0 }, steps: 1 };

/** The answer is null where the source has no counts. @param question undefined asks nothing */
export function useWork(question: WorkQuestion | undefined): UseQueryResult<WorkAnswer | null> {
  return useQuery({ ...workQuery(useSource(), question ?? NO_QUESTION), enabled: question !== undefined });
}

function workQuery(source: DataSource, question: WorkQuestion) {
  return sourceQuery(
    ['requests', source.id, question],
    async ({ signal }) => (await source.work(question, signal)) ?? null,
    { keep: (answer) => (answer === null ? {} : { work: [{ question, answer }] }) },
  );
}
