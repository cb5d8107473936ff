/** Reads a file of any format; errors are those of the command line. */
import { basename } from 'node:path';
import { finishWaiting } from '#base/steps.ts';
import { DecodeError } from '#formats/format.ts';
import { decodeProfile } from '#formats/registry.ts';
import type { Profile } from '#model/profile.ts';
import { parseProfileType } from '#model/profile-type.ts';
import { BadInput } from './bad-input.ts';

/** @throws BadInput */
export async function decodeFile(bytes: Uint8Array, name: string): Promise<Profile> {
  try {
    return (await finishWaiting(decodeProfile({ bytes, name: basename(name), form: { kind: 'file' } }))).profile;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new BadInput(`${name}: ${error.sentences}`);
  }
}

/** A sample type by its name, or by the second part of a profile type id. @throws BadInput */
export function sampleTypeAt(profile: Profile, type: string | undefined, path: string): number {
  if (type === undefined) return profile.defaultSampleType;
  const wanted = parseProfileType(type)?.sampleType ?? type;
  const at = profile.sampleTypes.findIndex((one) => one.type === wanted);
  if (at >= 0) return at;
  const there = profile.sampleTypes.map((one) => one.type).join(', ');
  throw new BadInput(`${path} has no sample type ${wanted}: it has ${there}.`);
}
