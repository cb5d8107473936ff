/** The last paint's figures, for the status line and the console. */
import { createStore } from 'zustand/vanilla';
import type { PaintStats } from '#render/flamegraph/engine.ts';

export const paintStats = createStore<PaintStats & { readonly paints: number }>(() => ({
  boxes: 0,
  labels: 0,
  layoutMs: 0,
  cullMs: 0,
  paintMs: 0,
  paints: 0,
}));

export function recordPaint(stats: PaintStats): void {
  paintStats.setState(({ paints }) => ({ ...stats, paints: paints + 1 }));
}
