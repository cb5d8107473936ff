/**
 * When samples ran. A value in a unit of time lasts: it says how long the sample took from its time on. Any other value
 * is of the moment of its sample.
 */
import { finish, type Steps } from '#base/steps.ts';
import type { Interval } from './interval.ts';
import type { Profile, SampleType, ValueColumn } from './profile.ts';
import { nanosecondsIn } from './units.ts';

export type TimedProfile = Profile & { readonly times: Float64Array };

const SAMPLES_A_STEP = 65_536;
const NS_A_MS = 1e6;
/** A unit as short as this is not divided. */
const MAX_WHOLE_MS = 1e-3;

export function isTimed(profile: Profile): profile is TimedProfile {
  return profile.times !== undefined && profile.times.length > 0;
}

/** How long one of a value lasts, in ms; 0 if values are of a moment. */
export function msOfOne({ unit }: SampleType): number {
  return (nanosecondsIn(unit) ?? 0) / NS_A_MS;
}

/** From the first sample to the end of the last one, in the words of `Profile.times`. */
interface RecordingSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** @throws RangeError where the span is no number */
export function* recordingSpan(profile: TimedProfile): Steps<RecordingSpan> {
  const span = yield* spanOf(profile);
  if (!Number.isFinite(span.endMs - span.startMs))
    throw new RangeError(
      'The recording is too long for its times to be drawn: a sample lasts longer than a number can say.',
    );
  return span;
}

function* spanOf({ times, values, sampleTypes }: TimedProfile): Steps<RecordingSpan> {
  const lasting = sampleTypes.flatMap((type, i) => (msOfOne(type) > 0 ? [{ ms: msOfOne(type), ...values[i] }] : []));
  let startMs = Infinity;
  let endMs = -Infinity;
  for (let i = 0; i < times.length; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / times.length;
    const time = times[i];
    if (time < startMs) startMs = time;
    if (time > endMs) endMs = time;
    for (const { ms, values: column } of lasting) if (time + column[i] * ms > endMs) endMs = time + column[i] * ms;
  }
  return { startMs, endMs };
}

/** How long a recording took, ms: what it says itself, but at least until its last sample ended. */
export function recordedMs({ durationMs = 0 }: Profile, { startMs, endMs }: RecordingSpan): number {
  return Math.max(durationMs, endMs - startMs);
}

/** The same of any profile; undefined where it does not say, nor its samples. */
export function recordedMsOf(profile: Profile): number | undefined {
  if (!isTimed(profile)) return profile.durationMs;
  const span = finish(spanOf(profile));
  return Number.isFinite(span.endMs - span.startMs) ? recordedMs(profile, span) : profile.durationMs;
}

/**
 * How much of a value lies before a time. What lies between two times is the difference: parts that meet add up to the
 * value exactly, as it is cut at a bit that a double of its size has. Whole µs and ns are cut into whole ones.
 * @param msOne see `msOfOne`
 */
export function valueBefore(value: number, startMs: number, msOne: number, atMs: number): number {
  if (atMs <= startMs) return 0;
  if (!(value > 0) || startMs + value * msOne <= atMs) return value;
  const isWhole = msOne <= MAX_WHOLE_MS && Number.isInteger(value);
  const grain = isWhole ? 1 : Math.max(Number.MIN_VALUE, 2 ** (Math.floor(Math.log2(value)) - 30));
  return Math.min(value, Math.floor((atMs - startMs) / msOne / grain) * grain);
}

/** The times of an interval, in the words of `Profile.times`. */
function boundsOf(interval: Interval, startMs: number): { readonly fromMs: number; readonly untilMs: number } {
  return { fromMs: startMs + interval.fromMs, untilMs: startMs + interval.untilMs };
}

/** Takes out the samples that have nothing in the interval. @param startMs of the recording */
export function* keepDuring(
  { times, values, sampleTypes }: TimedProfile,
  interval: Interval,
  startMs: number,
  kept: Uint8Array,
): Steps<void> {
  const { fromMs, untilMs } = boundsOf(interval, startMs);
  const lasting = sampleTypes.flatMap((type, i) => (msOfOne(type) > 0 ? [{ ms: msOfOne(type), ...values[i] }] : []));
  for (let i = 0; i < times.length; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / times.length;
    const time = times[i];
    const begins = time >= fromMs && time < untilMs;
    if (begins !== interval.isRest) continue;
    if (!lasting.some((column) => partOf(column.values[i], time, column.ms, interval, startMs) > 0)) kept[i] = 0;
  }
}

/** The part of each value that lies in the interval. @param from the samples that are kept */
export function valuesDuring(
  { times, sampleTypes, values }: TimedProfile,
  type: number,
  interval: Interval,
  startMs: number,
  from: Int32Array,
): ValueColumn {
  const { values: column, exact } = values[type];
  const ms = msOfOne(sampleTypes[type]);
  const parts = new Float64Array(from.length);
  const wide = exact && new BigInt64Array(from.length);
  for (let at = 0; at < from.length; at++) {
    const i = from[at];
    const part = partOf(column[i], times[i], ms, interval, startMs);
    parts[at] = part;
    if (!exact || !wide) continue;
    wide[at] = part === column[i] ? exact[i] : part === 0 ? 0n : exactPart(exact[i], times[i], ms, interval, startMs);
    parts[at] = Number(wide[at]);
  }
  return { values: parts, exact: wide };
}

function partOf(value: number, time: number, msOne: number, interval: Interval, startMs: number): number {
  const { fromMs, untilMs } = boundsOf(interval, startMs);
  const inside = valueBefore(value, time, msOne, untilMs) - valueBefore(value, time, msOne, fromMs);
  return interval.isRest ? value - inside : inside;
}

/** The same of a whole number that a double may not hold. */
function exactPart(value: bigint, time: number, msOne: number, interval: Interval, startMs: number): bigint {
  const { fromMs, untilMs } = boundsOf(interval, startMs);
  const double = Number(value);
  const before = (atMs: number): bigint => {
    const part = valueBefore(double, time, msOne, atMs);
    return part === double ? value : BigInt(Math.floor(part));
  };
  const inside = before(untilMs) - before(fromMs);
  return interval.isRest ? value - inside : inside;
}
