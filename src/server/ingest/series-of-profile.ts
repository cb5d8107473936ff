/** A decoded profile to the series that its samples go to: limits, labels, types. */

import { labelSet, type Label, type LabelSet } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';
import type { IncomingProfile, IncomingSeries, Trimmed } from './incoming.ts';
import { Refusal } from './refusal.ts';

/** What an upload may be at most. Times in ms. */
export interface IngestLimits {
  /** Of one profile, unpacked. */
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
}

/** Label sets that the samples of one profile may have; with more of them the samples' labels are left out. */
const MOST_LABEL_SETS = 200;
/** Bytes of a name; the end stays, as it tells more. */
const MOST_NAME_LENGTH = 65_535;
/** Sample labels that are about one request: they would make a series of each. */
const PER_REQUEST = new Set(['span_id', 'trace_id', 'profile_id']);
/** Set here whatever a client sends. */
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
 * @throws Refusal
 */
export function seriesOfProfile(
  decoded: Profile,
  labels: readonly Label[],
  timeMs: number,
  repeatKey: string,
  limits: IngestLimits,
  nowMs: number,
): TakenProfile {
  checkTime(timeMs, limits, nowMs);
  if (decoded.sampleCount > limits.maxSamples) {
    throw new Refusal(
      'too_many_samples',
      `The profile has ${decoded.sampleCount} samples, and at most ${limits.maxSamples} are taken: send shorter windows.`,
    );
  }
  if (decoded.values.some(({ exact }) => exact !== undefined)) {
    throw new Refusal(
      'too_large',
      'The values of the profile sum to more than 2^53, which is the most that is kept exactly: send shorter windows.',
    );
  }
  const base = checkLabels(labels, limits);
  const service = base.find(({ name }) => name === 'service_name')!.value;
  const name = base.find((label) => label.name === '__name__')!.value;
  const { profile, cutStacks } = cutDepth(shortNames(decoded), limits.maxDepth);
  const groups = groupByLabels(profile, new Set(base.map((label) => label.name)));
  const period = profile.period;
  const series: IncomingSeries[] = [];
  profile.sampleTypes.forEach(({ type, unit }, column) => {
    const periodType = period?.type.type ?? '';
    const periodUnit = period?.type.unit ?? '';
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
    for (const { labels: more, rows } of groups.sets) {
      const named = more.length === 0 ? { labels: alone } : { labels: labelSet([...more, ...alone]), base: alone };
      series.push({ ...named, service, profileType, column, rows });
    }
  });
  return {
    incoming: { profile, timeUs: Math.round(timeMs * 1000), period: period?.value ?? 0, repeatKey, series },
    trimmed: { cutStacks, labelsDropped: groups.dropped ? 1 : 0 },
  };
}

function checkTime(timeMs: number, { maxAgeMs, maxFutureMs }: IngestLimits, nowMs: number): void {
  const when = new Date(Math.max(-8.64e15, Math.min(8.64e15, timeMs))).toISOString();
  if (maxAgeMs > 0 && timeMs < nowMs - maxAgeMs) {
    throw new Refusal(
      'too_old',
      `The profile is of ${when}, and profiles up to ${maxAgeMs / 60_000} min old are taken (--max-profile-age).`,
    );
  }
  if (timeMs > nowMs + maxFutureMs) {
    throw new Refusal(
      'too_new',
      `The profile is of ${when}, more than ${maxFutureMs / 60_000} min ahead of this server's clock: check the clocks.`,
    );
  }
}

/** @throws Refusal */
function checkLabels(labels: readonly Label[], limits: IngestLimits): LabelSet {
  const seen = new Set<string>();
  const kept: Label[] = [];
  for (const { name, value } of labels) {
    if (name === '') throw new Refusal('bad_labels', 'A label has no name.');
    if (seen.has(name)) throw new Refusal('bad_labels', `The label ${name} is there twice.`);
    seen.add(name);
    if (name === 'service_name' && value === '') {
      throw new Refusal('bad_labels', 'The label service_name is empty: name the service, or leave the label out.');
    }
    if (Buffer.byteLength(name) > limits.maxLabelNameBytes) {
      throw new Refusal('bad_labels', `A label's name has more than ${limits.maxLabelNameBytes} bytes.`);
    }
    if (Buffer.byteLength(value) > limits.maxLabelValueBytes) {
      throw new Refusal('bad_labels', `The label ${name} has more than ${limits.maxLabelValueBytes} bytes.`);
    }
    if (!OWN.has(name)) kept.push({ name, value });
  }
  if (!seen.has('service_name')) kept.push({ name: 'service_name', value: UNKNOWN_SERVICE });
  if (kept.length > limits.maxLabels) {
    throw new Refusal('bad_labels', `The series has ${kept.length} labels, and at most ${limits.maxLabels} are taken.`);
  }
  const name = kept.find((label) => label.name === '__name__')?.value ?? '';
  if (name === '')
    throw new Refusal('bad_labels', 'The label __name__ is missing: it says what is measured, such as process_cpu.');
  if (!name.startsWith(DELTA_PREFIX)) return labelSet(kept);
  return labelSet([
    ...kept,
    { name: '__name__', value: name.slice(DELTA_PREFIX.length) },
    { name: '__name_replaced__', value: name },
  ]);
}

interface LabelGroup {
  readonly labels: readonly Label[];
  readonly rows: Int32Array;
}

/** Samples by their text labels; those that the series itself has do not count. */
function groupByLabels(profile: Profile, taken: ReadonlySet<string>): { sets: LabelGroup[]; dropped: boolean } {
  const { start, key, text, strings } = profile.labels;
  const all = Int32Array.from({ length: profile.sampleCount }, (_, i) => i);
  if (key.length === 0) return { sets: [{ labels: [], rows: all }], dropped: false };
  const groups = new Map<string, { labels: Label[]; rows: number[] }>();
  const kept = strings.map((name) => name !== '' && !PER_REQUEST.has(name) && !taken.has(name) && !OWN.has(name));
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    let found = '';
    for (let i = start[sample]; i < start[sample + 1]; i++) {
      if (text[i] >= 0 && kept[key[i]]) found += `${key[i]} ${text[i]},`;
    }
    const group = groups.get(found);
    if (group !== undefined) {
      group.rows.push(sample);
      continue;
    }
    if (groups.size === MOST_LABEL_SETS) return { sets: [{ labels: [], rows: all }], dropped: true };
    const labels: Label[] = [];
    for (let i = start[sample]; i < start[sample + 1]; i++) {
      if (text[i] >= 0 && kept[key[i]]) labels.push({ name: strings[key[i]], value: strings[text[i]] });
    }
    groups.set(found, { labels, rows: [sample] });
  }
  return {
    sets: [...groups.values()].map(({ labels, rows }) => ({ labels, rows: Int32Array.from(rows) })),
    dropped: false,
  };
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

function shortNames(profile: Profile): Profile {
  const { names } = profile.functions;
  if (names.every((name) => name.length <= MOST_NAME_LENGTH)) return profile;
  const short = names.map((name) => name.slice(-MOST_NAME_LENGTH));
  return { ...profile, functions: { ...profile.functions, names: short } };
}
