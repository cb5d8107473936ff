/** Loads parts before somebody needs them, and after all that the first picture needs. Whoever needs one asks again, and is told. */
export function loadWhenIdle(...parts: readonly (() => Promise<unknown>)[]): void {
  const load = (): void => parts.forEach((part) => void part().catch(() => undefined));
  // Safari has no idle time to tell of.
  const whenIdle = 'requestIdleCallback' in globalThis ? requestIdleCallback : setTimeout;
  addEventListener('load', () => whenIdle(load), { once: true });
}
