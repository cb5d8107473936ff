/** How much room the window has. */
import { useSyncExternalStore } from 'react';

/** Whether the window is too narrow for two panels beside each other (look.md: 900 px). */
export function useIsNarrow(): boolean {
  return useIsBelow(900);
}

/** Whether the window is narrower than a width in css px. */
export function useIsBelow(width: number): boolean {
  const query = `(max-width: ${width - 1}px)`;
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}
