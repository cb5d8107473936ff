/** The table of functions as rows of a CSV: all of them in the order of the table, amounts as raw numbers. */
import type { TreeAnswer } from '#analysis/analysis.ts';
import type { Cell } from '#base/csv.ts';
import type { UrlState } from '../../url/url-state.ts';
import { scaleOf, type ShownTree } from '../../screen/shown.ts';
import { sortedFunctions } from './sorted-functions.ts';

/** Snapshots as their mean, as on the page. */
export function functionRows(shown: ShownTree, { byFunction }: TreeAnswer, sort: UrlState['sort']): Cell[][] {
  const { opened, sampleType, tree } = shown;
  const { names, files, line, mappings } = opened.profile.functions;
  const { unit } = opened.profile.sampleTypes[sampleType];
  const scale = scaleOf(opened);
  const whole = tree.total[0];
  const cells = (column: 'self' | 'total', func: number): Cell[] => {
    const value = byFunction[column][func];
    const exact = scale === 1 ? byFunction.exact?.[column][func] : undefined;
    return [exact ?? value * scale, whole === 0 ? undefined : (value / whole) * 100];
  };
  const titles = ['Self', 'Total'].flatMap((what) => [unit === '' ? what : `${what} (${unit})`, `${what} (%)`]);
  const rows = sortedFunctions(byFunction, names, files, undefined, sort);
  return [
    ['Function', 'File', 'Line', 'Binary', ...titles],
    ...Array.from(rows, (func) => [
      names[func],
      files[func],
      line[func] > 0 ? line[func] : undefined,
      mappings[func],
      ...cells('self', func),
      ...cells('total', func),
    ]),
  ];
}
