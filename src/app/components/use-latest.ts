import { useState } from 'react';

/** The latest defined value: the old one stays on the screen while the next one loads. */
export function useLatest<T extends object>(now: T | undefined): T | undefined {
  const [latest, setLatest] = useState(now);
  if (now !== undefined && now !== latest) setLatest(now);
  return now ?? latest;
}
