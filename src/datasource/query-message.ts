/** Questions to a source as messages of Pyroscope's query API, and how they are sent. */
import { printLabelSelector } from '#model/label-selector.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { TimeRange } from '#model/time-range.ts';
import { FRAME_KINDS, UTF8_LABEL_NAMES } from '#wire/accept.ts';
import { WireSink } from '#wire/wire-sink.ts';

export const QUERIER = 'querier.v1.QuerierService';
/** Without these, label names such as `k8s.pod.name` are left out of lists, and kinds of frames out of merged pprof. */
const ACCEPT = `*/*;${UTF8_LABEL_NAMES}=true;${FRAME_KINDS}=true`;
const TREE_FORMAT = 2;

export type Wire = 'json' | 'proto';

/** @param path below the address of the source */
export interface SourceCall {
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

export function requestOf(body: BodyInit, wire: Wire, signal: AbortSignal): RequestInit {
  return { method: 'POST', headers: { 'content-type': `application/${wire}`, accept: ACCEPT }, body, signal };
}

/** The call tree of everything that is selected, cut to its largest nodes. */
export function mergedTreeCall(query: ProfileQuery, maxNodes: number): SourceCall {
  const message = selection(query);
  message.field(5, maxNodes);
  message.field(6, TREE_FORMAT);
  selectWithin(message, query);
  return { path: `${QUERIER}/SelectMergeStacktraces`, body: message.take() };
}

/** What all selections begin with: type, selector, range. */
export function selection({ profileType, matchers, range }: ProfileQuery): WireSink {
  const { start, end } = bounds(range);
  const message = new WireSink(256);
  message.text(1, profileType);
  message.text(2, printLabelSelector(matchers));
  message.field(3, start);
  message.field(4, end);
  return message;
}

/** Of `SelectMergeStacktraces`. */
export function selectWithin(message: WireSink, { within }: ProfileQuery): void {
  if (within !== undefined) message.item(within.kind === 'span' ? 11 : 10, within.id);
}

export function bounds({ startMs, endMs }: TimeRange): { start: number; end: number } {
  return { start: Math.floor(startMs), end: Math.ceil(endMs) };
}
