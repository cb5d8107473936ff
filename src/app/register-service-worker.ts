/** Registers service-worker.ts once the page has loaded, so that the page also opens without its server. */

/** Must not compete with the first picture for bandwidth. */
const REST_MS = 3000;

export function registerServiceWorker(): void {
  // Not in a frame of another page, and not over plain http, where browsers have no service worker.
  if (!import.meta.env.PROD || window.parent !== window || !('serviceWorker' in navigator)) return;
  const register = (): unknown =>
    // A browser that keeps nothing (private window, full disk) shows the page as well.
    navigator.serviceWorker.register(new URL('sw.js', document.baseURI)).catch(() => undefined);
  addEventListener('load', () => setTimeout(register, REST_MS), { once: true });
}
