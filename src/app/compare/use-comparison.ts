/** The open sides of a comparison, their union and its evidence, as far as they have loaded. */
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { DiffRequest, DiffSide, SideNoise } from '#analysis/analysis.ts';
import type { LabelValues } from '#model/label-frames.ts';
import type { ChosenUnits } from '#model/prepared-stacks.ts';
import { coveredMsOf } from '#model/covered-time.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { SideRequests } from '#model/requests.ts';
import type { TimeRange } from '#model/time-range.ts';
import { type Measured, whyNotComparable } from '#model/comparability.ts';
import { isSnapshotType } from '#model/series-values.ts';
import { NO_SERVICE, sideRequests, workQuestion } from '#wire/work.ts';
import { useLatest } from '../components/use-latest.ts';
import { type Explored, useExplored } from '../explore/use-explored.ts';
import { type OpenFile, useFiles } from '../screen/files-store.ts';
import { useStoredRange } from '../queries/source-queries.ts';
import { useWork } from '../queries/work-queries.ts';
import { useNow } from '../time/refresh-clock.ts';
import { zoneName } from '../time/zone-name.ts';
import { useUrl } from '../url/url-store.ts';
import { useSelected } from '../screen/use-selected.ts';
import { sampleTypeOf } from '../screen/shown.ts';
import { useDiff, useEvidence, useNoise, useSide } from '../queries/comparison-queries.ts';
import type { OpenSide, ShownComparison } from '../screen/shown-comparison.ts';
import { useGrouping } from './use-unit-label.ts';
import { type FileSide, type Side, type SideName, sideNames, sidesOf, sidesState } from '../sides/sides.ts';

export interface Comparison {
  readonly explored: Explored;
  readonly sides: Readonly<Record<SideName, Side>>;
  readonly shown: ShownComparison | undefined;
  /** The shown comparison is outdated. */
  readonly isStale: boolean;
  /** Why a side could not be loaded, or why the two cannot be compared. */
  readonly errors: Readonly<Record<SideName, Error | null>>;
  readonly error: string | undefined;
  /** Why the evidence is weaker than it could be, or not there. */
  readonly evidenceError: Error | null;
  /** Names of the file sides that are not open. */
  readonly missing: readonly string[];
}

const NO_MATCHERS: readonly never[] = [];
const ITSELF: SideNoise = { kind: 'itself' };

export function useComparison(): Comparison {
  const explored = useExplored();
  const sides = useSides(explored);
  const unit = useUrl((state) => state.unit);
  const { by, isKnown } = useGrouping(sides, unit);
  // While the values of the label are not known, no side is opened: both would be compared without it, and then again.
  // The largest nodes alone cannot be grouped by a label: then the whole is the first picture.
  const asksFirst = isKnown && by === undefined;
  const first = { a: useOpenSide(sides.a, 'first', asksFirst, by), b: useOpenSide(sides.b, 'first', asksFirst, by) };
  // In sequence: the first picture must not wait for the whole. If the first request fails, the whole is requested too.
  const isFirstThere = sideNames.every((name) => first[name].open !== undefined || first[name].error !== null);
  const asksWhole = by !== undefined || isFirstThere;
  const whole = { a: useOpenSide(sides.a, 'whole', asksWhole, by), b: useOpenSide(sides.b, 'whole', asksWhole, by) };
  // Both sides are cut or both whole: a node that was cut away on one side must not show as gone.
  const isWhole = whole.a.open !== undefined && whole.b.open !== undefined;
  const noiseA = useNoise(isWhole ? queryOfUnsliced(whole.a.open) : undefined);
  const noiseB = useNoise(isWhole ? queryOfUnsliced(whole.b.open) : undefined);
  const a = useCounted(useCovered(isWhole ? whole.a : first.a, noiseA.data));
  const b = useCounted(useCovered(isWhole ? whole.b : first.b, noiseB.data));
  const norm = useUrl((state) => state.norm);
  const routes = useUrl((state) => state.routes);
  const units = useMemo(() => chosenUnits(unit, routes), [unit, routes]);
  const width = useUrl((state) => state.w);
  const order = useUrl((state) => state.order);
  const transforms = useUrl((state) => state.t);
  const mismatch = a.open && b.open && whyNotComparable(measured(a.open), measured(b.open));
  // Other pictures are drawn before the requests are known.
  const isCounting =
    norm === 'per-request' && [a.open, b.open].some((open) => open?.side.kind === 'source' && !open.requests);
  const base = useMemo(
    (): DiffRequest | undefined =>
      a.open && b.open && mismatch === undefined && !isCounting
        ? {
            a: diffSide(a.open),
            b: diffSide(b.open),
            normalisation: norm,
            units,
            width,
            order,
            transforms,
            evidence: undefined,
          }
        : undefined,
    [a.open, b.open, mismatch, isCounting, norm, units, width, order, transforms],
  );
  const isReady = base !== undefined && isWhole;
  const asked = { a: isReady ? queryOfUnsliced(a.open) : undefined, b: isReady ? queryOfUnsliced(b.open) : undefined };
  const ofA = asked.a === undefined || noiseA.error ? ITSELF : noiseA.data;
  const ofB = asked.b === undefined || noiseB.error ? ITSELF : noiseB.data;
  const noise = useMemo(
    () => (ofA && ofB ? { a: ofA, b: ofB, at: noiseA.dataUpdatedAt + noiseB.dataUpdatedAt } : undefined),
    [ofA, ofB, noiseA.dataUpdatedAt, noiseB.dataUpdatedAt],
  );
  const evidence = useEvidence(isReady ? base : undefined, noise);
  const request = useMemo(
    () => (base && norm === 'equal-work' ? { ...base, evidence: evidence.data?.id } : base),
    [base, norm, evidence.data],
  );
  const diff = useDiff(request);
  const now = useMemo(
    (): ShownComparison | undefined =>
      // The amounts in the evidence belong to one normalisation: another one needs new evidence.
      request && diff.data && !diff.isPlaceholderData && !evidence.isPlaceholderData && a.open && b.open
        ? {
            request,
            diff: diff.data,
            evidence: isReady ? evidence.data : undefined,
            isWhole,
            open: { a: a.open, b: b.open },
            type: a.open.profile.sampleTypes[a.open.sampleType],
          }
        : undefined,
    [
      request,
      diff.data,
      diff.isPlaceholderData,
      evidence.isPlaceholderData,
      evidence.data,
      isReady,
      isWhole,
      a.open,
      b.open,
    ],
  );
  // The previous comparison stays on the screen until the next one has loaded.
  const shown = useLatest(now);
  return {
    explored,
    sides,
    shown,
    isStale: now === undefined,
    // A failed preview does not matter once the full answer has arrived.
    errors: {
      a: whole.a.error ?? (whole.a.open ? null : first.a.error),
      b: whole.b.error ?? (whole.b.open ? null : first.b.error),
    },
    error: mismatch ?? diff.error?.message,
    evidenceError: evidence.error ?? noiseA.error ?? noiseB.error,
    missing: [sides.a, sides.b].flatMap((side, i) =>
      side.kind === 'file' && ![first.a, first.b][i].isFileOpen ? [side.file] : [],
    ),
  };
}

function useSides(explored: Explored): Readonly<Record<SideName, Side>> {
  const said = useUrl(useShallow(sidesState));
  const matchers = useUrl((state) => state.q);
  const { service, subject, time, zone } = explored;
  const { data: stored } = useStoredRange();
  const oldestMs = stored?.oldestMs;
  const nowMs = useNow();
  return useMemo(
    () =>
      sidesOf(said, {
        service,
        profileType: subject?.profileType,
        matchers,
        range: time.range,
        oldestMs,
        nowMs,
        zone: zoneName(zone),
      }),
    [said, service, subject, matchers, time.range, oldestMs, nowMs, zone],
  );
}

interface OpenedSide {
  readonly open: OpenSide | undefined;
  readonly error: Error | null;
  /** Whether a side that is a file has its file. */
  readonly isFileOpen: boolean;
}

/** Stacks without frames of the label are compared as if none were chosen. */
function chosenUnits(label: string | undefined, router: string | undefined): ChosenUnits | undefined {
  if (label !== undefined) return { kind: 'label', name: label };
  return router === undefined ? undefined : { kind: 'callees', of: router };
}

function useOpenSide(side: Side, stage: 'first' | 'whole', isAsked: boolean, by: LabelValues | undefined): OpenedSide {
  const files = useFiles();
  const whole = side.kind === 'source' && isAsked ? side.query : undefined;
  const query = useMemo(() => whole && (by ? { ...whole, by } : whole), [whole, by]);
  const { data, error } = useSide(stage, query);
  const file =
    side.kind === 'file'
      ? files.find((one): one is OpenFile => one.kind === 'open' && one.name === side.file)
      : undefined;
  const selected = useSelected(isAsked ? file : undefined, {
    matchers: side.kind === 'file' ? side.matchers : NO_MATCHERS,
    by: by ?? '',
    during: side.kind === 'file' ? side.during : undefined,
  });
  const open = useMemo((): OpenSide | undefined => {
    if (side.kind === 'file') return selected.file && !selected.isStale ? openFileSide(side, selected.file) : undefined;
    if (!data || !query || !side.range) return undefined;
    const { profile, bytes, queryMs } = data;
    return {
      side,
      profile,
      sampleType: profile.defaultSampleType,
      ...coveredTime(side.range, profile.coveredShare),
      isSnapshot: isSnapshotType(profile.sampleTypes[profile.defaultSampleType].type),
      requests: undefined,
      bytes,
      queryMs,
    };
  }, [side, selected, data, query]);
  return useMemo(
    () => ({ open, error: side.kind === 'file' ? selected.error : error, isFileOpen: file !== undefined }),
    [open, side, selected, error, file],
  );
}

/** Data that the sources left out of either side, since it is damaged. */
export function sideWarnings(open: ShownComparison['open']): readonly string[] {
  return sideNames.flatMap((name) => open[name].profile.warnings.map((text) => `${name.toUpperCase()}: ${text}`));
}

function openFileSide(side: FileSide, { profile, size }: OpenFile): OpenSide {
  const sampleType = sampleTypeOf(profile, side.st);
  return {
    side,
    profile,
    sampleType,
    seconds: profile.durationMs === undefined ? undefined : profile.durationMs / 1000,
    covered: 1,
    isSnapshot: isSnapshotType(profile.sampleTypes[sampleType].type),
    requests: undefined,
    bytes: size,
    queryMs: undefined,
  };
}

function coveredTime(range: TimeRange, share: number | undefined): Pick<OpenSide, 'seconds' | 'covered'> {
  return { seconds: coveredMsOf(range, share) / 1000, covered: share === 0 ? 1 : share };
}

/** The side with its covered time, where only merges of sub-ranges show it. */
function useCovered(side: OpenedSide, noise: ReturnType<typeof useNoise>['data']): OpenedSide {
  return useMemo(() => {
    const { open } = side;
    if (open?.side.kind !== 'source' || !open.side.range || noise?.kind !== 'merges') return side;
    return { ...side, open: { ...open, ...coveredTime(open.side.range, noise.filled / noise.ranges.length) } };
  }, [side, noise]);
}

/** The side with the requests that its service answered. */
function useCounted(side: OpenedSide): OpenedSide {
  const { open } = side;
  const query = open?.side.kind === 'source' ? open.side.query : undefined;
  const { data, error } = useWork(query && workQuestion(query.matchers, query.range, 1));
  return useMemo(() => {
    if (!open || open.side.kind !== 'source' || !query) return side;
    const asked = workQuestion(query.matchers, query.range, 1);
    const requests: SideRequests | undefined =
      asked === undefined
        ? NO_SERVICE
        : error
          ? { kind: 'unknown', why: error.message }
          : data === undefined
            ? undefined
            : sideRequests(data ?? undefined, query.range);
    return { ...side, open: { ...open, requests } };
  }, [side, open, query, data, error]);
}

/** The query for a side whose samples have no times. */
function queryOfUnsliced(open: OpenSide | undefined): ProfileQuery | undefined {
  return open?.side.kind === 'source' && !open.profile.isSliced ? open.side.query : undefined;
}

function diffSide({ profile, sampleType, seconds, isSnapshot, requests }: OpenSide): DiffSide {
  return { handle: profile.handle, sampleType, facts: { seconds, isSnapshot, requests } };
}

function measured({ side, profile, sampleType }: OpenSide): Measured {
  return {
    sampleType: profile.sampleTypes[sampleType],
    profileType: side.kind === 'source' ? side.query?.profileType : undefined,
    period: profile.period,
  };
}
