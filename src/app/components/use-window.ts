/** A number that follows the window's size. */
import { useSyncExternalStore } from 'react';

/** @param read from `innerWidth` or `innerHeight` */
export function useOfWindow(read: () => number): number {
  return useSyncExternalStore(onResize, read);
}

function onResize(changed: () => void): () => void {
  addEventListener('resize', changed);
  return () => removeEventListener('resize', changed);
}
