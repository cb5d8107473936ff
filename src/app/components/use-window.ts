/** Sizes that are a part of the window while the device has no choice of its own. */
import { useSyncExternalStore } from 'react';

/** Css px, but for the part. */
export interface PartOfWindow {
  readonly side: 'width' | 'height';
  readonly part: number;
  readonly min: number;
  readonly max: number;
}

/** The list beside the graph. */
export const LIST_WIDTH: PartOfWindow = { side: 'width', part: 0.3, min: 400, max: 640 };
/** The time series. */
export const SERIES_HEIGHT: PartOfWindow = { side: 'height', part: 0.12, min: 96, max: 176 };

export function usePartOfWindow(size: PartOfWindow): number {
  return useSyncExternalStore(onResize, () => partOf(size.side === 'width' ? innerWidth : innerHeight, size));
}

export function partOf(windowCss: number, { part, min, max }: PartOfWindow): number {
  return Math.max(min, Math.min(max, Math.round(windowCss * part)));
}

function onResize(changed: () => void): () => void {
  addEventListener('resize', changed);
  return () => removeEventListener('resize', changed);
}
