/** Long work in slices, so that an abort gets in between. */
import type { WaitingSteps } from '#base/steps.ts';

/** How long work runs before it checks for an abort. */
const SLICE_MS = 40;

/** @param pause lets messages in: it resolves in a later task */
export async function runSteps<T>(
  steps: WaitingSteps<T>,
  pause: () => Promise<void>,
  signal: AbortSignal,
  onProgress?: (share: number) => void,
): Promise<T> {
  let sliceEnd = performance.now() + SLICE_MS;
  for (;;) {
    signal.throwIfAborted();
    const step = steps.next();
    if (step.done) return step.value;
    if (step.value instanceof Promise) {
      await step.value;
      continue;
    }
    if (performance.now() < sliceEnd) continue;
    onProgress?.(step.value);
    await pause();
    sliceEnd = performance.now() + SLICE_MS;
  }
}
