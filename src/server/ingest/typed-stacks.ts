/** Uploads whose formats do not say what they measure: the ending of the application's name does. */
import type { Profile } from '#model/profile.ts';
import type { UploadDecoder } from './decode-upload.ts';
import { typedText } from './profile-names.ts';
import { quote, Refusal } from './refusal.ts';

/** A profile with its `__name__` and service. */
export interface TypedProfile {
  readonly profile: Profile;
  readonly name: string;
  readonly service: string;
}

/** Names the profile of a speedscope file that a sample is of, as Pyroscope does. */
const PROFILE_LABEL = 'profile_name';
/** Nanoseconds of a unit of time. */
const NANOSECONDS: Readonly<Record<string, number>> = {
  nanoseconds: 1,
  microseconds: 1e3,
  milliseconds: 1e6,
  seconds: 1e9,
};

/** @throws Refusal, DecodeError */
export function typedStacks(
  decoder: UploadDecoder,
  body: Uint8Array,
  format: string,
  app: string,
  sampleRate: number,
): TypedProfile {
  const decoded =
    format === 'tree' || format === 'trie'
      ? decoder.tree(body, format)
      : format === 'lines'
        ? decoder.lines(body)
        : decoder.stacks(body);
  if (decoded.values[0].values.some((value) => !Number.isInteger(value)))
    throw new Refusal('bad_profile', 'The values of stacks must be whole numbers.');
  return typedText(decoded, app, sampleRate);
}

/**
 * A profile for each unit of a speedscope file. Weights of time are stored in nanoseconds, those without a unit as samples
 * of the sample rate. Several profiles in a file are called after their unit, as in Pyroscope.
 * @throws Refusal, DecodeError
 */
export function typedSpeedscope(
  decoder: UploadDecoder,
  body: Uint8Array,
  app: string,
  sampleRate: number,
): TypedProfile[] {
  const decoded = decoder.speedscope(body, PROFILE_LABEL);
  const isOne = new Set(decoded.labels.text).size <= 1 && decoded.sampleTypes.length === 1;
  return decoded.sampleTypes.map(({ unit }, i) => {
    const profile = {
      ...decoded,
      sampleTypes: [decoded.sampleTypes[i]],
      defaultSampleType: 0,
      values: [decoded.values[i]],
    };
    const nanoseconds = Object.hasOwn(NANOSECONDS, unit) ? NANOSECONDS[unit] : undefined;
    if (unit === 'count' && (isOne || decoded.sampleTypes.length === 1))
      return whole(typedText(profile, app, sampleRate));
    if (unit === 'bytes')
      return whole(typedText(profile, isOne && app.includes('.') ? app : `${app}.bytes`, sampleRate));
    if (nanoseconds === undefined)
      throw new Refusal(
        'bad_profile',
        `The file has several profiles, one of them in ${quote(unit)}: send it alone, so that the name identifies it.`,
      );
    const { values } = decoded.values[i];
    const scaled = { values: values.map((value) => Math.round(value * nanoseconds)), exact: decoded.values[i].exact };
    // The weights are nanoseconds: a rate of 10^9 leaves them as they are.
    return typedText({ ...profile, values: [scaled] }, isOne ? app : `${app}.${unit}`, 1e9);
  });
}

function whole(typed: TypedProfile): TypedProfile {
  if (typed.profile.values[0].values.some((value) => !Number.isInteger(value)))
    throw new Refusal('bad_profile', 'Weights without a unit of time must be whole numbers.');
  return typed;
}
