import { useEffect, useState } from 'react';

/**
 * Short waits show nothing: even a change that CSS delays costs a layer and frames.
 */
const GLANCE_MS = 300;

/** True once a state has lasted for some time. @param ms the time */
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
