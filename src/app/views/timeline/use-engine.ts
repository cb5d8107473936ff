import { useEffect, useRef } from 'react';
import { TimelineEngine } from '#render/timeline/engine.ts';

/** The engine lives as long as the canvases; they are there while the plot is open. */
export function useEngine(isOpen: boolean) {
  const host = useRef<HTMLDivElement>(null);
  const lower = useRef<HTMLCanvasElement>(null);
  const upper = useRef<HTMLCanvasElement>(null);
  const engine = useRef<TimelineEngine>(undefined);
  useEffect(() => {
    if (!isOpen) return undefined;
    const area = host.current!;
    const canvases = [lower.current!, upper.current!];
    const made = new TimelineEngine({
      series: canvases[0].getContext('2d', { alpha: false })!,
      overlay: canvases[1].getContext('2d')!,
      requestFrame: (run) => requestAnimationFrame(run),
      cancelFrame: (id) => cancelAnimationFrame(id),
    });
    engine.current = made;
    // The ratio changes when the window moves to another screen or the page is zoomed; only a media query reports it.
    let ratioQuery: MediaQueryList | undefined;
    const fit = (): void => {
      const { clientWidth, clientHeight } = area;
      for (const canvas of canvases) {
        canvas.width = Math.round(clientWidth * devicePixelRatio);
        canvas.height = Math.round(clientHeight * devicePixelRatio);
      }
      made.setSize(clientWidth, clientHeight, devicePixelRatio);
      // A cleared canvas must not be seen: draw in the same frame as the resize.
      made.paintNow();
      ratioQuery?.removeEventListener('change', fit);
      ratioQuery = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
      ratioQuery.addEventListener('change', fit);
    };
    fit();
    const resize = new ResizeObserver(fit);
    resize.observe(area);
    return () => {
      resize.disconnect();
      ratioQuery?.removeEventListener('change', fit);
      made.dispose();
      engine.current = undefined;
    };
  }, [isOpen]);
  return { host, lower, upper, engine };
}
