/** What all series say at one time. */
import { type AlignedSeries, stepAt } from '#model/aligned-series.ts';

interface Reading {
  /** Index of the series. */
  readonly index: number;
  readonly value: number;
}

export interface Readings {
  /** Largest first. */
  readonly top: readonly Reading[];
  /** Series with a value beyond those. */
  readonly others: number;
  /** Sum of all values. */
  readonly sum: number;
}

/** @param most how many are listed @param always a series that is listed where it has a value, -1 none */
export function readingsAt(
  series: AlignedSeries,
  hidden: readonly boolean[],
  atMs: number,
  most: number,
  always: number,
): Readings {
  const step = stepAt(series, atMs);
  const all: Reading[] = [];
  let sum = 0;
  for (const [index, column] of series.columns.entries()) {
    const value = step < 0 ? Number.NaN : column[step];
    if (hidden[index] || Number.isNaN(value)) continue;
    all.push({ index, value });
    sum += value;
  }
  all.sort((a, b) => b.value - a.value);
  const top = all.slice(0, most);
  const asked = all.findIndex(({ index }) => index === always);
  if (asked >= most) top[most - 1] = all[asked];
  return { top, others: all.length - top.length, sum };
}
