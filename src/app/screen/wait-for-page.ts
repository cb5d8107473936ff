/** Waits for the page: until nothing is loading and everything has been painted. */
import type { QueryClient } from '@tanstack/react-query';
import { filesStore } from './files-store.ts';
import { urlStore } from '../url/url-store.ts';
import { onScreen } from './current-view.ts';

const LOOK_MS = 8;

/** Resolves when no question is open and nothing better is on its way. */
export function waitForPage(queries: QueryClient, signal?: AbortSignal): Promise<void> {
  return untilQuiet(() => isOpening() || queries.isFetching() > 0 || !onScreen.getState().isComplete, signal);
}

/** True while the page itself, the Compare chunk or a snapshot is still loading. */
export function isOpening(): boolean {
  const { view: page, snap } = urlStore.getState().state;
  const { hasStarted, view, snapshot } = onScreen.getState();
  if (!hasStarted) return true;
  if (snap !== undefined && snapshot !== snap) return true;
  return page === 'compare' && view.kind !== 'comparison';
}

/**
 * Resolves after two animation frames in a row without work: the first hands the answer to the views, the second paints
 * it.
 */
export async function untilQuiet(isBusy: () => boolean, signal?: AbortSignal): Promise<void> {
  for (let frames = 0; frames < 2;) {
    // A frame is requested only when nothing is busy: each one slows down the work that is awaited.
    await new Promise((resolve) => (isBusy() ? setTimeout(resolve, LOOK_MS) : requestAnimationFrame(resolve)));
    signal?.throwIfAborted();
    const isReading = filesStore.getState().entries.some(({ kind }) => kind === 'reading');
    frames = isReading || isBusy() ? 0 : frames + 1;
  }
}
