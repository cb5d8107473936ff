/**
 * One thread's calls in the order of time: a tree whose nodes are single calls. A call goes on from one sample to the
 * next where both have it and no time is between them.
 */
import type { Steps } from '#base/steps.ts';
import { compareNatural } from '#base/natural-order.ts';
import { Float64Column, Int32Column } from '#base/column.ts';
import type { CallTree } from './call-tree.ts';
import type { Interval } from './interval.ts';
import { labelKeys } from './label-keys.ts';
import type { LabelMatcher } from './labels.ts';
import type { Profile } from './profile.ts';
import { matchingSamples, labelColumn } from './sample-labels.ts';
import { isTimed, msOfOne, recordedMs, recordingSpan, type TimedProfile } from './sample-times.ts';
import { THREAD_LABELS } from './when.ts';

/** More calls than a screen, or a memory, holds: the earliest are made. */
const MAX_CALLS = 1 << 22;
/** Threads that are listed: those that ran longest. */
const MAX_THREADS = 5000;
const SAMPLES_A_STEP = 16_384;
/** A sample without a length lasts until the next one, but no longer than this many usual gaps. */
const MAX_GAPS = 3;
/** Samples of one length are taken at a clock: what is missing between two of them is within its precision. */
const CLOCK_SLACK = 0.5;
/** Two times are one: within a picosecond, and within what a double of a date leaves. */
const MIN_SLACK_MS = 1e-9;
const DATE_SLACK = 5e-16;

export interface FlameChart {
  /** Node 0 is the recording, as long as it took (`recordedMs`); totals and selves are ms. Siblings are ordered by time, and may have gaps between them. */
  readonly tree: CallTree;
  /** By node: when it begins, in ms since `originMs`. */
  readonly start: Float64Array;
  /** Where the tree begins, in ms since the first sample of the file. */
  readonly originMs: number;
  /** Whether calls after the first ones are missing. */
  readonly isCut: boolean;
  /** What tells threads apart; undefined where nothing does: then all samples are one thread. */
  readonly threads: ThreadsOfChart | undefined;
}

export interface ThreadsOfChart {
  readonly label: string;
  /** The shown one: the values that its samples have of the label. */
  readonly shown: readonly string[];
  /** All threads that can be chosen, up to `MAX_THREADS`. The one that ran longest comes first. */
  readonly all: readonly (readonly string[])[];
  readonly count: number;
}

/**
 * The thread that ran longest of those that match, from the samples that have the sample type.
 * @returns undefined where samples have no times
 * @throws RangeError at a pattern that cannot be read
 */
export function* flameChart(
  profile: Profile,
  sampleType: number,
  matchers: readonly LabelMatcher[],
  during: Interval | undefined,
): Steps<FlameChart | undefined> {
  if (!isTimed(profile)) return undefined;
  const span = yield* recordingSpan(profile);
  const { startMs } = span;
  const kept = yield* samplesOfType(profile, sampleType, matchers);
  const type = yield* lastingType(profile, sampleType);
  const { of, threads } = yield* threadOf(profile, sampleType, type ?? sampleType, matchers, kept);
  const samples = yield* inTime(profile, of, type);
  const ends = yield* endsOf(profile, samples, type);
  const windows = windowsOf(during, recordedMs(profile, span));
  const originMs = windows[0].fromMs;
  const calls = new Calls(Math.max(MIN_SLACK_MS, Math.abs(startMs) * DATE_SLACK));
  for (const { fromMs, untilMs } of windows) {
    for (let at = 0; at < samples.length && !calls.isFull; at++) {
      if (at % SAMPLES_A_STEP === 0) yield at / samples.length;
      const from = Math.max(fromMs, profile.times[samples[at]] - startMs) - originMs;
      const until = Math.min(untilMs, ends[at] - startMs) - originMs;
      if (until > from) calls.add(profile, samples[at], from, until);
    }
    calls.close(0);
  }
  const lengthMs = windows[windows.length - 1].untilMs - originMs;
  return { ...calls.take(lengthMs), originMs, isCut: calls.isFull, threads };
}

/** 1 for each sample that matches and has the shown type: kinds of samples may each have a type of their own. */
function* samplesOfType(profile: Profile, shown: number, matchers: readonly LabelMatcher[]): Steps<Uint8Array> {
  const kept = yield* matchingSamples(profile, matchers);
  const { values } = profile.values[shown];
  for (let i = 0; i < kept.length; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / kept.length;
    if (values[i] === 0) kept[i] = 0;
  }
  return kept;
}

/**
 * The sample type that says how long samples last: the shown type if it is a time, else the first type of time that more
 * than half of the shown type's samples have. Undefined where there is none: other samples say nothing about these.
 */
function* lastingType({ sampleTypes, values }: Profile, shown: number): Steps<number | undefined> {
  if (msOfOne(sampleTypes[shown]) > 0) return shown;
  const { values: column } = values[shown];
  for (let type = 0; type < sampleTypes.length; type++) {
    if (msOfOne(sampleTypes[type]) === 0) continue;
    const lengths = values[type].values;
    let samples = 0;
    let lasting = 0;
    for (let i = 0; i < column.length; i++) {
      if (i % SAMPLES_A_STEP === 0) yield i / column.length;
      if (column[i] === 0) continue;
      samples++;
      if (lengths[i] > 0) lasting++;
    }
    if (lasting * 2 > samples) return type;
  }
  return undefined;
}

function* threadOf(
  profile: TimedProfile,
  shown: number,
  type: number,
  matchers: readonly LabelMatcher[],
  kept: Uint8Array,
): Steps<{ readonly of: Uint8Array; readonly threads: ThreadsOfChart | undefined }> {
  const keys = labelKeys(profile);
  const label = THREAD_LABELS.find((one) => keys.includes(one));
  if (label === undefined) return { of: kept, threads: undefined };
  const { values, of } = yield* labelColumn(profile, label);
  const { values: column } = profile.values[type];
  const longestFirst = function* (among: Uint8Array): Steps<readonly number[]> {
    const totals = new Float64Array(values.length);
    for (let i = 0; i < among.length; i++) {
      if (i % SAMPLES_A_STEP === 0) yield i / among.length;
      if (among[i] === 1) totals[of[i]] += Math.max(0, column[i]);
    }
    return Array.from(values.keys())
      .filter((value) => totals[value] > 0)
      .sort((a, b) => totals[b] - totals[a] || compareNatural(values[a].join(), values[b].join()));
  };
  const order = yield* longestFirst(kept);
  // The thread that is asked for is no reason not to list the others.
  const others = matchers.filter(({ name }) => name !== label);
  const all =
    others.length === matchers.length ? order : yield* longestFirst(yield* samplesOfType(profile, shown, others));
  const [first = 0] = order;
  const ofFirst = new Uint8Array(kept.length);
  for (let i = 0; i < kept.length; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / kept.length;
    ofFirst[i] = kept[i] === 1 && of[i] === first ? 1 : 0;
  }
  return {
    of: ofFirst,
    threads: {
      label,
      shown: values[first],
      all: all.slice(0, MAX_THREADS).map((value) => values[value]),
      count: all.length,
    },
  };
}

/** The samples of the thread by time. */
function* inTime({ times, values }: TimedProfile, of: Uint8Array, type: number | undefined): Steps<Int32Array> {
  const picked = new Int32Column();
  let isSorted = true;
  let last = -Infinity;
  for (let i = 0; i < of.length; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / of.length;
    // A sample may have no length, as an event of a moment has.
    if (of[i] === 0 || (type !== undefined && !(values[type].values[i] > 0))) continue;
    if (times[i] < last) isSorted = false;
    last = times[i];
    picked.push(i);
  }
  const samples = picked.take();
  return isSorted ? samples : samples.sort((a, b) => times[a] - times[b] || a - b);
}

/** When each sample ends, in the words of `Profile.times`: never after the next one begins. */
function* endsOf(profile: TimedProfile, samples: Int32Array, type: number | undefined): Steps<Float64Array> {
  const { times, values, sampleTypes } = profile;
  const count = samples.length;
  const ends = new Float64Array(count);
  const gaps = new Float64Array(Math.max(0, count - 1));
  const msOne = type === undefined ? 0 : msOfOne(sampleTypes[type]);
  const ownLength = (at: number): number => (type === undefined ? 0 : values[type].values[samples[at]] * msOne);
  const first = count > 0 ? ownLength(0) : 0;
  let isClock = true;
  for (let at = 0; at < count; at++) {
    if (at % SAMPLES_A_STEP === 0) yield at / count;
    if (at + 1 < count) gaps[at] = times[samples[at + 1]] - times[samples[at]];
    if (ownLength(at) !== first) isClock = false;
  }
  const usual = gaps.length === 0 ? 1 : gaps.sort()[gaps.length >> 1];
  const slack = type === undefined ? MAX_GAPS * usual : isClock ? (1 + CLOCK_SLACK) * first : 0;
  for (let at = 0; at < count; at++) {
    if (at % SAMPLES_A_STEP === 0) yield at / count;
    const start = times[samples[at]];
    const next = at + 1 < count ? times[samples[at + 1]] : Infinity;
    const end = start + (type === undefined ? usual : ownLength(at));
    ends[at] = next - start <= slack ? next : Math.min(end, next);
  }
  return ends;
}

/** The parts of the recording that are shown, in ms since its start; at least one. */
function windowsOf(during: Interval | undefined, lengthMs: number): readonly { fromMs: number; untilMs: number }[] {
  const whole = { fromMs: 0, untilMs: lengthMs };
  if (!during) return [whole];
  const { fromMs, untilMs, isRest } = during;
  const inside = { fromMs: Math.min(fromMs, lengthMs), untilMs: Math.min(untilMs, lengthMs) };
  if (!isRest) return [inside];
  return [
    { fromMs: 0, untilMs: inside.fromMs },
    { fromMs: inside.untilMs, untilMs: lengthMs },
  ];
}

/** The tree while it grows. Nodes are made in the order of their begin, callers first: that is depth first. */
class Calls {
  readonly #func = new Int32Column();
  readonly #parent = new Int32Column();
  readonly #depth = new Int32Column();
  readonly #start = new Float64Column();
  readonly #total = new Float64Column();
  readonly #self = new Float64Column();
  readonly #subtreeEnd = new Int32Column();
  readonly #slackMs: number;
  /** Open calls, the outermost first; the first is the recording. */
  #open: number[] = [];
  #openUntil = 0;
  #maxDepth = 0;

  /** @param slackMs where an end and a begin are one time */
  constructor(slackMs: number) {
    this.#slackMs = slackMs;
    this.#push(-1, -1, 0, 0);
    this.#open.push(0);
  }

  get isFull(): boolean {
    return this.#func.length >= MAX_CALLS;
  }

  add({ stackStart, stackFrames, frames }: Profile, sample: number, from: number, until: number): void {
    const first = stackStart[sample];
    const depth = stackStart[sample + 1] - first;
    let same = 0;
    if (Math.abs(from - this.#openUntil) <= this.#slackMs) {
      const open = this.#open;
      while (
        same < depth &&
        same + 1 < open.length &&
        this.#func.values[open[same + 1]] === frames.func[stackFrames[first + same]]
      )
        same++;
    }
    this.close(same);
    for (let i = same; i < depth; i++) {
      const parent = this.#open[this.#open.length - 1];
      this.#open.push(this.#push(frames.func[stackFrames[first + i]], parent, i + 1, from));
    }
    this.#self.values[this.#open[this.#open.length - 1]] += until - from;
    this.#openUntil = until;
  }

  /** Ends open calls until only the `keep` outermost are left. */
  close(keep: number): void {
    while (this.#open.length > keep + 1) {
      const node = this.#open.pop()!;
      this.#subtreeEnd.values[node] = this.#func.length;
      this.#total.values[node] = this.#openUntil - this.#start.values[node];
    }
  }

  take(lengthMs: number): Pick<FlameChart, 'tree' | 'start'> {
    const length = this.#func.length;
    const total = this.#total.take();
    const self = this.#self.take();
    const parent = this.#parent.take();
    const subtreeEnd = this.#subtreeEnd.take();
    total[0] = lengthMs;
    subtreeEnd[0] = length;
    self[0] = lengthMs;
    for (let node = 1; node < length; node = subtreeEnd[node]) self[0] -= total[node];
    // What rounding leaves of nothing.
    self[0] = Math.max(0, self[0]);
    return {
      start: this.#start.take(),
      tree: {
        length,
        func: this.#func.take(),
        parent,
        subtreeEnd,
        depth: this.#depth.take(),
        self,
        total,
        maxDepth: this.#maxDepth,
        exact: undefined,
        negative: { nodes: 0, sum: 0 },
      },
    };
  }

  #push(func: number, parent: number, depth: number, start: number): number {
    const node = this.#func.length;
    this.#func.push(func);
    this.#parent.push(parent);
    this.#depth.push(depth);
    this.#start.push(start);
    this.#total.push(0);
    this.#self.push(0);
    this.#subtreeEnd.push(node + 1);
    this.#maxDepth = Math.max(this.#maxDepth, depth);
    return node;
  }
}
