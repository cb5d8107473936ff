/** Percents of changes and their intervals, in one form wherever they are written. */
import { difference } from './difference.ts';
import { formatNumber, signedFixed } from './units.ts';

/** From this factor on the end of an interval is written as a multiple. */
export const ALMOST_NOTHING_FROM = 50;

/** `+23.0 %`, `−4.10 %` */
export function signedPercent(percent: number): string {
  return `${percent > 0 ? '+' : ''}${formatNumber(percent)}\u00a0%`;
}

/** The change from one amount to another: `+23.0 %`; `new`, `gone`; empty if both are 0. */
export function percentText(a: number, b: number): string {
  if (a === 0 && b === 0) return '';
  if (a === 0) return 'new';
  if (b === 0) return 'gone';
  return signedPercent((difference(a, b) / a) * 100);
}

/** `+12.0 … +34.0 %`; empty if an end is unknown. @param low percent @param high percent */
export function intervalText(low: number | null, high: number | null): string {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return '';
  const isHuge = high >= (ALMOST_NOTHING_FROM - 1) * 100;
  return `${endText(low)} … ${isHuge ? `over ×${ALMOST_NOTHING_FROM}` : endText(high)}`;
}

/** Two decimals or fewer: the other end of the interval has no more either. */
function endText(percent: number): string {
  return Math.abs(percent) < 1 ? `${signedFixed(percent, 2)}\u00a0%` : signedPercent(percent);
}
