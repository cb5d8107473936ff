/** What the page knows about a query beside its answer. react-query carries it as `meta`. */
import type { Query, QueryClient } from '@tanstack/react-query';
import type { ProfileHandle } from '#analysis/analysis.ts';
import type { SnapshotAnswers } from '#datasource/snapshot.ts';
import type { ProfileQuery } from '#model/query.ts';

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: QueryFacts;
  }
}

// oxlint-disable-next-line typescript/consistent-type-definitions -- react-query takes only a type with an implicit index
export type QueryFacts<Data = never> = {
  /** It asks the source: Stop ends it, Ask again repeats it. */
  asksSource?: true;
  /** The first picture is drawn from its answer. */
  isDrawnFirst?: true;
  /** The profiles of the answer that are open in the worker. They are closed once no query holds them. */
  opens?(data: Data): readonly OpenAnswer[];
  /** Profiles of the answer that are open in the worker and made from another one; closed likewise. */
  selects?(data: Data): readonly ProfileHandle[];
  /** What a snapshot keeps of the answer. @param services those of the profiles in the snapshot */
  keep?(data: Data, services: ReadonlySet<string>): SnapshotPart;
};

/** A profile that is open in the worker, and what it answers. */
export interface OpenAnswer {
  readonly query: ProfileQuery;
  readonly handle: ProfileHandle;
  /** lines: everything; nodes: every node, without files and lines; largest: the largest nodes. */
  readonly detail: 'lines' | 'nodes' | 'largest';
  /** Sentences of the source about what it left out. */
  readonly warnings: readonly string[];
}

export type SnapshotPart = Partial<
  Pick<SnapshotAnswers, 'stored' | 'labelSets' | 'labelNames' | 'series' | 'markers' | 'work'>
>;

export interface Asked {
  readonly signal: AbortSignal;
  readonly client: QueryClient;
}

/** A question to the source: its key, how it is asked, and its facts. */
export function sourceQuery<Data>(
  queryKey: readonly unknown[],
  queryFn: (asked: Asked) => Promise<Data>,
  facts: QueryFacts<Data> = {},
) {
  const meta: QueryFacts<Data> = { asksSource: true, ...facts };
  return { queryKey, queryFn, meta };
}

export function asksSource({ meta }: Query): boolean {
  return meta?.asksSource === true;
}

export function isDrawnFirst({ meta }: Query): boolean {
  return meta?.isDrawnFirst === true;
}

/** The profiles that a query's answer has open in the worker; none without an answer. */
export function openedBy({ meta, state }: Query): readonly OpenAnswer[] {
  return state.data === undefined ? [] : (meta?.opens?.(state.data as never) ?? []);
}

/** Everything that the query's answer has open in the worker. */
export function handlesOf(query: Query): readonly ProfileHandle[] {
  const { meta, state } = query;
  const selected = state.data === undefined ? [] : (meta?.selects?.(state.data as never) ?? []);
  return [...openedBy(query).map(({ handle }) => handle), ...selected];
}

export function snapshotPartOf({ meta, state }: Query, services: ReadonlySet<string>): SnapshotPart {
  return meta?.keep?.(state.data as never, services) ?? {};
}
