import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { paintStats } from './paint-stats.ts';

/** Maximum wait, for a view without a graph or a slow answer. */
const MAX_MS = 1000;

/** Queries and code that the first graph does not need start once this is over. */
const wait = createStore(() => ({ isOver: false }));
const end = (): void => wait.setState({ isOver: true });
const stop = paintStats.subscribe(() => {
  stop();
  end();
});
setTimeout(end, MAX_MS);

/** There is nothing to paint: an error, or no profiles. */
export function knowNothingToPaint(): void {
  end();
}

/** True once the first graph is painted, there is none, or the wait is over. */
export function useFirstPicture(): boolean {
  return useStore(wait, ({ isOver }) => isOver);
}

/** Resolves when `useFirstPicture` becomes true, for code outside of components. */
export function firstPicture(): Promise<void> {
  return new Promise((resolve) => {
    if (wait.getState().isOver) resolve();
    else
      wait.subscribe(({ isOver }) => {
        if (isOver) resolve();
      });
  });
}
