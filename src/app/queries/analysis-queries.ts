/** Every query key and every question to the worker, in one file. */
import { notifyManager, QueryClient, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type {
  Analysis,
  ChartAnswer,
  ChartRequest,
  LinesAnswer,
  OpenedProfile,
  ProfileHandle,
  SandwichAnswer,
  SearchAnswer,
  TreeAnswer,
  TreeRequest,
  WhenRequest,
} from '#analysis/analysis.ts';
import type { Interval } from '#model/interval.ts';
import type { LabelValues } from '#model/label-frames.ts';
import type { LabelMatcher } from '#model/labels.ts';
import type { TreeKinds } from '#model/tree-kinds.ts';
import type { When } from '#model/when.ts';
import type { QueryFacts } from './query-facts.ts';
import { createContext, useContext } from 'react';

export const AnalysisContext = createContext<Analysis | undefined>(undefined);

export function useAnalysis(): Analysis {
  const analysis = useContext(AnalysisContext);
  if (!analysis) throw new Error('No analysis above this component.');
  return analysis;
}

export function makeQueryClient(): QueryClient {
  // Notifies synchronously: a timer would run after all other tasks.
  notifyManager.setScheduler(queueMicrotask);
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Answers follow from their key alone; comparing trees to keep references would walk every column.
        structuralSharing: false,
        staleTime: Infinity,
        gcTime: 10_000,
        retry: false,
        networkMode: 'always',
        refetchOnWindowFocus: false,
      },
    },
  });
}

// Handle and sample type are second and third in every key: functions are numbered per profile and values have a
// type's unit, so an old answer may only replace a new one of both.
export function treeKey(
  { handle, sampleType, order, transforms }: TreeRequest,
  what: 'tree' | 'search' | 'sandwich',
): readonly unknown[] {
  return [what, handle, sampleType, order, transforms];
}

function keepWithin<T>({
  handle,
  sampleType,
}: TreeRequest): (before: T | undefined, query: { queryKey: readonly unknown[] } | undefined) => T | undefined {
  return (before, query) => (query?.queryKey[1] === handle && query.queryKey[2] === sampleType ? before : undefined);
}

/** The file formats that can be opened. */
export function useFormats(): UseQueryResult<Awaited<ReturnType<Analysis['formats']>>> {
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['formats'],
    queryFn: ({ signal }) => analysis.formats(signal),
  });
}

/**
 * The samples of a file that match, in a part of its recording, grouped by a label; while they are selected, the
 * selection before stays.
 * @param handle undefined: no query
 */
export function useSelection(
  handle: ProfileHandle | undefined,
  matchers: readonly LabelMatcher[],
  by: string | LabelValues | undefined,
  during: Interval | undefined,
): UseQueryResult<OpenedProfile> {
  const analysis = useAnalysis();
  const facts: QueryFacts<OpenedProfile> = { isDrawnFirst: true, selects: (selected) => [selected.handle] };
  return useQuery<OpenedProfile>({
    queryKey: ['selection', handle, matchers, by ?? '', during ?? ''],
    queryFn: ({ signal }) => analysis.select({ handle: handle!, matchers, by, during }, signal),
    meta: facts,
    enabled: handle !== undefined,
    placeholderData: (before, query) => (query?.queryKey[1] === handle ? before : undefined),
  });
}

/**
 * A recording over time; null where its samples have no times. While the next one is made, the one before stays
 * (`isPlaceholderData`). @param request undefined: no query
 */
export function useWhen(request: WhenRequest | undefined): UseQueryResult<When | null> {
  const analysis = useAnalysis();
  return useQuery<When | null>({
    queryKey: ['when', request?.handle, request?.sampleType, request?.matchers, request?.by ?? ''],
    queryFn: async ({ signal }) => (await analysis.when(request!, signal)) ?? null,
    meta: { isDrawnFirst: true },
    enabled: request !== undefined,
    placeholderData: (before, query) =>
      query?.queryKey[1] === request?.handle && query?.queryKey[2] === request?.sampleType ? before : undefined,
  });
}

/** One thread's calls by time; null where samples have no times. @param request undefined asks nothing */
export function useFlameChart(request: ChartRequest | undefined): UseQueryResult<ChartAnswer | null> {
  const analysis = useAnalysis();
  return useQuery<ChartAnswer | null>({
    queryKey: ['chart', request?.handle, request?.sampleType, request?.matchers, request?.during ?? ''],
    queryFn: async ({ signal }) => (await analysis.flameChart(request!, signal)) ?? null,
    meta: { isDrawnFirst: true },
    enabled: request !== undefined,
  });
}

/** The shown tree; while the next one is made, the one before stays (`isPlaceholderData`). */
export function useTree(request: TreeRequest): UseQueryResult<TreeAnswer> {
  const analysis = useAnalysis();
  return useQuery<TreeAnswer>({
    queryKey: treeKey(request, 'tree'),
    queryFn: ({ signal }) => analysis.tree(request, signal),
    meta: { isDrawnFirst: true },
    placeholderData: keepWithin<TreeAnswer>(request),
  });
}

/** How the frames of a tree ran; null where the format does not say. @param request undefined: no query */
export function useFrameKinds(request: TreeRequest | undefined): UseQueryResult<TreeKinds | null> {
  const analysis = useAnalysis();
  return useQuery<TreeKinds | null>({
    queryKey: ['kinds', request?.handle, request?.sampleType, request?.order, request?.transforms],
    queryFn: async ({ signal }) => (await analysis.frameKinds(request!, signal)) ?? null,
    enabled: request !== undefined,
  });
}

/** @param text a search that parses; '': no query. */
export function useSearch(request: TreeRequest, text: string): UseQueryResult<SearchAnswer> {
  const analysis = useAnalysis();
  return useQuery<SearchAnswer>({
    queryKey: [...treeKey(request, 'search'), text],
    queryFn: ({ signal }) => analysis.search(request, text, signal),
    meta: { isDrawnFirst: true },
    enabled: text !== '',
    placeholderData: keepWithin<SearchAnswer>(request),
  });
}

/** What each line costs; while the next answer is made, the one before stays. */
export function useLines(request: TreeRequest): UseQueryResult<LinesAnswer> {
  const analysis = useAnalysis();
  return useQuery<LinesAnswer>({
    queryKey: ['lines', request.handle, request.sampleType, request.transforms],
    queryFn: ({ signal }) => analysis.lines(request, signal),
    placeholderData: keepWithin<LinesAnswer>(request),
  });
}

/** @param func -1: no query. */
export function useSandwich(request: TreeRequest, func: number): UseQueryResult<SandwichAnswer> {
  const analysis = useAnalysis();
  return useQuery({
    queryKey: [...treeKey(request, 'sandwich'), func],
    queryFn: ({ signal }) => analysis.sandwich(request, func, signal),
    meta: { isDrawnFirst: true },
    enabled: func >= 0,
  });
}
