/** The spans and traces that a question selects. */

import type { TraceSelector } from '../store/profile-reader.ts';
import { refuse } from './request-checks.ts';

const SPAN_DIGITS = 16;
const TRACE_DIGITS = 32;
/** Ids in one query. */
const MAX_IDS = 1000;

/** @returns undefined if all samples are wanted. @throws RpcError for what is no id */
export function checkTraceSelectors(spans: readonly string[], traces: readonly string[]): TraceSelector | undefined {
  if (spans.length + traces.length === 0) return undefined;
  if (spans.length > 0 && traces.length > 0)
    throw refuse('The request has both spanSelector and traceIdSelector: send one of them.');
  if (spans.length + traces.length > MAX_IDS) throw refuse(`The request has more than ${MAX_IDS} spans or traces.`);
  return {
    spans: spans.map((id) => checkId(id, 'span', SPAN_DIGITS)),
    traces: traces.map((id) => checkId(id, 'trace', TRACE_DIGITS)),
  };
}

function checkId(id: string, what: string, digits: number): string {
  if (id.length === digits && /^[0-9a-fA-F]+$/.test(id)) return id.toLowerCase();
  throw refuse(`${JSON.stringify(id.slice(0, 100))} is not a ${what} id: it has ${digits} hex digits.`);
}
