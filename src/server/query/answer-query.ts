/**
 * The entry point of the query API: from a request to a complete answer. Without side effects, but reads the clock for
 * deadlines; runs in a reader thread.
 */

import { printWarnings, warningsHeader } from '#wire/warnings.ts';
import type { RequestFacts, WireAnswer, WireRequest } from '../request.ts';
import { warningsOf } from '../store/damage.ts';
import type { ProfileReader, StopCheck } from '../store/profile-reader.ts';
import { answerOlder } from './older-interface.ts';
import { querierTable } from './querier-service.ts';
import { defaultQueryLimits, type QueryLimits } from './query-limits.ts';
import { answerRpc, type RpcResult } from '../rpc/rpc.ts';

export interface QueryOptions {
  /** The value of "now" for a request without a range. */
  readonly nowMs: number;
  readonly limits?: QueryLimits;
}

/**
 * Answers a call of `querier.v1`, of our own slices, or of the older `/pyroscope/render…`; anything else with 404. Never
 * rejects: a failure is an answer, reported in `facts`. What is damaged in the store is left out: then the answer has the header
 * `flametide-warnings`, whatever the call.
 * @param stop throws `Stopped` when nobody waits any more; the client's deadline is added.
 */
export async function answerQuery(
  request: WireRequest,
  reader: ProfileReader,
  options: QueryOptions,
  stop: StopCheck,
): Promise<{ answer: WireAnswer; facts: RequestFacts }> {
  const { nowMs, limits = defaultQueryLimits } = options;
  const setting = { nowMs, limits };
  const result =
    (await answerOlder(request, reader, setting, stop)) ??
    (await answerRpc(request, querierTable(reader, setting), limits, stop));
  const damage = reader.takeDamage();
  if (damage.length === 0) return { answer: result.answer, facts: factsOf(result) };
  const headers = { ...result.answer.headers, [warningsHeader]: printWarnings(warningsOf(damage)) };
  return { answer: { ...result.answer, headers }, facts: { ...factsOf(result), damage } };
}

/** For the log and `/metrics`. Unexpected errors are logged with their stack. */
function factsOf({ error }: RpcResult): RequestFacts {
  if (!error) return {};
  const cause = error.code === 'internal' && error.cause instanceof Error ? ` ${error.cause.stack ?? ''}` : '';
  return { refused: error.code, message: error.message + cause };
}
