import { useState } from 'react';

/** The latest value that was there: while the next one loads, the one before stays on the screen. */
export function useLatest<T extends object>(now: T | undefined): T | undefined {
  const [latest, setLatest] = useState(now);
  if (now !== undefined && now !== latest) setLatest(now);
  return now ?? latest;
}
