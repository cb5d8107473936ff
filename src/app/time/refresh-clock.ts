/** Now, as all questions of the page take it: resolved at load, and once for each refresh. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

const clock = createStore(() => ({ nowMs: Date.now() }));

export function useNow(): number {
  return useStore(clock, ({ nowMs }) => nowMs);
}

export function refresh(): void {
  clock.setState({ nowMs: Date.now() });
}

/** Refreshes every so many seconds, 0 never. A hidden tab waits, and catches up when it is seen again. */
export function useAutoRefresh(seconds: number): void {
  useEffect(() => {
    if (seconds <= 0) return;
    const isDue = (): boolean => Date.now() - clock.getState().nowMs >= seconds * 1000;
    const timer = setInterval(() => !document.hidden && refresh(), seconds * 1000);
    const onSeen = (): void => {
      if (!document.hidden && isDue()) refresh();
    };
    document.addEventListener('visibilitychange', onSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onSeen);
    };
  }, [seconds]);
}
