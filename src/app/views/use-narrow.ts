/** Whether the window is too narrow for two panels beside each other (look.md: 900 px). */
import { useSyncExternalStore } from 'react';

const query = '(max-width: 899px)';

export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}
