/**
 * Labels of a profile's samples: keys and values, selection by matchers, and grouping by a label.
 * A sample without a label has the empty value, as a series has; one that repeats a label has several values.
 */
import { compareNatural } from '#base/natural-order.ts';
import type { Steps } from '#base/steps.ts';
import type { LabelMatcher } from './labels.ts';
import { valuesOfMatcher } from './matcher-values.ts';
import { tablesOf, tablesOfOne } from './definitions.ts';
import type { Profile, ValueColumn } from './profile.ts';
import { frameOfValue, type LabelValues } from './label-frames.ts';
import { formatInterval, type Interval } from './interval.ts';
import { labelKeys } from './label-keys.ts';
import { isTimed, keepDuring, recordedMs, recordingSpan, type TimedProfile, valuesDuring } from './sample-times.ts';
import { compilePattern } from './search-pattern.ts';

const SAMPLES_A_STEP = 65_536;
/** Labels whose values are counted. */
const MAX_COUNTED = 40;
/** Values that are listed, and groups that are made: the largest. */
const MAX_VALUES = 5000;
const MAX_GROUPS = 1000;

/** One label of all samples. */
export interface LabelColumn {
  /** All values that samples have together, each once; the first is that of a sample without the label. */
  readonly values: readonly (readonly string[])[];
  /** By sample: a position in `values`. */
  readonly of: Int32Array;
}

/** How many values each label has in the samples that match; undefined beyond the first labels. */
export function* countLabelValues(
  profile: Profile,
  matchers: readonly LabelMatcher[],
): Steps<readonly { readonly name: string; readonly valueCount: number | undefined }[]> {
  const kept = yield* matchingSamples(profile, matchers);
  const counted: { name: string; valueCount: number | undefined }[] = [];
  for (const [i, name] of labelKeys(profile).entries()) {
    let valueCount: number | undefined;
    if (i < MAX_COUNTED) {
      const column = yield* labelColumn(profile, name);
      const seen = new Set<string>();
      for (let sample = 0; sample < profile.sampleCount; sample++)
        if (kept[sample] === 1) for (const value of column.values[column.of[sample]]) seen.add(value);
      valueCount = seen.size;
    }
    if (valueCount !== 0) counted.push({ name, valueCount });
  }
  return counted;
}

/**
 * Values of a label in the samples that match, and what these cost; the largest first, at most 5000.
 * @param how each: as matchers select them, so that a sample with two values counts for both; joined: as
 *   `selectSamples` groups them, where the two are one value
 */
export function* costLabelValues(
  profile: Profile,
  sampleType: number,
  name: string,
  matchers: readonly LabelMatcher[],
  how: 'each' | 'joined',
): Steps<readonly { readonly name: string; readonly cost: number }[]> {
  const kept = yield* matchingSamples(profile, matchers);
  const { values, of } = yield* labelColumn(profile, name);
  const sums = sumsOf(profile.values[sampleType], of, values.length, kept);
  const costs = new Map<string, number>();
  for (const [i, sum] of sums.entries()) {
    if (sum.samples === 0 || values[i].length === 0) continue;
    for (const value of how === 'each' ? values[i] : [joinedValue(values[i])])
      costs.set(value, (costs.get(value) ?? 0) + sum.cost);
  }
  return [...costs]
    .map(([value, cost]) => ({ name: value, cost }))
    .sort((a, b) => b.cost - a.cost || compareNatural(a.name, b.name))
    .slice(0, MAX_VALUES);
}

/**
 * The samples that match all matchers, as a profile without labels. With `by` each stack begins with a frame for its
 * value of that label: of many values the named ones, or the largest, have frames of their own.
 * @param during leaves the part of the values that lies in it; a profile without times has no such part
 * @throws RangeError at an invalid pattern
 */
export function* selectSamples(
  profile: Profile,
  matchers: readonly LabelMatcher[],
  by: string | LabelValues | undefined,
  during?: Interval,
): Steps<Profile> {
  const kept = yield* matchingSamples(profile, matchers);
  const timed = during && isTimed(profile) ? { profile, during, ...(yield* recordingSpan(profile)) } : undefined;
  if (timed) yield* keepDuring(timed.profile, timed.during, timed.startMs, kept);
  const groups = by === undefined ? undefined : yield* groupsOf(profile, by, kept);
  const { stackStart, stackFrames } = profile;
  let samples = 0;
  let frames = 0;
  for (let i = 0; i < kept.length; i++) {
    if (kept[i] === 0) continue;
    samples++;
    frames += stackStart[i + 1] - stackStart[i] + (groups ? 1 : 0);
  }
  const from = new Int32Array(samples);
  const start = new Int32Array(samples + 1);
  const stacks = new Int32Array(frames);
  let sample = 0;
  let at = 0;
  for (let i = 0; i < kept.length; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / kept.length;
    if (kept[i] === 0) continue;
    if (groups) stacks[at++] = profile.frames.length + groups.of[i];
    stacks.set(stackFrames.subarray(stackStart[i], stackStart[i + 1]), at);
    at += stackStart[i + 1] - stackStart[i];
    from[sample++] = i;
    start[sample] = at;
  }
  return {
    ...profile,
    ...(groups && withGroups(profile, groups.names)),
    ...(timed && partFacts(timed)),
    times: profile.times && pickedTimes(profile.times, from),
    sampleCount: samples,
    stackStart: start,
    stackFrames: stacks,
    values: profile.values.map((column, type) =>
      timed ? valuesDuring(timed.profile, type, timed.during, timed.startMs, from) : pickedValues(column, from),
    ),
    labels: {
      start: new Int32Array(samples + 1),
      key: new Int32Array(),
      text: new Int32Array(),
      number: new BigInt64Array(),
      unit: new Int32Array(),
      strings: [],
    },
  };
}

interface TimedPart {
  readonly profile: TimedProfile;
  readonly during: Interval;
  readonly startMs: number;
  readonly endMs: number;
}

/** How long what is selected took, when it began, and that it is a part: an export does not say so elsewhere. */
function partFacts({ profile, during, startMs, endMs }: TimedPart): Pick<Profile, 'timeMs' | 'durationMs' | 'notes'> {
  const { timeMs } = profile;
  const durationMs = recordedMs(profile, { startMs, endMs });
  const insideMs = Math.max(0, Math.min(during.untilMs, durationMs) - during.fromMs);
  const notes = [...profile.notes, `Part of the recording: ${formatInterval(during)}.`];
  if (during.isRest) return { timeMs, durationMs: Math.max(0, durationMs - insideMs), notes };
  return { timeMs: timeMs === undefined ? undefined : timeMs + during.fromMs, durationMs: insideMs, notes };
}

function pickedTimes(times: Float64Array, from: Int32Array): Float64Array {
  return Float64Array.from(from, (sample) => times[sample]);
}

/** Frames and functions of groups come after those of the profile. */
function withGroups(
  { functions, definitions, frames }: Profile,
  names: readonly string[],
): Pick<Profile, 'functions' | 'definitions' | 'frames'> {
  const none = new Int32Array(names.length);
  const first = definitions.names.length;
  const rows = {
    names: [...definitions.names, ...names],
    files: [...definitions.files, ...names.map(() => '')],
    line: joined(definitions.line, none),
    mappings: [...definitions.mappings, ...names.map(() => '')],
  };
  const definition = joined(
    frames.definition,
    none.map((_, i) => first + i),
  );
  const isOne = functions.names.length === definitions.names.length;
  const { kinds } = frames;
  const of = new Uint8Array(definition.length);
  if (kinds) of.set(kinds.of);
  return (isOne ? tablesOfOne : tablesOf)(
    rows,
    definition,
    joined(frames.line, none),
    kinds && { names: kinds.names, of },
  );
}

/** All values of a sample as one: '' where it has none. */
function joinedValue(values: readonly string[]): string {
  return values.join(', ');
}

/** Names of the groups, and the group of each sample. */
function* groupsOf(
  profile: Profile,
  by: string | LabelValues,
  kept: Uint8Array,
): Steps<{ readonly names: readonly string[]; readonly of: Int32Array }> {
  const { label, values: named } = typeof by === 'string' ? { label: by, values: undefined } : by;
  const { values, of } = yield* labelColumn(profile, label);
  const isNamed = new Set(named);
  const sums = sumsOf(profile.values[profile.defaultSampleType], of, values.length, kept);
  const used = [...sums.keys()].filter((i) => sums[i].samples > 0).sort((a, b) => sums[b].cost - sums[a].cost);
  const known = new Set(profile.functions.names);
  const names: string[] = [];
  const groups = new Map<string, number>();
  const groupOf = new Int32Array(values.length);
  for (const [rank, i] of used.entries()) {
    const value = joinedValue(values[i]);
    let name = frameOfValue(label, value, named ? isNamed.has(value) : rank < MAX_GROUPS);
    let group = groups.get(name);
    if (group === undefined) {
      groups.set(name, (group = groups.size));
      // A function of this name is another one.
      while (known.has(name)) name += ' ';
      known.add(name);
      names.push(name);
    }
    groupOf[i] = group;
  }
  return { names, of: of.map((value) => groupOf[value]) };
}

/** 1 for each sample that meets all matchers. */
export function* matchingSamples(profile: Profile, matchers: readonly LabelMatcher[]): Steps<Uint8Array> {
  const isMatching = new Uint8Array(profile.sampleCount).fill(1);
  for (const matcher of matchers) {
    const { values, of } = yield* labelColumn(profile, matcher.name);
    const isMet = meets(matcher);
    const isWanted = matcher.operator === '=' || matcher.operator === '=~';
    // A sample with several values is in where one is asked for, and out where one is excluded.
    const met = Uint8Array.from(values, (all) =>
      (all.length === 0 ? [''] : all).some((value) => isMet(value)) === isWanted ? 1 : 0,
    );
    for (let i = 0; i < isMatching.length; i++) isMatching[i] &= met[of[i]];
  }
  return isMatching;
}

/** Whether the matcher names the value, before negation. */
function meets(matcher: LabelMatcher): (value: string) => boolean {
  const named = valuesOfMatcher(matcher);
  if (named) {
    const known = new Set(named);
    return (value) => known.has(value);
  }
  const compiled = compilePattern(wholeOf(matcher.value), false);
  if (!compiled.ok) throw new RangeError(`The pattern of ${matcher.name} cannot be read: ${compiled.message}.`);
  return (value) => compiled.pattern.test(value);
}

/** The pattern must match the whole value; a leading (?i) stays in front. */
function wholeOf(pattern: string): string {
  const flag = pattern.startsWith('(?i)') ? '(?i)' : '';
  return `${flag}^(?:${pattern.slice(flag.length)})$`;
}

export function* labelColumn({ labels, sampleCount }: Profile, name: string): Steps<LabelColumn> {
  const { start, key, text, number, strings } = labels;
  const of = new Int32Array(sampleCount);
  const values: (readonly string[])[] = [[]];
  const wanted = strings.indexOf(name);
  if (wanted < 0) return { values, of };
  const byText = new Int32Array(strings.length);
  const byWords = new Map<string, number>();
  const placeOf = (all: readonly string[]): number => {
    const words = JSON.stringify(all);
    const known = byWords.get(words);
    if (known !== undefined) return known;
    byWords.set(words, values.length);
    return values.push(all) - 1;
  };
  const wordsOf = (label: number): string => (text[label] < 0 ? String(number[label]) : strings[text[label]]);
  for (let i = 0; i < sampleCount; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / sampleCount;
    let found = -1;
    let more: string[] | undefined;
    for (let label = start[i]; label < start[i + 1]; label++) {
      if (key[label] !== wanted) continue;
      if (found < 0) found = label;
      else (more ??= [wordsOf(found)]).push(wordsOf(label));
    }
    if (found < 0) continue;
    if (more) of[i] = placeOf([...new Set(more)]);
    else if (text[found] < 0) of[i] = placeOf([wordsOf(found)]);
    else of[i] = byText[text[found]] ||= placeOf([strings[text[found]]]);
  }
  return { values, of };
}

/** Cost and number of the selected samples of each value. */
function sumsOf(
  { values }: ValueColumn,
  of: Int32Array,
  count: number,
  kept: Uint8Array,
): readonly { readonly cost: number; readonly samples: number }[] {
  const sums = Array.from({ length: count }, () => ({ cost: 0, samples: 0 }));
  for (let i = 0; i < of.length; i++) {
    if (kept[i] === 0) continue;
    sums[of[i]].cost += values[i];
    sums[of[i]].samples++;
  }
  return sums;
}

function pickedValues({ values, exact }: ValueColumn, from: Int32Array): ValueColumn {
  return {
    values: Float64Array.from(from, (i) => values[i]),
    exact: exact && BigInt64Array.from(Array.from(from, (i) => exact[i])),
  };
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
