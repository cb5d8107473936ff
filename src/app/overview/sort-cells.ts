/** The order of a grid of series. */
import { compareNatural } from '#base/natural-order.ts';
import type { SeriesChange } from '#model/series-change.ts';
import type { Series } from '#model/series.ts';

/** Smaller changes are mostly noise and would hide the rest. */
const MIN_PERCENT = 10;

export type CellSort = 'cost' | 'change' | 'name';

export interface SortedCell {
  readonly title: string;
  /** In the range; undefined if it is not known. */
  readonly cost: number | undefined;
  /** Undefined until it is there. */
  readonly series: Series | undefined;
  /** Since the time before; undefined if it is not known. */
  readonly change: SeriesChange | undefined;
}

/** The largest cost or change first, whichever its sign; what has none last; ties by name. */
export function sortedCells<Cell extends SortedCell>(cells: readonly Cell[], sort: CellSort): Cell[] {
  const byName = (a: Cell, b: Cell): number => compareNatural(a.title, b.title);
  if (sort === 'name') return [...cells].sort(byName);
  const size = new Map(cells.map((cell) => [cell, sizeOf(cell, sort)]));
  return [...cells].sort((a, b) => (size.get(b) ?? -1) - (size.get(a) ?? -1) || byName(a, b));
}

function sizeOf({ cost, change }: SortedCell, sort: 'cost' | 'change'): number {
  if (sort === 'cost') return cost ?? -1;
  return change ? Math.abs(change.last - change.first) : -1;
}

/** The largest value of all series: the end of a scale that all share. 0 if there is none. */
export function largestValue(cells: readonly SortedCell[]): number {
  let largest = 0;
  for (const { series } of cells) {
    if (series) for (const value of series.values) largest = Math.max(largest, value);
  }
  return largest;
}

/** `+23 %`; what was not there before is `new`, what is no more `to 0`; undefined where little changed, or nothing is known. */
export function changeText(change: SeriesChange | undefined): string | undefined {
  if (!change || change.first === change.last) return undefined;
  if (change.first === 0) return 'new';
  if (change.last === 0) return 'to 0';
  const percent = (change.last / change.first - 1) * 100;
  const size = Math.abs(percent);
  if (size < MIN_PERCENT) return undefined;
  // A factor says more than a percent of four digits.
  if (percent >= 900) return `×\u00a0${Number((change.last / change.first).toPrecision(2)).toLocaleString('en')}`;
  return `${percent < 0 ? '\u2212' : '+'}${size.toFixed(0)}\u00a0%`;
}

/** Labels with a handful of values come first, then those with many, last those with one. */
export function mostTellingFirst<Row extends { readonly name: string; readonly valueCount: number | undefined }>(
  rows: readonly Row[],
): Row[] {
  const rank = ({ valueCount }: Row): number =>
    valueCount === undefined ? Infinity : valueCount < 2 ? Number.MAX_VALUE : valueCount;
  return [...rows].sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? compareNatural(a.name, b.name) : first - second;
  });
}
