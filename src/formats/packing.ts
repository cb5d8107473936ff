/** Packing of files: gzip, zstd and xz for one, zip and tar for several. */
import type { WaitingSteps } from '#base/steps.ts';
import type { ArchiveFile } from './format.ts';
import { unpackers } from './formats.ts';
import { unwrapGzip } from './gzip.ts';
import { loadPart } from './load-part.ts';

/** In the documents and refusals: how files may be packed. */
export const packings = 'plain or packed with gzip, zstd, xz, zip or tar';

const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const XZ = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
const USTAR = [0x75, 0x73, 0x74, 0x61, 0x72];

/** The bytes without gzip, zstd and xz around them. @throws DecodeError */
export function* unwrap(bytes: Uint8Array): WaitingSteps<Uint8Array> {
  const inner = yield* unwrapGzip(bytes);
  // gzip within is the one layer more that occurs.
  if (unpackers.zstd && starts(inner, 0, ZSTD)) {
    const unwrapZstd = yield* loadPart('unpacks zstd', unpackers.zstd);
    return yield* unwrapGzip(yield* unwrapZstd(inner));
  }
  if (unpackers.xz && starts(inner, 0, XZ)) {
    const unwrapXz = yield* loadPart('unpacks xz', unpackers.xz);
    return yield* unwrapGzip(yield* unwrapXz(inner));
  }
  return inner;
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
