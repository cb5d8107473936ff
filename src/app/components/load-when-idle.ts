/**
 * Loads parts of the page before they are needed, but after the first picture. Errors are reported when the part is
 * used.
 */
export function loadWhenIdle(...parts: readonly (() => Promise<unknown>)[]): void {
  const load = (): void => parts.forEach((part) => void part().catch(() => undefined));
  // Safari has no requestIdleCallback.
  const whenIdle = 'requestIdleCallback' in globalThis ? requestIdleCallback : setTimeout;
  if (document.readyState === 'complete') whenIdle(load);
  else addEventListener('load', () => whenIdle(load), { once: true });
}
