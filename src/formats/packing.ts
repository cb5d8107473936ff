/** Packing of files: gzip and zstd for one, zip and tar for several. */
import type { WaitingSteps } from '#base/steps.ts';
import type { ArchiveFile } from './format.ts';
import { unpackers } from './formats.ts';
import { unwrapGzip } from './gzip.ts';
import { loadPart } from './load-part.ts';

/** In the documents and refusals: how files may be packed. */
export const packings = 'plain or packed with gzip, zstd, zip or tar';

const USTAR = [0x75, 0x73, 0x74, 0x61, 0x72];

/** The bytes without gzip and zstd around them. @throws DecodeError */
export function* unwrap(bytes: Uint8Array): WaitingSteps<Uint8Array> {
  const inner = yield* unwrapGzip(bytes);
  if (!starts(inner, 0, [0x28, 0xb5, 0x2f, 0xfd])) return inner;
  if (!unpackers.zstd) return inner;
  const unwrapZstd = yield* loadPart('unpacks zstd', unpackers.zstd);
  // gzip within is the one layer more that occurs.
  return yield* unwrapGzip(yield* unwrapZstd(inner));
}

export function isArchive(bytes: Uint8Array): boolean {
  return starts(bytes, 0, [0x50, 0x4b, 3, 4]) || starts(bytes, 257, USTAR);
}

/** @returns undefined if this page cannot unpack it @throws DecodeError */
export function* filesOf(archive: Uint8Array): WaitingSteps<readonly ArchiveFile[] | undefined> {
  if (!unpackers.archive) return undefined;
  const unpack = yield* loadPart('unpacks archives', unpackers.archive);
  return yield* unpack(archive);
}

function starts(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, i) => bytes[at + i] === byte);
}
