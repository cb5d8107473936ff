/** Which series is under a point. */
import { type Chart } from './chart.ts';

/** Maximum distance from a line, in css px. */
const NEAR_CSS = 12;

/**
 * @param y css px from the top of the canvas
 * @returns the series whose line is nearest at the step, or whose layer holds the point; -1 where none is near.
 * O(series).
 */
export function seriesAt(chart: Chart, step: number, y: number): number {
  const { series, hidden, isStacked } = chart.facts;
  if (step < 0 || step >= series.length) return -1;
  let found = -1;
  let distance = NEAR_CSS;
  let below = 0;
  for (const [s, column] of series.columns.entries()) {
    const value = column[step];
    if (hidden[s] || Number.isNaN(value)) continue;
    if (isStacked) {
      const base = chart.y(below);
      below += Math.max(0, value);
      if (y <= base && y > chart.y(below)) return s;
      continue;
    }
    const away = Math.abs(chart.y(value) - y);
    if (away >= distance) continue;
    distance = away;
    found = s;
  }
  return found;
}
