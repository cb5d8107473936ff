/** How high the time series is while the device has no choice of its own: a part of the window. */
import { useOfWindow } from '../../components/use-window.ts';
import { usePreference } from '../../state/preferences.ts';

/** Of the window's height. */
const PART = 0.12;
/** Css px. */
const LEAST = 96;
const MOST = 176;

/** Css px; 0 is closed. */
export function useHeight(): number {
  const chosen = usePreference('seriesHeight');
  const own = useOfWindow(() => heightIn(innerHeight));
  return chosen ?? own;
}

export function heightIn(windowCss: number): number {
  return Math.max(LEAST, Math.min(MOST, Math.round(windowCss * PART)));
}
