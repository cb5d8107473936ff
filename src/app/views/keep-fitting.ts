/**
 * Calls `fit` now, and again whenever the element or the pixel ratio of the screen changes.
 * @returns ends it
 */
export function keepFitting(area: Element, fit: () => void): () => void {
  // The ratio changes when the window moves to another screen or the page is zoomed; only a media query reports it.
  let ratio: MediaQueryList | undefined;
  const fitAndWatch = (): void => {
    fit();
    ratio?.removeEventListener('change', fitAndWatch);
    ratio = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    ratio.addEventListener('change', fitAndWatch);
  };
  fitAndWatch();
  const resize = new ResizeObserver(fitAndWatch);
  resize.observe(area);
  return () => {
    resize.disconnect();
    ratio?.removeEventListener('change', fitAndWatch);
  };
}
