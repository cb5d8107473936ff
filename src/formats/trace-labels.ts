/** The labels by which a sample says in which span of a trace it was taken, for formats that have fields for these. */

import type { LabelPair } from './profile-builder.ts';

const NONE: readonly LabelPair[] = [];

/** @param span 16 hex digits, or '' @param trace 32 hex digits, or '' */
export function traceLabels(span: string, trace: string): readonly LabelPair[] {
  if (span === '' && trace === '') return NONE;
  const pairs: LabelPair[] = [];
  if (span !== '') pairs.push(['span_id', span]);
  if (trace !== '') pairs.push(['trace_id', trace]);
  return pairs;
}
