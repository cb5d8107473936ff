/** The formats in the order in which they are tried. */
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { demoFormat } from './demo.ts';
import { DecodeError, type ProfileFormat } from './format.ts';
import { unwrapGzip } from './gzip.ts';

const formats: readonly ProfileFormat[] = [demoFormat];

export interface Decoded {
  readonly profile: Profile;
  readonly format: { readonly id: string; readonly title: string };
  readonly unpackedBytes: number;
}

export function* decodeProfile(bytes: Uint8Array, name: string): Steps<Decoded> {
  const inner = yield* unwrapGzip(bytes);
  const format = formats.find((one) => one.sniff(inner, name));
  if (!format) throw new DecodeError('unrecognized', 'not known');
  const { id, title } = format;
  return { profile: yield* format.decode(inner), format: { id, title }, unpackedBytes: inner.length };
}
