/** The formats in the order in which they are tried, and the one way from bytes to a profile. */
import type { Steps, WaitingSteps } from '#base/steps.ts';
import { wordList } from '#base/word-list.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import type { Profile } from '#model/profile.ts';
import type { SlicedColumns } from '#model/slices.ts';
import { parseProfileType } from '#model/profile-type.ts';
import { type ArchiveFile, DecodeError, type FormatFacts, type ProfileFormat } from './format.ts';
import { formats } from './formats.ts';
import { loadPart } from './load-part.ts';
import { decodeMergedTree } from './merged-tree.ts';
import { filesOf, isArchive, packings, unwrap } from './packing.ts';
import { pprofFormat } from './pprof.ts';
import { decodeSlicedTree } from './sliced-tree.ts';

/** The formats that users open, in the order of the list. */
export const readableFormats: readonly FormatFacts[] = formats
  .filter(({ reads }) => reads !== undefined)
  .map(({ id, title, noun, endings, reads }) => ({ id, title, noun, endings, reads }));

/** Their nouns as a list within a sentence. */
export function readableNouns(conjunction: 'and' | 'or'): string {
  return wordList(
    readableFormats.map(({ noun }) => noun),
    conjunction,
  );
}

export interface DecodedProfile {
  readonly profile: Profile;
  readonly format: { readonly id: string; readonly title: string };
  readonly unpackedBytes: number;
  /** When its samples ran, where the bytes tell. */
  readonly slices?: SlicedColumns;
}

const UNPACKING = 0.3;
/** Nested archives are refused. */
const MAX_ARCHIVES = 2;
/** Names in a refusal. */
const MAX_NAMES = 5;

/**
 * Decodes bytes to a profile. For a file the content decides, and the name is a hint; the form of a source's answer is
 * known. @throws DecodeError
 */
export function* decodeProfile({ bytes, name, form }: EncodedProfile): WaitingSteps<DecodedProfile> {
  switch (form.kind) {
    case 'file':
      return yield* decodeFile(bytes, name);
    case 'merged-tree': {
      const profile = yield* decodeMergedTree(bytes, form.profileType, form.maxNodes);
      return { profile, format: { id: 'tree', title: 'merged tree' }, unpackedBytes: bytes.length };
    }
    case 'merged-pprof': {
      const profile = yield* decodeMergedPprof(bytes, form.profileType);
      return { profile, format: { id: 'pprof', title: 'merged pprof' }, unpackedBytes: bytes.length };
    }
    case 'slices': {
      const { profile, slices } = yield* decodeSlicedTree(bytes, form.profileType);
      return { profile, format: { id: 'slices', title: 'slices' }, unpackedBytes: bytes.length, slices };
    }
  }
}

/** The period that Pyroscope answers is a constant, not what was pushed. */
function* decodeMergedPprof(bytes: Uint8Array, profileType: string): Steps<Profile> {
  const type = parseProfileType(profileType);
  const sampleTypes = [{ type: type?.sampleType ?? '', unit: type?.sampleUnit ?? '' }];
  if (bytes.length === 0) return { ...(yield* decodeMergedTree(bytes, profileType, 0)), sampleTypes };
  const profile = yield* pprofFormat.decode(bytes);
  if (profile.sampleTypes.length !== 1)
    throw new DecodeError('malformed', `The answer has ${profile.sampleTypes.length} sample types instead of one.`);
  return { ...profile, sampleTypes, period: undefined };
}

/** Files of an archive, where it holds several; what is no archive has none. @throws DecodeError */
export function* unpackFiles(bytes: Uint8Array): WaitingSteps<readonly ArchiveFile[]> {
  const unpacked = yield* unwrap(bytes);
  const files = isArchive(unpacked) ? yield* filesOf(unpacked) : undefined;
  return files && files.length > 1 ? files : [];
}

/** @param archives around the file */
function* decodeFile(bytes: Uint8Array, name: string, archives = 0): WaitingSteps<DecodedProfile> {
  if (bytes.length === 0) throw new DecodeError('empty', 'The file is empty.', { remedy: 'Save the profile again.' });
  const unpacked = yield* share(unwrap(bytes), 0, UNPACKING);
  if (unpacked.length === 0) {
    throw new DecodeError('empty', 'The gzip file has no content.', { remedy: 'Save the profile again.' });
  }
  const files = archives < MAX_ARCHIVES && isArchive(unpacked) ? yield* filesOf(unpacked) : undefined;
  if (files) {
    const [file] = files;
    if (files.length !== 1) throw refuseSeveral(files);
    return yield* share(decodeFile(file.bytes, file.name, archives + 1), UNPACKING, 1);
  }
  const format = yield* chooseFormat(unpacked, name);
  const { id, title } = format;
  const decode = 'decode' in format ? format.decode : yield* loadPart(`reads ${format.noun}`, format.load);
  const profile = yield* share(decode(unpacked), UNPACKING, 1);
  return { profile, format: { id, title }, unpackedBytes: unpacked.length };
}

function refuseSeveral(files: readonly ArchiveFile[]): DecodeError {
  if (files.length === 0)
    return new DecodeError('empty', 'The archive has no files.', { remedy: 'Pack the profiles again.' });
  const names = files.slice(0, MAX_NAMES).map(({ name }) => name.slice(0, 100));
  const more = files.length > MAX_NAMES ? ` and ${files.length - MAX_NAMES} more` : '';
  return new DecodeError('unsupported', `The archive has ${files.length} files: ${names.join(', ')}${more}.`, {
    remedy: 'Unpack it and choose one.',
  });
}

/** The content decides. The ending comes last, so that a damaged file is refused in its own format's words. */
function* chooseFormat(bytes: Uint8Array, name: string): WaitingSteps<ProfileFormat> {
  const marked = formats.find(({ isLoose, sniff }) => !isLoose && sniff(bytes, name));
  if (marked) return marked;
  const reads = `Flametide reads ${readableNouns('and')}`;
  const { recognise } = yield* loadPart('knows other files by their marks', () => import('./recognise.ts'));
  const known = recognise(bytes);
  if (known) {
    const remedy = [known.listsFormats ? `${reads}.` : undefined, known.remedy].filter(Boolean).join(' ');
    throw new DecodeError('unsupported', `This is ${known.what}.`, { remedy });
  }
  const loose = formats.find(({ isLoose, sniff }) => isLoose && sniff(bytes, name));
  if (loose) return loose;
  const bare = name.toLowerCase().replace(/\.(gz|zst|xz)$/, '');
  const promised = formats.find(({ endings }) => endings.some((ending) => bare.endsWith(ending)));
  if (promised) return promised;
  throw new DecodeError('unrecognized', 'The format of the file is unknown.', {
    remedy: `${reads}, ${packings}.`,
  });
}

/** The same work as a part of a larger one. */
function* share<T>(steps: WaitingSteps<T>, from: number, to: number): WaitingSteps<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield step.value instanceof Promise ? step.value : from + step.value * (to - from);
  }
}
