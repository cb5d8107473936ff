import { useEffect, useRef } from 'react';
import { TimelineEngine } from '#render/timeline/engine.ts';
import { keepFitting } from '../keep-fitting.ts';

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
    const endFitting = keepFitting(area, () => {
      const { clientWidth, clientHeight } = area;
      for (const canvas of canvases) {
        canvas.width = Math.round(clientWidth * devicePixelRatio);
        canvas.height = Math.round(clientHeight * devicePixelRatio);
      }
      made.setSize(clientWidth, clientHeight, devicePixelRatio);
      // A cleared canvas must not be seen: draw in the same frame as the resize.
      made.paintNow();
    });
    return () => {
      endFitting();
      made.dispose();
      engine.current = undefined;
    };
  }, [isOpen]);
  return { host, lower, upper, engine };
}
