/** Now, as all questions of the page take it: resolved at load, and once for each refresh. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

const clock = createStore(() => ({ nowMs: Date.now() }));

export function useNow(): number {
  return useStore(clock, ({ nowMs }) => nowMs);
}

export function refresh(): void {
  if (!isStopped) clock.setState({ nowMs: Date.now() });
}

let isStopped = false;

/** From then on it is always that time: what is shown has no newer. */
export function stopClock(nowMs: number): void {
  isStopped = true;
  clock.setState({ nowMs });
}

/** As `useNow`, outside of React. */
export function nowOfPage(): number {
  return clock.getState().nowMs;
}

/** Refreshes every so many seconds, 0 never. A hidden tab waits, and catches up when it is seen again. */
export function useAutoRefresh(seconds: number): void {
  useEffect(() => (seconds > 0 ? startAutoRefresh(seconds) : undefined), [seconds]);
}

/** Counted from the latest refresh, whoever asked for it. @returns what ends it */
export function startAutoRefresh(seconds: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const plan = (): void => {
    clearTimeout(timer);
    if (document.hidden) return;
    const sinceMs = Date.now() - clock.getState().nowMs;
    // A clock that was set back must not make it wait longer.
    timer = setTimeout(refresh, Math.min(seconds * 1000, Math.max(0, seconds * 1000 - sinceMs)));
  };
  const unsubscribe = clock.subscribe(plan);
  document.addEventListener('visibilitychange', plan);
  plan();
  return () => {
    unsubscribe();
    document.removeEventListener('visibilitychange', plan);
    clearTimeout(timer);
  };
}
