/** What files are packed in: gzip and zstd around one, zip and tar around several. */
import type { Steps, WaitingSteps } from '#base/steps.ts';
import { type ArchiveFile, DecodeError } from './format.ts';
import { unpackers } from './formats.ts';
import { unwrapGzip } from './gzip.ts';

/** In the documents and refusals: how files may be packed. */
export const packings = 'plain or packed with gzip, zstd, zip or tar';

const USTAR = [0x75, 0x73, 0x74, 0x61, 0x72];

/** The bytes without gzip and zstd around them. @throws DecodeError */
export function* unwrap(bytes: Uint8Array): WaitingSteps<Uint8Array> {
  const inner = yield* unwrapGzip(bytes);
  if (!starts(inner, 0, [0x28, 0xb5, 0x2f, 0xfd])) return inner;
  const unwrapZstd = yield* wait(unpackers.zstd);
  // gzip within is the one layer more that occurs.
  return unwrapZstd ? yield* unwrapGzip(yield* unwrapZstd(inner)) : inner;
}

export function isArchive(bytes: Uint8Array): boolean {
  return starts(bytes, 0, [0x50, 0x4b, 3, 4]) || starts(bytes, 257, USTAR);
}

/** @returns undefined where this page cannot unpack it @throws DecodeError */
export function* filesOf(archive: Uint8Array): WaitingSteps<readonly ArchiveFile[] | undefined> {
  const unpack = yield* wait(unpackers.archive);
  return unpack && (yield* unpack(archive));
}

type Load<T> = () => Promise<(bytes: Uint8Array) => Steps<T>>;

function* wait<T>(load: Load<T> | undefined): WaitingSteps<((bytes: Uint8Array) => Steps<T>) | undefined> {
  if (!load) return undefined;
  let loaded: ((bytes: Uint8Array) => Steps<T>) | undefined;
  yield load().then(
    (unpack) => void (loaded = unpack),
    () => undefined,
  );
  if (loaded) return loaded;
  throw new DecodeError('unsupported', 'The part of the page that unpacks this file could not be loaded.', {
    remedy: 'Check the connection, or reload the page, and open the file again.',
  });
}

function starts(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, i) => bytes[at + i] === byte);
}
