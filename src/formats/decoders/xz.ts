/** Unpacks xz by xz-decompress (xz-embedded in WebAssembly): all streams of a file, within a bound. */
import { XzReadableStream } from 'xz-decompress';
import type { WaitingSteps } from '#base/steps.ts';
import { DecodeError } from '../format.ts';
import { unpackedSize } from './xz-size.ts';

const MAX_BYTES = 512 * 1024 * 1024;
const CHUNK = 64 * 1024;
const UNPACK_IT = 'Unpack it with xz -d and open the profile in it.';
/** By the code that xz-embedded ends with. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  4: 'It needs more than 64 MiB of memory to unpack',
  6: 'It has a filter or a checksum other than those of xz by itself',
};

/**
 * One step: the library unpacks one file at a time, so that a file whose steps are given up must not stay open.
 * @throws DecodeError
 */
export function* unwrapXz(bytes: Uint8Array): WaitingSteps<Uint8Array> {
  let whole: Uint8Array | undefined;
  let failure: unknown;
  yield unpack(bytes).then(
    (unpacked) => void (whole = unpacked),
    (error: unknown) => void (failure = error),
  );
  if (whole === undefined) throw failure;
  return whole;
}

async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  const size = unpackedSize(bytes);
  if (size === undefined) throw damaged(bytes.length);
  if (size > MAX_BYTES)
    throw new DecodeError('too-large', `Unpacked, the file has more than ${MAX_BYTES / 1024 / 1024} MiB.`, {
      remedy: 'Record for a shorter time.',
    });
  let taken = 0;
  const packed = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (taken < bytes.length) controller.enqueue(bytes.subarray(taken, (taken += CHUNK)));
      else controller.close();
    },
  });
  const reader = new XzReadableStream(packed).getReader();
  const whole = new Uint8Array(size);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw refuse(error, Math.min(taken, bytes.length));
    });
    if (done) break;
    // The file has more than its indexes say.
    if (value.length > size - length) {
      await reader.cancel();
      throw damaged(Math.min(taken, bytes.length));
    }
    whole.set(value, length);
    length += value.length;
  }
  return whole.subarray(0, length);
}

function refuse(failure: unknown, at: number): DecodeError {
  const code = failure instanceof Error ? /error code (\d+)/.exec(failure.message)?.[1] : undefined;
  if (code !== undefined && Object.hasOwn(UNSUPPORTED, code))
    return new DecodeError('unsupported', `The xz file cannot be unpacked here. ${UNSUPPORTED[code]}.`, {
      remedy: UNPACK_IT,
    });
  // A page without WebAssembly, by the policy of the server that hands it out.
  if (failure instanceof Error && failure.name === 'CompileError')
    return new DecodeError('unsupported', 'This page may not unpack xz files.', {
      remedy: UNPACK_IT,
    });
  return damaged(at);
}

function damaged(at: number): DecodeError {
  return new DecodeError('malformed', 'The xz data is damaged or ends early.', {
    place: `byte ${at} of the packed file`,
    remedy: 'The file was probably truncated or changed in transit: fetch it again.',
  });
}
