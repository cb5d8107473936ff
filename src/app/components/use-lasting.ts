import { useEffect, useState } from 'react';

/** What is there within a glance is not worth a change: even one that CSS delays costs the page a layer and its frames. */
const GLANCE_MS = 300;

/** Whether something has held for longer than a glance, or so many ms. */
export function useLasting(holds: boolean, forMs = GLANCE_MS): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!holds) return undefined;
    const timer = setTimeout(() => setLasts(true), forMs);
    return () => {
      clearTimeout(timer);
      setLasts(false);
    };
  }, [holds, forMs]);
  return holds && lasts;
}
