import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { paintStats } from './paint-stats.ts';

/** Maximum wait, for a view without a graph or a slow answer. */
const MAX_MS = 1000;

/** True once the first graph is painted or the wait is over: other queries start after it. */
export function useFirstPicture(): boolean {
  const [isLate, setLate] = useState(false);
  const isPainted = useStore(paintStats, ({ paints }) => paints > 0);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), MAX_MS);
    return () => clearTimeout(timer);
  }, []);
  return isPainted || isLate;
}
