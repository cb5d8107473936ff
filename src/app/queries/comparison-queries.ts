/** The questions of a comparison: both sides, their union, its evidence. */
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
import { useAnalysis } from './analysis-queries.ts';
import { sourceQuery } from './query-facts.ts';
import { NO_QUERY, useSource } from './source-queries.ts';

/** Every node, by name: large enough that no source cuts any of its parts. */
const MAX_NODES = 1_048_576;
/** Nodes of the first answer: more than a window shows, few enough to arrive at once. */
const FIRST_SIDE_NODES = 8192;
/** For a source without slices: merges of this many sub-ranges, this many at once. */
const MAX_SUB_RANGES = 18;
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
  const profile = await analysis.open(encoded, signal);
  return { profile, bytes, queryMs };
}

/**
 * A tree without slices is still a tree: its noise is then known from merges. One slice tells at least how many samples
 * there are. Only slices can be grouped by a label: a tree without its frames would differ everywhere from the other side.
 * @throws SourceError `unknown-call` if the query groups by a label and the source cannot
 */
async function askWhole(source: DataSource, query: ProfileQuery, signal: AbortSignal): Promise<EncodedProfile> {
  const sliced = await source.slices(query, slicesOf(query), signal).catch((error: unknown) => {
    if (error instanceof SourceError && !query.by) return undefined;
    throw error;
  });
  if (!sliced && query.by) throw new SourceError('unknown-call', 'The source does not group stacks by a label.');
  return sliced ?? source.mergedTree(query, MAX_NODES, signal);
}

/** For a source without slices; none where they would add nothing. */
function noiseRanges(query: ProfileQuery): readonly TimeRange[] {
  const slices = slicesOf(query);
  return slices === 1 ? [] : subRanges(query.range, Math.min(slices, MAX_SUB_RANGES));
}

/** `SideNoise` with the range of each merge. */
export type MergedNoise =
  | { readonly kind: 'itself' }
  | {
      readonly kind: 'merges';
      readonly handles: readonly ProfileHandle[];
      readonly ranges: readonly TimeRange[];
      /** How many of the ranges have something. */
      readonly filled: number;
    };

async function openSubRanges(
  source: DataSource,
  analysis: Analysis,
  query: ProfileQuery,
  signal: AbortSignal,
): Promise<MergedNoise> {
  const ranges = noiseRanges(query);
  if (ranges.length === 0) return { kind: 'itself' };
  const handles: ProfileHandle[] = [];
  let filled = 0;
  try {
    for (let first = 0; first < ranges.length; first += SUB_RANGES_AT_ONCE) {
      const batch = ranges.slice(first, first + SUB_RANGES_AT_ONCE).map(async (range) => {
        const encoded = await source.mergedTree({ ...query, range }, MAX_NODES, signal);
        const { handle, totals } = await analysis.open(encoded, signal);
        if (Number(totals[0] ?? 0) !== 0) filled++;
        return handle;
      });
      const settled = await Promise.allSettled(batch);
      for (const one of settled) if (one.status === 'fulfilled') handles.push(one.value);
      const failed = settled.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
    }
    signal.throwIfAborted();
    return { kind: 'merges', handles, ranges, filled };
  } catch (error) {
    for (const handle of handles) analysis.close(handle);
    throw error;
  }
}

export const sideQueries = {
  /** The largest nodes at once. */
  first: (source: DataSource, analysis: Analysis, query: ProfileQuery) =>
    sourceQuery(
      ['first side', source.id, query],
      ({ signal }) => openSide(analysis, () => source.mergedTree(query, FIRST_SIDE_NODES, signal), signal),
      {
        isDrawnFirst: true,
        opens: ({ profile: { handle, warnings } }) => [{ query, handle, warnings, detail: 'largest' }],
      },
    ),
  /** The data behind all numbers: every node, with slices if the source has them. */
  whole: (source: DataSource, analysis: Analysis, query: ProfileQuery) =>
    sourceQuery(
      ['whole side', source.id, query],
      ({ signal }) => openSide(analysis, () => askWhole(source, query, signal), signal),
      { opens: ({ profile: { handle, warnings } }) => [{ query, handle, warnings, detail: 'nodes' }] },
    ),
  /** How a side without slices changed over time. */
  noise: (source: DataSource, analysis: Analysis, query: ProfileQuery) =>
    sourceQuery(['noise', source.id, query], ({ signal }) => openSubRanges(source, analysis, query, signal), {
      opens: (noise) =>
        noise.kind === 'itself'
          ? []
          : noise.handles.map((handle, i) => ({
              query: { ...query, range: noise.ranges[i] },
              handle,
              warnings: [],
              detail: 'nodes' as const,
            })),
    }),
};

/** Whether a side's error says that its source cannot group stacks by a label. */
export function isUngrouped(error: Error | null): boolean {
  return error instanceof SourceError && error.code === 'unknown-call';
}

/** @param query undefined: no query */
export function useSide(stage: 'first' | 'whole', query: ProfileQuery | undefined): UseQueryResult<OpenedSide> {
  const source = useSource();
  const analysis = useAnalysis();
  return useQuery({ ...sideQueries[stage](source, analysis, query ?? NO_QUERY), enabled: query !== undefined });
}

/** @param query undefined: no query */
export function useNoise(query: ProfileQuery | undefined): UseQueryResult<MergedNoise> {
  const source = useSource();
  const analysis = useAnalysis();
  return useQuery<MergedNoise>({
    ...sideQueries.noise(source, analysis, query ?? NO_QUERY),
    enabled: query !== undefined,
  });
}

/** While the next one is made, the one before stays (`isPlaceholderData`). @param request undefined: no query */
export function useDiff(request: DiffRequest | undefined): UseQueryResult<DiffAnswer> {
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['diff', request],
    queryFn: ({ signal }) => analysis.diff(request!, signal),
    meta: { isDrawnFirst: true },
    enabled: request !== undefined,
    placeholderData: keepPreviousData,
  });
}

/**
 * Evidence does not depend on width and order. The old one stays while another normalisation is computed, but not for
 * other sides or transforms, whose nodes differ.
 * @param noise undefined: no query; `at` tells one answer from the next */
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

/** @param text a search that parses; '': no query */
export function useDiffSearch(request: DiffRequest | undefined, text: string): UseQueryResult<SearchAnswer> {
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['diff search', request, text],
    queryFn: ({ signal }) => analysis.searchDiff(request!, text, signal),
    meta: { isDrawnFirst: true },
    enabled: request !== undefined && text !== '',
    placeholderData: (before, query) => (isOfUnion(query, request) ? before : undefined),
  });
}

/** @param func of the union; -1: no query */
export function useSandwichDiff(request: DiffRequest, func: number): UseQueryResult<SandwichDiffAnswer> {
  const analysis = useAnalysis();
  return useQuery({
    queryKey: ['diff sandwich', request, func],
    queryFn: ({ signal }) => analysis.sandwichDiff(request, func, signal),
    meta: { isDrawnFirst: true },
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
