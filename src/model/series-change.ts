/** How much a series moved within its range: its last third against its first. */
import type { Series } from './series.ts';
import type { TimeRange } from './time-range.ts';

/** Mean per step that holds something, in the series' unit; 0 where no step does. */
export interface SeriesChange {
  readonly first: number;
  readonly last: number;
}

/** Undefined where neither third has a point. */
export function changeWithin({ timesMs, values }: Series, { startMs, endMs }: TimeRange): SeriesChange | undefined {
  const third = (endMs - startMs) / 3;
  let firstSum = 0;
  let firstSteps = 0;
  let lastSum = 0;
  let lastSteps = 0;
  for (let i = 0; i < values.length; i++) {
    if (timesMs[i] <= startMs + third) {
      firstSum += values[i];
      firstSteps++;
    } else if (timesMs[i] > endMs - third) {
      lastSum += values[i];
      lastSteps++;
    }
  }
  if (firstSteps === 0 && lastSteps === 0) return undefined;
  return {
    first: firstSteps === 0 ? 0 : firstSum / firstSteps,
    last: lastSteps === 0 ? 0 : lastSum / lastSteps,
  };
}
