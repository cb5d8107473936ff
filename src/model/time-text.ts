/** Durations in words. */
export function formatDuration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)}\u00a0s`;
  if (minutes < 60) return `${minutes}\u00a0min`;
  return `${Math.round(minutes / 6) / 10}\u00a0h`;
}
