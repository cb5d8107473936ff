import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { paintStats } from './paint-stats.ts';

/** A view without a graph, or a slow answer: what waits does not wait longer. */
const MAX_MS = 1000;

/** Whether the first graph has been painted, or has had its time: what it does not need is asked for after it. */
export function useFirstPicture(): boolean {
  const [isLate, setLate] = useState(false);
  const isPainted = useStore(paintStats, ({ paints }) => paints > 0);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), MAX_MS);
    return () => clearTimeout(timer);
  }, []);
  return isPainted || isLate;
}
