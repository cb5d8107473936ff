/** Menus, lists and panels come with a library larger than the rest of the page: it loads once the page is there. */
export const loadOverlays = () => import('./overlays.tsx');

/** Before somebody opens one, and after all that the first picture needs. */
export function loadOverlaysWhenIdle(): void {
  // Whoever opens one asks again, and is told.
  const load = (): unknown => loadOverlays().catch(() => undefined);
  // Safari has no idle time to tell of.
  const whenIdle = 'requestIdleCallback' in globalThis ? requestIdleCallback : setTimeout;
  addEventListener('load', () => whenIdle(load), { once: true });
}
