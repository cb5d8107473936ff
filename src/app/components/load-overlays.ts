/** Menus, lists and panels come with a library larger than the rest of the page: it loads when a hand is at the page. */
export const loadOverlays = () => import('./overlays.tsx');

/** At the first sign of a hand, so that what it opens is there by then. */
export function loadOverlaysEarly(): void {
  const stop = new AbortController();
  const load = (): void => {
    stop.abort();
    // Whoever opens one asks again, and is told.
    loadOverlays().catch(() => undefined);
  };
  for (const sign of ['pointermove', 'pointerdown', 'keydown']) addEventListener(sign, load, { signal: stop.signal });
}
