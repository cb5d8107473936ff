/** Parts of the decoders that are loaded when a file first needs them. */
import type { WaitingSteps } from '#base/steps.ts';
import { DecodeError } from './format.ts';

/** Waits for a part; where it cannot be loaded, the next file asks again. @param does completes "The part of the page that …" @throws DecodeError */
export function* loadPart<T extends object>(does: string, load: () => Promise<T>): WaitingSteps<T> {
  let loaded: T | undefined;
  yield load().then(
    (part) => void (loaded = part),
    () => undefined,
  );
  if (loaded) return loaded;
  throw new DecodeError('unsupported', `The part of the page that ${does} could not be loaded.`, {
    remedy: 'Check the connection, or reload the page, and open the file again.',
  });
}
