/** The engine lives as long as the canvases. */
import { useEffect, useRef } from 'react';
import { CanvasRows } from '#render/pixel-rows.ts';
import { AXIS_HEIGHT } from '#render/when/axis.ts';
import { BAND_HEIGHT, CELL_HEIGHT, WhenEngine } from '#render/when/engine.ts';
import { keepFitting } from '../keep-fitting.ts';

/** @param rows of the heatmap @param bands below it */
export function useWhenEngine(rows: number, bands: number) {
  const host = useRef<HTMLDivElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const lanes = useRef<HTMLCanvasElement>(null);
  const engine = useRef<WhenEngine>(undefined);
  useEffect(() => {
    const area = host.current!;
    const [upper, lower] = [heat.current!, lanes.current!].map((canvas) => {
      const graph = canvas.getContext('2d', { alpha: false })!;
      return { graph, rows: new CanvasRows(graph) };
    });
    const made = new WhenEngine({
      heat: upper,
      bands: lower,
      requestFrame: (run) => requestAnimationFrame(run),
      cancelFrame: (id) => cancelAnimationFrame(id),
    });
    engine.current = made;
    const endFitting = keepFitting(area, () => {
      const width = Math.max(1, Math.round(area.clientWidth * devicePixelRatio));
      for (const canvas of [heat.current!, lanes.current!]) canvas.width = width;
      heat.current!.height =
        rows * Math.round(CELL_HEIGHT * devicePixelRatio) + Math.round(AXIS_HEIGHT * devicePixelRatio);
      lanes.current!.height = Math.max(1, bands * Math.round(BAND_HEIGHT * devicePixelRatio));
      made.setSize(area.clientWidth, devicePixelRatio);
      // A cleared canvas must not be seen: draw in the same frame as the resize.
      made.paintNow();
    });
    return () => {
      endFitting();
      made.dispose();
      engine.current = undefined;
    };
  }, [rows, bands]);
  return { host, heat, lanes, engine };
}
