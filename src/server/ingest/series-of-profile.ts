/** A decoded profile to the series that its samples go to: limits, labels, types. */

import { labelSet, type Label, type LabelSet } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';
import { needsExact } from '#formats/profile-columns.ts';
import type { IncomingProfile, IncomingSeries, Trimmed } from '../incoming.ts';
import { checkName } from './names.ts';
import type { AttributeRules } from './otlp-attributes.ts';
import { quote, Refusal } from './refusal.ts';
import { groupByLabels } from './sample-labels.ts';
import { traceContexts } from './trace-context.ts';

/** The limits of an upload. Times in ms. */
export interface IngestLimits {
  /** Unpacked bytes of one profile. */
  readonly maxProfileBytes: number;
  readonly maxSamples: number;
  /** Frames of a stack; deeper ones lose their leaf end. */
  readonly maxDepth: number;
  readonly maxLabels: number;
  readonly maxLabelNameBytes: number;
  readonly maxLabelValueBytes: number;
  /** Age of a profile; 0 takes any. */
  readonly maxAgeMs: number;
  readonly maxFutureMs: number;
  /** Which attributes of OTLP are labels, beside the rules that are built in. */
  readonly attributes?: AttributeRules;
}

/** A time that a database, a Date and a double of microseconds hold: the year 2255. */
const MAX_TIME_MS = Math.floor(Number.MAX_SAFE_INTEGER / 1000);
/** Set by the server, whatever a client sends. */
const OWN = new Set([
  '__profile_type__',
  '__service_name__',
  '__type__',
  '__unit__',
  '__period_type__',
  '__period_unit__',
  '__delta__',
  '__order__',
  '__session_id__',
]);
const UNKNOWN_SERVICE = 'unknown_service';
const DELTA_PREFIX = 'godeltaprof_';

export interface TakenProfile {
  readonly incoming: IncomingProfile;
  readonly trimmed: Trimmed;
}

/**
 * @param labels as sent, `__name__` among them
 * @param timeMs of the profile, checked against the limits
 * @param spans of its samples, where they are not only in its labels
 * @throws Refusal
 */
export function seriesOfProfile(
  decoded: Profile,
  labels: readonly Label[],
  timeMs: number,
  repeatKey: string,
  limits: IngestLimits,
  nowMs: number,
  spans = traceContexts(decoded),
): TakenProfile {
  checkTime(timeMs, limits, nowMs);
  if (decoded.sampleCount > limits.maxSamples) {
    throw new Refusal(
      'too_many',
      `The profile has ${decoded.sampleCount} samples; the maximum is ${limits.maxSamples}: send shorter windows.`,
    );
  }
  const negativeValues = checkValues(decoded);
  const period = checkPeriod(decoded.period?.value ?? 0);
  checkTypes(decoded, limits);
  const base = checkLabels(labels, limits);
  const service = base.find(({ name }) => name === 'service_name')!.value;
  const name = base.find((label) => label.name === '__name__')!.value;
  const { profile, cutStacks } = cutDepth(decoded, limits.maxDepth);
  const { groups, dropped } = groupByLabels(profile, base, OWN, limits);
  const periodType = profile.period?.type.type ?? '';
  const periodUnit = profile.period?.type.unit ?? '';
  const series: IncomingSeries[] = [];
  profile.sampleTypes.forEach(({ type, unit }, column) => {
    const profileType = [name, type, unit, periodType, periodUnit].join(':');
    const own: Label[] = [
      { name: '__profile_type__', value: profileType },
      { name: '__service_name__', value: service },
      { name: '__type__', value: type },
      { name: '__unit__', value: unit },
      { name: '__period_type__', value: periodType },
      { name: '__period_unit__', value: periodUnit },
    ];
    const alone = labelSet([...base, ...own]);
    for (const { labels: more, rows } of groups) {
      const named = more.length === 0 ? { labels: alone } : { labels: labelSet([...more, ...alone]), base: alone };
      series.push({ ...named, service, profileType, column, rows });
    }
  });
  return {
    incoming: {
      profile,
      timeUs: Math.round(timeMs * 1000),
      period,
      repeatKey,
      series,
      spans,
    },
    trimmed: { cutStacks, labelsDropped: dropped ? 1 : 0, negativeValues, cumulative: 0, cutOff: 0 },
  };
}

function checkTime(timeMs: number, { maxAgeMs, maxFutureMs }: IngestLimits, nowMs: number): void {
  // Negated, so that NaN fails too.
  if (!(timeMs >= 0 && timeMs <= MAX_TIME_MS)) {
    throw new Refusal(
      timeMs > 0 ? 'too_new' : 'too_old',
      'The time of the profile is before 1970 or after 2255: send ms since 1970, or leave it out.',
    );
  }
  const when = new Date(timeMs).toISOString();
  if (maxAgeMs > 0 && timeMs < nowMs - maxAgeMs) {
    throw new Refusal(
      'too_old',
      `The profile is from ${when}; the maximum age is ${maxAgeMs / 60_000} min. Open the file in Files, or start the server with --max-profile-age 0, which accepts any age.`,
    );
  }
  if (timeMs > nowMs + maxFutureMs) {
    throw new Refusal(
      'too_new',
      `The profile is from ${when}, more than ${maxFutureMs / 60_000} min ahead of this server's clock: check the clocks.`,
    );
  }
}

/** @throws Refusal */
function checkLabels(labels: readonly Label[], limits: IngestLimits): LabelSet {
  const seen = new Set<string>();
  const kept: Label[] = [];
  for (const { name, value } of labels) {
    if (name === '') throw new Refusal('bad_labels', 'A label has no name.');
    checkName('The name of a label', name);
    if (seen.has(name)) throw new Refusal('bad_labels', `The label ${quote(name)} occurs twice.`);
    seen.add(name);
    if (name === 'service_name' && value === '') {
      throw new Refusal('bad_labels', 'The label service_name is empty: name the service, or leave the label out.');
    }
    if (Buffer.byteLength(name) > limits.maxLabelNameBytes) {
      throw new Refusal('bad_labels', `A label's name has more than ${limits.maxLabelNameBytes} bytes.`);
    }
    checkName(`The value of the label ${name}`, value);
    if (Buffer.byteLength(value) > limits.maxLabelValueBytes) {
      throw new Refusal('bad_labels', `The label ${name} has more than ${limits.maxLabelValueBytes} bytes.`);
    }
    if (!OWN.has(name)) kept.push({ name, value });
  }
  if (!seen.has('service_name')) kept.push({ name: 'service_name', value: UNKNOWN_SERVICE });
  if (kept.length > limits.maxLabels) {
    throw new Refusal('bad_labels', `The series has ${kept.length} labels; the maximum is ${limits.maxLabels}.`);
  }
  const name = kept.find((label) => label.name === '__name__')?.value ?? '';
  if (name === '')
    throw new Refusal('bad_labels', 'The label __name__ is missing: it names the measurement, such as process_cpu.');
  if (name.includes(':'))
    throw new Refusal(
      'bad_labels',
      `The label __name__, ${quote(name)}, contains a colon, which is not allowed: rename it.`,
    );
  if (!name.startsWith(DELTA_PREFIX)) return labelSet(kept);
  return labelSet([
    ...kept,
    { name: '__name__', value: name.slice(DELTA_PREFIX.length) },
    { name: '__name_replaced__', value: name },
  ]);
}

function cutDepth(profile: Profile, most: number): { profile: Profile; cutStacks: number } {
  const { stackStart, stackFrames, sampleCount } = profile;
  let cutStacks = 0;
  for (let i = 0; i < sampleCount; i++) if (stackStart[i + 1] - stackStart[i] > most) cutStacks++;
  if (cutStacks === 0) return { profile, cutStacks };
  const start = new Int32Array(sampleCount + 1);
  const frames: Int32Array[] = [];
  for (let i = 0; i < sampleCount; i++) {
    const length = Math.min(most, stackStart[i + 1] - stackStart[i]);
    frames.push(stackFrames.subarray(stackStart[i], stackStart[i] + length));
    start[i + 1] = start[i] + length;
  }
  const joined = new Int32Array(start[sampleCount]);
  frames.forEach((one, i) => joined.set(one, start[i]));
  return { profile: { ...profile, stackStart: start, stackFrames: joined }, cutStacks };
}

/** A larger sum is not exact and would read back as a different value. @throws Refusal */
function checkValues({ values }: Profile): number {
  let negative = 0;
  let positive = 0;
  for (const { values: column, exact } of values) {
    if (exact !== undefined || needsExact(column)) {
      throw new Refusal(
        'bad_profile',
        'The values of the profile sum to more than 2^53, the largest sum that is stored exactly: send shorter windows.',
      );
    }
    for (const value of column) {
      if (value < 0) negative++;
      else if (value > 0) positive++;
    }
  }
  if (negative > 0 && positive === 0) {
    throw new Refusal(
      'bad_profile',
      'The profile has no value above 0, and only values above 0 are stored: send the profile itself, not its difference from another one.',
    );
  }
  return negative;
}

/** @returns whole @throws Refusal */
function checkPeriod(period: number): number {
  const whole = Math.round(period);
  if (whole >= 0 && Number.isSafeInteger(whole)) return whole;
  throw new Refusal('bad_profile', `The period of the profile is ${period}: send 0 to 2^53, or leave it out.`);
}

/** Types become parts of an id that colons separate. @throws Refusal */
function checkTypes({ sampleTypes, period }: Profile, { maxLabelValueBytes }: IngestLimits): void {
  for (const { type, unit } of period ? [...sampleTypes, period.type] : sampleTypes) {
    for (const text of [type, unit]) {
      checkName('The name of a type or unit', text);
      if (text.includes(':'))
        throw new Refusal(
          'bad_profile',
          `The type or unit ${quote(text)} contains a colon, which is not allowed: rename it.`,
        );
      if (Buffer.byteLength(text) > maxLabelValueBytes)
        throw new Refusal('bad_profile', `A type or unit has more than ${maxLabelValueBytes} bytes.`);
    }
  }
}
