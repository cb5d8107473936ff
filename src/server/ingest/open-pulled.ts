/** A profile that the server fetched from a target: pprof, of which some sample types are stored. */

import type { Profile } from '#model/profile.ts';
import type { WireRequest } from '../request.ts';
import type { UploadDecoder } from './decode-upload.ts';
import { PULLED_KINDS } from './pulled-kinds.ts';
import { Refusal } from './refusal.ts';
import { type IngestLimits, seriesOfProfile, type TakenProfile } from './series-of-profile.ts';

/** @returns undefined if nothing of it is to be stored @throws Refusal, DecodeError */
export function openPulled(
  decoder: UploadDecoder,
  { query, body }: WireRequest,
  limits: IngestLimits,
  nowMs: number,
): TakenProfile | undefined {
  const asked = new URLSearchParams(query);
  const kind = PULLED_KINDS.find(({ id }) => id === asked.get('kind'))!;
  const decoded = decoder.pprof(body);
  if (kind.isWindow && decoded.durationMs === undefined)
    throw new Refusal(
      'unsupported',
      `The target does not support seconds= for ${kind.id} profiles: they are left out.`,
    );
  const profile = kind.types === undefined ? decoded : withTypes(decoded, kind.types);
  if (profile.sampleTypes.length === 0 || profile.values.every(({ values }) => !values.some((value) => value > 0)))
    return undefined;
  const labels = [
    { name: '__name__', value: kind.name },
    { name: 'service_name', value: asked.get('service')! },
    { name: 'instance', value: asked.get('instance')! },
  ];
  return seriesOfProfile(profile, labels, Number(asked.get('from')), '', limits, nowMs);
}

function withTypes(profile: Profile, wanted: RegExp): Profile {
  const kept = profile.sampleTypes.map(({ type }, i) => (wanted.test(type) ? i : -1)).filter((i) => i >= 0);
  return {
    ...profile,
    sampleTypes: kept.map((i) => profile.sampleTypes[i]),
    values: kept.map((i) => profile.values[i]),
    defaultSampleType: 0,
  };
}
