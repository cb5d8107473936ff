/** The value of `now` for all queries: set at load and at each refresh. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { loadedAtMs } from './loaded-at.ts';

interface Clock {
  readonly nowMs: number;
  readonly isHeld: boolean;
}

const clock = createStore((): Clock => ({ nowMs: loadedAtMs, isHeld: false }));

export function useNow(): number {
  return useStore(clock, ({ nowMs }) => nowMs);
}

export function currentNow(): number {
  return clock.getState().nowMs;
}

export function refresh(): void {
  if (!clock.getState().isHeld) clock.setState({ nowMs: Date.now() });
}

/** From then on it is always that time. */
export function holdClock(nowMs: number): void {
  clock.setState({ nowMs, isHeld: true });
}

/**
 * Fixes the clock at the time of a snapshot. @param nowMs undefined lets time go on @returns whether it is that time
 */
export function useHeldClock(nowMs: number | undefined): boolean {
  useEffect(() => {
    if (nowMs === undefined) return;
    holdClock(nowMs);
    return () => clock.setState({ nowMs: Date.now(), isHeld: false });
  }, [nowMs]);
  return useStore(clock, (state) => state.isHeld && state.nowMs === nowMs);
}

/** Refreshes at an interval in seconds, 0 never. A hidden tab waits, and catches up when it is visible again. */
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
