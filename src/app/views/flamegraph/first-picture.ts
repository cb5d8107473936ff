import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { paintStats } from './paint-stats.ts';

/** Maximum wait, for a view without a graph or a slow answer. */
const MAX_MS = 1000;

const nothing = createStore(() => ({ isKnown: false }));

/** There is nothing to paint: an error, or no profiles. */
export function knowNothingToPaint(): void {
  nothing.setState({ isKnown: true });
}

/** True once the first graph is painted, there is none, or the wait is over: other queries start after it. */
export function useFirstPicture(): boolean {
  const [isLate, setLate] = useState(false);
  const isPainted = useStore(paintStats, ({ paints }) => paints > 0);
  const isNothing = useStore(nothing, ({ isKnown }) => isKnown);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), MAX_MS);
    return () => clearTimeout(timer);
  }, []);
  return isPainted || isNothing || isLate;
}

/** Resolves once a graph is painted or the wait is over, for code outside of components. */
export function firstPicture(): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve();
    setTimeout(done, MAX_MS);
    const stop = paintStats.subscribe(() => {
      stop();
      done();
    });
  });
}
