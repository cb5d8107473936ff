/** A flight recording as the profiles that Pyroscope makes of it: one for each kind of event, samples added up by stack and labels. */

import { finish } from '#base/steps.ts';
import type { DecodeLimits } from '#formats/decode-limits.ts';
import { JfrStacks, liveMallocs } from '#formats/decoders/jfr.ts';
import { type JfrEvent, JfrRecording, type JfrSurvey } from '#formats/decoders/jfr-recording.ts';
import { ProfileBuilder } from '#formats/profile-builder.ts';
import { traceLabels } from '#formats/trace-labels.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type ContextLabels, NO_LABELS } from './labels-snapshot.ts';
import { MAX_JOINED_LABEL_SETS } from './sample-labels.ts';

const NS_A_SECOND = 1e9;
/** Maximum names of threads, and of spans, in one upload: pools that name each thread anew would create a series for each. */
const MAX_NAMES = 64;
const COUNT = 'count';
const BYTES = 'bytes';
const NS = 'nanoseconds';

/** A profile of one upload with the `__name__` of its series. */
export interface JfrGroup {
  readonly name: string;
  readonly profile: Profile;
}

export interface JfrUpload {
  readonly groups: readonly JfrGroup[];
  /** The sampled event: `itimer`, `wall`; '' where the recording does not say. */
  readonly event: string;
  readonly startMs: number;
  /** Whether the names of threads, or of spans, are too many for a label. */
  readonly isFolded: boolean;
  /** Whether the end of the recording is missing. */
  readonly isCutOff: boolean;
}

interface GroupFacts {
  readonly name: string;
  readonly types: readonly SampleType[];
  readonly period: SampleType | undefined;
}

function group(
  name: string,
  types: readonly (readonly [string, string])[],
  period?: readonly [string, string],
): GroupFacts {
  const typeOf = ([type, unit]: readonly [string, string]): SampleType => ({ type, unit });
  return { name, types: types.map(typeOf), period: period && typeOf(period) };
}

const CPU = group('process_cpu', [['cpu', NS]], ['cpu', NS]);
const WALL = group('wall', [['wall', NS]], ['cpu', NS]);
const EXECUTION = group('execution', [['samples', COUNT]]);
const NATIVE = group('native_method', [['samples', COUNT]]);
const IN_TLAB = allocations('alloc_in_new_tlab');
const OUTSIDE_TLAB = allocations('alloc_outside_tlab');
const ALLOCATION = allocations('alloc_sample');
const MUTEX = group('mutex', contended(), ['mutex', COUNT]);
const BLOCK = group('block', contended(), ['block', COUNT]);
const LIVE = group('memory', [['live', COUNT]], ['objects', COUNT]);
const MALLOC = group('memory', [
  ['malloc_objects', COUNT],
  ['malloc_bytes', BYTES],
]);
const MALLOC_LIVE = group('memory', [
  ['malloc_live_objects', COUNT],
  ['malloc_live_bytes', BYTES],
]);

function allocations(prefix: string): GroupFacts {
  return group(
    'memory',
    [
      [`${prefix}_objects`, COUNT],
      [`${prefix}_bytes`, BYTES],
    ],
    ['space', BYTES],
  );
}

function contended(): [string, string][] {
  return [
    ['contentions', COUNT],
    ['delay', NS],
  ];
}

const WANTED = new Set([
  'jdk.ExecutionSample',
  'jdk.CPUTimeSample',
  'jdk.NativeMethodSample',
  'profiler.WallClockSample',
  'jdk.ObjectAllocationInNewTLAB',
  'jdk.ObjectAllocationOutsideTLAB',
  'jdk.ObjectAllocationSample',
  'jdk.JavaMonitorEnter',
  'jdk.ThreadPark',
  'profiler.LiveObject',
  'profiler.Malloc',
]);

/** @param sampleRate of the request, in Hz, for recordings that do not say how often they sample @throws DecodeError */
export function readJfrUpload(
  bytes: Uint8Array,
  contexts: ContextLabels | undefined,
  sampleRate: number,
  limits: DecodeLimits,
): JfrUpload {
  const recording = new JfrRecording(bytes);
  const survey = finish(recording.survey());
  const sums = new Map<GroupFacts, Sums>();
  const { cpuNs, wallNs, isWall } = periodsOf(survey, sampleRate);
  const hasCpuTime = survey.counts.has('jdk.CPUTimeSample');
  const isLive = survey.counts.has('profiler.Free') ? finish(liveMallocs(recording)) : undefined;
  const add = (to: GroupFacts, event: JfrEvent, first: number, second = 0): void => {
    let own = sums.get(to);
    if (own === undefined) sums.set(to, (own = new Sums(to, limits)));
    own.add(event, contexts, first, second);
  };
  const visit = (event: JfrEvent): void => {
    const { name, state, value } = event;
    switch (name) {
      case 'jdk.CPUTimeSample':
        add(CPU, event, value('samplingPeriod') ?? cpuNs);
        break;
      case 'jdk.ExecutionSample':
        // Left out beside samples of CPU time: the same work would count twice.
        if (hasCpuTime) add(EXECUTION, event, 1);
        else if (state !== 'SLEEPING') add(CPU, event, cpuNs);
        if (isWall) add(WALL, event, wallNs);
        break;
      case 'profiler.WallClockSample': {
        const samples = value('samples') ?? 1;
        if (isWall && state === 'RUNNABLE') add(CPU, event, samples * cpuNs);
        add(WALL, event, samples * wallNs);
        break;
      }
      case 'jdk.NativeMethodSample':
        add(NATIVE, event, 1);
        break;
      case 'jdk.ObjectAllocationInNewTLAB':
        add(IN_TLAB, event, 1, value('tlabSize'));
        break;
      case 'jdk.ObjectAllocationOutsideTLAB':
        add(OUTSIDE_TLAB, event, 1, value('allocationSize'));
        break;
      case 'jdk.ObjectAllocationSample':
        add(ALLOCATION, event, 1, value('weight'));
        break;
      case 'jdk.JavaMonitorEnter':
        add(MUTEX, event, 1, value('duration'));
        break;
      case 'jdk.ThreadPark':
        add(BLOCK, event, 1, value('duration'));
        break;
      case 'profiler.LiveObject':
        add(LIVE, event, 1);
        break;
      case 'profiler.Malloc':
        add(MALLOC, event, 1, value('size'));
        if (isLive?.()) add(MALLOC_LIVE, event, 1, value('size'));
        break;
    }
  };
  finish(recording.events(WANTED, visit));
  const named = namedBy([...sums.values()]);
  const facts = { timeMs: survey.startMs, durationMs: survey.durationMs };
  return {
    groups: [...sums].map(([to, own]) => {
      const value = to === CPU ? cpuNs : to === WALL ? wallNs : 0;
      const period = to.period && { type: to.period, value };
      return { name: to.name, profile: { ...own.take(named, facts), period } };
    }),
    event: survey.settings.get('event') ?? '',
    startMs: survey.startMs,
    isFolded: named.length < NAME_LABELS.length,
    isCutOff: survey.isCutOff,
  };
}

/** The value of one sample: from the recording, otherwise from the request. */
function periodsOf({ settings }: JfrSurvey, sampleRate: number): { cpuNs: number; wallNs: number; isWall: boolean } {
  const isWall = settings.get('event') === 'wall';
  const requested = Math.floor(NS_A_SECOND / (sampleRate > 0 ? sampleRate : 100));
  const interval = timeSetting(settings.get('jdk.ExecutionSample#interval') ?? settings.get('interval'));
  const cpuNs = interval ?? timeSetting(settings.get('jdk.ExecutionSample#period')) ?? requested;
  const wallNs = timeSetting(settings.get('profiler.WallClockSample#wall') ?? settings.get('wall')) ?? cpuNs;
  return { cpuNs, wallNs, isWall };
}

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: NS_A_SECOND };

/** `10000000`, `20 ms`; undefined for `0`, `everyChunk` and the like. */
function timeSetting(text: string | undefined): number | undefined {
  const [, digits, unit = 'ns'] = /^(\d{1,15}) ?(ns|us|ms|s)?$/.exec(text ?? '') ?? [];
  const time = Number(digits ?? 0) * UNITS[unit];
  return time > 0 && time <= 3600 * NS_A_SECOND ? time : undefined;
}

/** Samples of one thread in one span. */
interface Place {
  readonly thread: string;
  readonly span: string;
  readonly trace: string;
  /** '' where unknown. */
  readonly spanName: string;
  readonly byNode: Map<number, number[]>;
}

/** The labels that name a thread or a span, with its name at a place. */
const NAME_LABELS = [
  { label: 'thread_name', of: ({ thread }: Place): string => thread },
  { label: 'span_name', of: ({ spanName }: Place): string => spanName },
] as const;

type NameLabel = (typeof NAME_LABELS)[number];

/** The labels of names that all kinds of events have room for. Of too many, the one with the most names is left out. */
function namedBy(sums: readonly Sums[]): readonly NameLabel[] {
  const places = sums.flatMap((own) => own.places());
  const counts = new Map(
    NAME_LABELS.map((one) => [one, new Set(places.map((place) => one.of(place)).filter((name) => name !== '')).size]),
  );
  let kept = NAME_LABELS.filter((one) => counts.get(one)! <= MAX_NAMES);
  while (kept.length > 0 && sums.some((own) => own.labelSets(kept) > MAX_JOINED_LABEL_SETS)) {
    const most = kept.reduce((a, b) => (counts.get(b)! > counts.get(a)! ? b : a));
    kept = kept.filter((one) => one !== most);
  }
  return kept;
}

/** Sums by stack, labels, thread and span. */
class Sums {
  readonly #facts: GroupFacts;
  readonly #builder: ProfileBuilder;
  readonly #stacks: JfrStacks;
  readonly #rows = new Map<readonly (readonly [string, string])[], Map<string, Place>>();

  constructor(facts: GroupFacts, limits: DecodeLimits) {
    this.#facts = facts;
    this.#builder = new ProfileBuilder(facts.types, limits);
    this.#stacks = new JfrStacks(this.#builder);
  }

  add(event: JfrEvent, contexts: ContextLabels | undefined, first: number, second: number): void {
    const { stack, thread, span, trace, value } = event;
    const labels = contexts?.contexts.get(value('contextId') ?? 0) ?? NO_LABELS;
    const spanName = span === '' ? '' : (contexts?.strings.get(value('spanName') ?? 0) ?? '');
    const places = entry(this.#rows, labels, () => new Map<string, Place>());
    const key = span === '' && trace === '' ? thread : `${span} ${trace} ${value('spanName') ?? 0} ${thread}`;
    const { byNode } = entry(places, key, () => ({
      thread,
      span,
      trace,
      spanName,
      byNode: new Map<number, number[]>(),
    }));
    const node = this.#stacks.node(stack);
    const row = byNode.get(node);
    if (row === undefined) byNode.set(node, this.#facts.types.length === 1 ? [first] : [first, second]);
    else {
      row[0] += first;
      if (row.length > 1) row[1] += second;
    }
  }

  places(): Place[] {
    return [...this.#rows.values()].flatMap((places) => [...places.values()]);
  }

  /** The number of label sets with these names in them. */
  labelSets(named: readonly NameLabel[]): number {
    let count = 0;
    // Different rows have different labels.
    for (const places of this.#rows.values()) {
      const sets = new Set<string>();
      for (const place of places.values()) sets.add(JSON.stringify(named.map(({ of }) => of(place))));
      count += sets.size;
    }
    return count;
  }

  /** @param named which names are labels */
  take(named: readonly NameLabel[], facts: { timeMs: number; durationMs: number }): Profile {
    const builder = this.#builder;
    for (const [labels, places] of this.#rows) {
      for (const place of places.values()) {
        const own = [...labels];
        for (const { label, of } of named) if (of(place) !== '') own.push([label, of(place)]);
        const set = builder.labels([...own, ...traceLabels(place.span, place.trace)]);
        for (const [node, values] of place.byNode) builder.sample(node, values, set);
      }
    }
    return builder.take(facts);
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
