/** The rows of the diff table: which, in which order, and as a CSV. */
import type { DiffAnswer } from '#analysis/analysis.ts';
import type { Cell } from '#base/csv.ts';
import { difference } from '#model/difference.ts';
import type { Normalisation } from '#model/normalise.ts';
import type { SampleType } from '#model/profile.ts';
import type { UrlState } from '../url/url-state.ts';
import { verdictOfFunction } from './diff-words.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';

/** Functions with anything on either side, ties by name. */
export function sortedRows(
  { byFunction: { a, b }, functions: { names } }: DiffAnswer,
  hit: Uint8Array | undefined,
  { key, descending }: UrlState['sort'],
): Int32Array {
  const rows: number[] = [];
  for (let func = 0; func < names.length; func++) {
    const isThere = a.total[func] !== 0 || b.total[func] !== 0;
    if (isThere && (!hit || hit[func] === 1)) rows.push(func);
  }
  const byName = (x: number, y: number): number => (names[x] < names[y] ? -1 : names[x] > names[y] ? 1 : 0);
  const sign = descending ? -1 : 1;
  const measure = (func: number): number => {
    if (key === 'a') return a.self[func];
    if (key === 'b') return b.self[func];
    const column = key === 'total' ? 'total' : 'self';
    return Math.abs(difference(a[column][func], b[column][func]));
  };
  if (key === 'name') rows.sort((x, y) => sign * byName(x, y));
  else {
    const measured = new Map(rows.map((func) => [func, measure(func)]));
    rows.sort((x, y) => sign * (measured.get(x)! - measured.get(y)!) || byName(x, y));
  }
  return Int32Array.from(rows);
}

/** All functions, amounts as raw numbers of the applied normalisation; percents are empty if A has nothing. */
export function diffTableRows(shown: ShownComparison, sort: UrlState['sort']): Cell[][] {
  const { diff, evidence, type } = shown;
  const { names, files, line } = diff.functions;
  const { a, b } = diff.byFunction;
  const unit = amountUnit(diff.kind, type);
  const columns = (what: string): string[] => [
    `${what} A (${unit})`,
    `${what} B (${unit})`,
    `Change of ${what.toLowerCase()} (${unit})`,
    `Change of ${what.toLowerCase()} (% of A)`,
  ];
  const cells = (ofA: number, ofB: number): Cell[] => {
    const change = difference(ofA, ofB);
    return [ofA, ofB, change, ofA === 0 ? undefined : percent(change / ofA)];
  };
  return [
    [
      'Function',
      'File',
      'Line',
      ...columns('Self'),
      'Interval, low (%)',
      'Interval, high (%)',
      'Supported',
      ...columns('Total'),
    ],
    ...Array.from(sortedRows(diff, undefined, sort), (func) => [
      names[func],
      files[func],
      line[func] > 0 ? line[func] : undefined,
      ...cells(a.self[func], b.self[func]),
      evidence && percent(evidence.functions.low[func]),
      evidence && percent(evidence.functions.high[func]),
      evidence && (verdictOfFunction(evidence, func) === 'supported' ? 'yes' : 'no'),
      ...cells(a.total[func], b.total[func]),
    ]),
  ];
}

function percent(share: number): number | undefined {
  return Number.isFinite(share) ? share * 100 : undefined;
}

function amountUnit(kind: Normalisation, { unit }: SampleType): string {
  const recorded = unit === '' ? 'no unit' : unit;
  switch (kind) {
    case 'share':
      return 'share of the side';
    case 'equal-work':
      return 'share at equal work';
    case 'per-second':
      return `${recorded} per second`;
    case 'per-request':
      return `${recorded} per request`;
    case 'load-adjusted':
      return `${recorded} per second at equal load`;
    case 'absolute':
      return recorded;
  }
}
