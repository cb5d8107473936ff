/** The two sides of a comparison, resolved from the link, the range in view and the source. */
import type { Interval } from '#model/interval.ts';
import { printLabelSelector } from '#model/label-selector.ts';
import { type LabelMatcher, SERVICE_LABEL } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import { absolute, resolveTimeRange, type TimeRange, type TimeRangeText } from '#model/time-range.ts';
import type { UrlState } from '../url/url-state.ts';
import { before, halves } from './ranges.ts';

export type SideName = 'a' | 'b';
export const sideNames: readonly SideName[] = ['a', 'b'];

const SIDE_KEYS = ['svc', 'type', 'q', 'from', 'until', 'file', 'st', 'during'] as const;

/** What a link says of both sides. */
export type SidesState = Pick<UrlState, `${SideName}.${(typeof SIDE_KEYS)[number]}`>;

export function sidesState(state: UrlState): SidesState {
  const keys = sideNames.flatMap((name) => SIDE_KEYS.map((key) => `${name}.${key}` as const));
  return Object.fromEntries(keys.map((key) => [key, state[key]])) as unknown as SidesState;
}

/** The title of a side, beside its letter. */
export const sideTitles = { a: 'baseline', b: 'comparison' } as const;

/** A range of a service's profiles. */
export interface SourceSide {
  readonly kind: 'source';
  readonly service: string | undefined;
  readonly profileType: string | undefined;
  /** All but the service. */
  readonly matchers: readonly LabelMatcher[];
  readonly text: TimeRangeText;
  readonly range: TimeRange | undefined;
  /** What is wrong with the range of the link. */
  readonly mistake: string | undefined;
  /** Undefined while something is not known yet. */
  readonly query: ProfileQuery | undefined;
}

/** A side without keys of its own. */
export const openSource: SourceSide = {
  kind: 'source',
  service: undefined,
  profileType: undefined,
  matchers: [],
  text: { from: 'now-1h', until: 'now' },
  range: undefined,
  mistake: undefined,
  query: undefined,
};

/** A file of this tab, by name. */
export interface FileSide {
  readonly kind: 'file';
  readonly file: string;
  /** Sample type by its key; undefined: the file's own default. */
  readonly st: string | undefined;
  /** Matchers for the labels of its samples. */
  readonly matchers: readonly LabelMatcher[];
  /** The part of its recording; undefined: all of it. */
  readonly during: Interval | undefined;
}

export type Side = SourceSide | FileSide;

/** The defaults for a side. */
export interface SideDefaults {
  readonly service: string | undefined;
  readonly profileType: string | undefined;
  readonly matchers: readonly LabelMatcher[];
  /** The range in view. */
  readonly range: TimeRange | undefined;
  /** When the first profile was stored; undefined if that is unknown. */
  readonly oldestMs: number | undefined;
  readonly nowMs: number;
  readonly zone: string;
}

type SubjectDefaults = Pick<SideDefaults, 'service' | 'profileType' | 'matchers'>;

export function sidesOf(state: SidesState, known: SideDefaults): Readonly<Record<SideName, Side>> {
  const usual = usualRanges(state, known, isOneThing(state, known));
  return { a: sideOf('a', state, known, usual.a), b: sideOf('b', state, known, usual.b) };
}

/** Whether a side's range depends on the range in view: neither side has a range of its own. */
export function followsView(state: UrlState): boolean {
  const [a, b] = sideNames.map((name) => ({
    isOpen: state[`${name}.file`] === undefined && rangeOf(state, name) === undefined,
    isSaid: rangeOf(state, name) !== undefined,
  }));
  const isOne = isOneThing(state, { service: undefined, profileType: undefined, matchers: state.q });
  return (a.isOpen && !b.isSaid) || (b.isOpen && (isOne || !a.isSaid));
}

/** Whether what the link shows can change by itself: two files stay as they are. */
export function isRefreshed(state: UrlState): boolean {
  return state.view !== 'compare' || sideNames.some((name) => state[`${name}.file`] === undefined);
}

/** The sides without samples; with one there is nothing to compare. */
export function emptySides(totals: Readonly<Record<SideName, number | bigint>>): readonly SideName[] {
  return sideNames.filter((name) => Number(totals[name]) === 0);
}

/**
 * Keys of a link that say all of a side; what a file has and a source does not is taken out, and the other way round.
 */
export function linkOfSide(name: SideName, side: Side): Partial<UrlState> {
  const of = side.kind === 'source' ? side : undefined;
  return {
    [`${name}.svc`]: of?.service,
    [`${name}.type`]: of?.profileType,
    [`${name}.q`]: of || side.matchers.length > 0 ? side.matchers : undefined,
    [`${name}.from`]: of?.text.from,
    [`${name}.until`]: of?.text.until,
    [`${name}.file`]: side.kind === 'file' ? side.file : undefined,
    [`${name}.st`]: side.kind === 'file' ? side.st : undefined,
    [`${name}.during`]: side.kind === 'file' ? side.during : undefined,
  };
}

export function linkOfSides({ a, b }: Readonly<Record<SideName, Side>>): Partial<UrlState> {
  return { ...linkOfSide('a', a), ...linkOfSide('b', b) };
}

function sideOf(name: SideName, state: SidesState, known: SideDefaults, usual: TimeRangeText | undefined): Side {
  const file = state[`${name}.file`];
  if (file !== undefined)
    return {
      kind: 'file',
      file,
      st: state[`${name}.st`],
      matchers: state[`${name}.q`] ?? [],
      during: state[`${name}.during`],
    };
  const { service, profileType, matchers } = subjectOf(name, state, known);
  const said = rangeOf(state, name);
  const text = said ?? usual ?? { from: 'now-1h', until: 'now' };
  const resolved = said || usual ? resolveTimeRange(text, known.nowMs, known.zone) : undefined;
  const range = resolved?.ok === true ? resolved.range : undefined;
  return {
    kind: 'source',
    service,
    profileType,
    matchers,
    text,
    range,
    mistake: resolved?.ok === false ? resolved.message : undefined,
    query:
      service === undefined || profileType === undefined || range === undefined
        ? undefined
        : { profileType, matchers: [{ name: SERVICE_LABEL, operator: '=', value: service }, ...matchers], range },
  };
}

function subjectOf(
  name: SideName,
  state: SidesState,
  known: SubjectDefaults,
): Pick<SourceSide, 'service' | 'profileType' | 'matchers'> {
  const other = name === 'a' ? 'b' : 'a';
  return {
    service: state[`${name}.svc`] ?? state[`${other}.svc`] ?? known.service,
    profileType: state[`${name}.type`] ?? state[`${other}.type`] ?? known.profileType,
    matchers: state[`${name}.q`] ?? known.matchers,
  };
}

/** Whether both sides have the same profiles, so that only the time differs. */
function isOneThing(state: SidesState, known: SubjectDefaults): boolean {
  const [a, b] = sideNames.map((name) => {
    const { service, profileType, matchers } = subjectOf(name, state, known);
    return JSON.stringify([state[`${name}.file`] ?? [service, profileType, printLabelSelector(matchers)]]);
  });
  return a === b;
}

/** A range needs both ends. */
function rangeOf(state: SidesState, name: SideName): TimeRangeText | undefined {
  const from = state[`${name}.from`];
  const until = state[`${name}.until`];
  return from === undefined || until === undefined ? undefined : { from, until };
}

/**
 * B is the range in view and A the one before it, as long; where there are no profiles so early, the two halves of what
 * is
 * in view. A side of another service, type or labels than the other's is looked at over the same time, and one beside a
 * file over all that is in view.
 */
function usualRanges(
  state: SidesState,
  { range, oldestMs, nowMs, zone }: SideDefaults,
  isOne: boolean,
): Readonly<Record<SideName, TimeRangeText | undefined>> {
  const [a, b] = sideNames.map((name) => rangeOf(state, name));
  if (a && !b && !isOne) return { a, b: a };
  if (b && !a && !isOne) return { a: b, b };
  if (b && !a) {
    const resolved = resolveTimeRange(b, nowMs, zone);
    return { a: resolved.ok ? before(resolved.range) : undefined, b };
  }
  if (!range) return { a: undefined, b: undefined };
  const { startMs, endMs } = range;
  const whole = absolute(startMs, endMs);
  if (!isOne || a) return { a: whole, b: whole };
  if (oldestMs === undefined || oldestMs <= startMs - (endMs - startMs) / 2) return { a: before(range), b: whole };
  return halves(range);
}
