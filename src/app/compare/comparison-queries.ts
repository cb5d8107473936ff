/** What a comparison asks: each side whole, the union of both, and what is known of their noise. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type {
  Analysis,
  DiffAnswer,
  DiffRequest,
  EvidenceAnswer,
  OpenedProfile,
  ProfileHandle,
  SandwichDiffAnswer,
  SearchAnswer,
  SideNoise,
} from '#analysis/analysis.ts';
import { type DataSource, SourceError } from '#datasource/datasource.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import type { ProfileQuery } from '#model/query.ts';
import { usualSlices } from '#model/slices.ts';
import { subRanges, type TimeRange } from '#model/time-range.ts';
import { useAnalysis } from '../queries.ts';
import { useSource } from '../source-queries.ts';

/** Every node, by name: a source that cuts each of its parts cuts nothing here. */
const MOST_NODES = 1_048_576;
/** Of the first answer: more than a window can tell apart, few enough to be there at once. */
const FIRST_NODES = 8192;
/** What a source without slices is asked for instead: merges of so many sub-ranges, so many at once. */
const MOST_SUB_RANGES = 18;
const SUB_RANGES_AT_ONCE = 4;

/** A side, open in the worker. */
interface OpenedSide {
  readonly profile: OpenedProfile;
  /** As received. */
  readonly bytes: number;
  readonly queryMs: number;
}

async function openSide(
  analysis: Analysis,
  ask: () => Promise<EncodedProfile>,
  signal: AbortSignal,
): Promise<OpenedSide> {
  const began = performance.now();
  const encoded = await ask();
  const queryMs = performance.now() - began;
  const bytes = encoded.bytes.length;
  const profile = await analysis.open(encoded, signal, () => {});
  return { profile, bytes, queryMs };
}

/** A tree without slices is still a tree: its noise is then known from merges. One slice tells at least how many samples there are. */
async function askWhole(source: DataSource, query: ProfileQuery, signal: AbortSignal): Promise<EncodedProfile> {
  const sliced = await source.slices(query, slicesOf(query), signal).catch((error: unknown) => {
    if (error instanceof SourceError) return undefined;
    throw error;
  });
  return sliced ?? source.mergedTree(query, MOST_NODES, signal);
}

/** Of a source without slices; none where they would tell nothing. */
export function noiseRanges(query: ProfileQuery): readonly TimeRange[] {
  const slices = slicesOf(query);
  return slices === 1 ? [] : subRanges(query.range, Math.min(slices, MOST_SUB_RANGES));
}

async function openSubRanges(
  source: DataSource,
  analysis: Analysis,
  query: ProfileQuery,
  signal: AbortSignal,
): Promise<SideNoise> {
  const ranges = noiseRanges(query);
  if (ranges.length === 0) return { kind: 'itself' };
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
    signal.throwIfAborted();
    return { kind: 'merges', handles };
  } catch (error) {
    for (const handle of handles) analysis.close(handle);
    throw error;
  }
}

/** The largest nodes at once. @param query undefined asks nothing */
export function useFirstSide(query: ProfileQuery | undefined): UseQueryResult<OpenedSide> {
  const source = useSource();
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['first side', source.id, query],
    queryFn: ({ signal }) => openSide(analysis, () => source.mergedTree(query!, FIRST_NODES, signal), signal),
    enabled: query !== undefined,
  });
}

/** What numbers are taken from: every node, with its slices where the source knows such. @param query undefined asks nothing */
export function useWholeSide(query: ProfileQuery | undefined): UseQueryResult<OpenedSide> {
  const source = useSource();
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['whole side', source.id, query],
    queryFn: ({ signal }) => openSide(analysis, () => askWhole(source, query!, signal), signal),
    enabled: query !== undefined,
  });
}

/** How a side without slices went over time. @param query undefined asks nothing */
export function useNoise(query: ProfileQuery | undefined): UseQueryResult<SideNoise> {
  const source = useSource();
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['noise', source.id, query],
    queryFn: ({ signal }) => openSubRanges(source, analysis, query!, signal),
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
    placeholderData: (before, query) => (isOfUnion(query, asked) ? before : undefined),
  });
}

/** @param text a search that parses; '' asks nothing */
export function useDiffSearch(request: DiffRequest | undefined, text: string): UseQueryResult<SearchAnswer> {
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['diff search', request, text],
    queryFn: ({ signal }) => analysis.searchDiff(request!, text, signal),
    enabled: request !== undefined && text !== '',
    placeholderData: (before, query) => (isOfUnion(query, request) ? before : undefined),
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

/** Whether an answer numbers nodes and functions as the next question does. */
function isOfUnion(
  before: { readonly queryKey: readonly unknown[] } | undefined,
  asked: DiffRequest | undefined,
): boolean {
  const asOf = before?.queryKey[1] as DiffRequest | undefined;
  return asOf !== undefined && asked !== undefined && unionKey(asOf) === unionKey(asked);
}

function unionKey({ a, b, transforms }: DiffRequest): string {
  return JSON.stringify([a.handle, a.sampleType, b.handle, b.sampleType, transforms]);
}

function slicesOf({ range }: ProfileQuery): number {
  return usualSlices(range.endMs - range.startMs);
}
