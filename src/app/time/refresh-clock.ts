/** Now, as all questions of the page take it: resolved at load, and once for each refresh. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

const clock = createStore(() => ({ nowMs: Date.now() }));

export function useNow(): number {
  return useStore(clock, ({ nowMs }) => nowMs);
}

export function refresh(): void {
  clock.setState({ nowMs: Date.now() });
}
