/** What a comparison asks: each side whole, the union of both, and what is known of their noise. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type {
  Analysis,
  DiffAnswer,
  DiffRequest,
  EvidenceAnswer,
  ProfileHandle,
  SandwichDiffAnswer,
  SearchAnswer,
  SideNoise,
} from '#analysis/analysis.ts';
import type { DataSource } from '#datasource/datasource.ts';
import type { ProfileQuery } from '#model/query.ts';
import { usualSlices } from '#model/slices.ts';
import { subRanges, type TimeRange } from '#model/time-range.ts';
import { useAnalysis } from '../queries.ts';
import { type Asked, type MergedProfile, useSource } from '../source-queries.ts';

/** Every node, by name: a source that cuts each of its parts cuts nothing here. */
export const MOST_NODES = 1_048_576;
/** Of the first answer: more than a window can tell apart, few enough to be there at once. */
const FIRST_NODES = 8192;
/** What a source without slices is asked for instead: merges of so many sub-ranges, so many at once. */
const MOST_SUB_RANGES = 24;
const SUB_RANGES_AT_ONCE = 4;

const comparisonQueries = {
  side: (source: DataSource, analysis: Analysis, query: ProfileQuery, maxNodes: number) => ({
    queryKey: [maxNodes === MOST_NODES ? 'whole side' : 'first side', source.id, query],
    queryFn: async ({ signal }: Asked): Promise<MergedProfile> => {
      const began = performance.now();
      const encoded = await source.mergedTree(query, maxNodes, signal);
      const queryMs = performance.now() - began;
      const bytes = encoded.bytes.length;
      const profile = await analysis.open(encoded, signal, () => {});
      return { profile, query, bytes, queryMs, isWhole: maxNodes === MOST_NODES };
    },
  }),
  noise: (source: DataSource, analysis: Analysis, query: ProfileQuery) => ({
    queryKey: ['noise', source.id, query],
    queryFn: async ({ signal }: Asked): Promise<SideNoise> => {
      const count = usualSlices(query.range.endMs - query.range.startMs);
      // One slice still tells how many samples there are.
      const bytes = await source.slices(query, count, signal);
      if (bytes) return { kind: 'slices', bytes };
      if (count === 1) return { kind: 'none' };
      return { kind: 'merges', handles: await openSubRanges(source, analysis, query, count, signal) };
    },
  }),
};

export function noiseRanges({ range }: ProfileQuery, slices: number): readonly TimeRange[] {
  return subRanges(range, Math.min(slices, MOST_SUB_RANGES));
}

async function openSubRanges(
  source: DataSource,
  analysis: Analysis,
  query: ProfileQuery,
  slices: number,
  signal: AbortSignal,
): Promise<readonly ProfileHandle[]> {
  const ranges = noiseRanges(query, slices);
  const handles: ProfileHandle[] = [];
  try {
    for (let first = 0; first < ranges.length; first += SUB_RANGES_AT_ONCE) {
      const batch = ranges.slice(first, first + SUB_RANGES_AT_ONCE).map(async (range) => {
        const encoded = await source.mergedTree({ ...query, range }, MOST_NODES, signal);
        return (await analysis.open(encoded, signal, () => {})).handle;
      });
      const settled = await Promise.allSettled(batch);
      for (const one of settled) if (one.status === 'fulfilled') handles.push(one.value);
      const failed = settled.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
    }
    return handles;
  } catch (error) {
    for (const handle of handles) analysis.close(handle);
    throw error;
  }
}

/** The largest nodes at once. @param query undefined asks nothing */
export function useFirstSide(query: ProfileQuery | undefined): UseQueryResult<MergedProfile> {
  return useSide(query, FIRST_NODES);
}

/** What numbers are taken from. @param query undefined asks nothing */
export function useWholeSide(query: ProfileQuery | undefined): UseQueryResult<MergedProfile> {
  return useSide(query, MOST_NODES);
}

function useSide(query: ProfileQuery | undefined, maxNodes: number): UseQueryResult<MergedProfile> {
  const source = useSource();
  const analysis = useAnalysis();
  return useQuery({
    ...comparisonQueries.side(source, analysis, query ?? NO_QUERY, maxNodes),
    enabled: query !== undefined,
  });
}

/** @param query undefined asks nothing */
export function useNoise(query: ProfileQuery | undefined): UseQueryResult<SideNoise> {
  const source = useSource();
  const analysis = useAnalysis();
  return useQuery({
    ...comparisonQueries.noise(source, analysis, query ?? NO_QUERY),
    enabled: query !== undefined,
  });
}

/** While the next one is made, the one before stays (`isPlaceholderData`). @param request undefined asks nothing */
export function useDiff(request: DiffRequest | undefined): UseQueryResult<DiffAnswer> {
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['diff', request],
    queryFn: ({ signal }) => analysis.diff(request!, signal),
    enabled: request !== undefined,
    placeholderData: keepPreviousData,
  });
}

/**
 * Nothing of it hangs on width and order. While it is made anew for another normalisation, the one before stays; of other
 * sides or transforms it would speak of other nodes.
 * @param noise undefined asks nothing; `at` tells one answer from the next */
export function useEvidence(
  request: DiffRequest | undefined,
  noise: { readonly a: SideNoise; readonly b: SideNoise; readonly at: number } | undefined,
): UseQueryResult<EvidenceAnswer> {
  const analysis = useAnalysis();
  const asked = request && { ...request, width: 'mean' as const, order: 'size' as const, evidence: undefined };
  return useQuery({
    queryKey: ['evidence', asked, noise?.at],
    queryFn: ({ signal }) => analysis.evidence(asked!, { a: noise!.a, b: noise!.b }, signal),
    enabled: asked !== undefined && noise !== undefined,
    placeholderData: (before, query) => {
      const asOf = query?.queryKey[1] as DiffRequest | undefined;
      return asOf && asked && unionKey(asOf) === unionKey(asked) ? before : undefined;
    },
  });
}

/** @param text a search that parses; '' asks nothing */
export function useDiffSearch(request: DiffRequest | undefined, text: string): UseQueryResult<SearchAnswer> {
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['diff search', request, text],
    queryFn: ({ signal }) => analysis.searchDiff(request!, text, signal),
    enabled: request !== undefined && text !== '',
    placeholderData: keepPreviousData,
  });
}

/** @param func of the union; -1 asks nothing */
export function useSandwichDiff(request: DiffRequest, func: number): UseQueryResult<SandwichDiffAnswer> {
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['diff sandwich', request, func],
    queryFn: ({ signal }) => analysis.sandwichDiff(request, func, signal),
    enabled: func >= 0,
  });
}

function unionKey({ a, b, transforms }: DiffRequest): string {
  return JSON.stringify([a.handle, a.sampleType, b.handle, b.sampleType, transforms]);
}

const NO_QUERY: ProfileQuery = { profileType: '', matchers: [], range: { startMs: 0, endMs: 0 } };
