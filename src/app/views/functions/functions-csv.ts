/** The table of functions as rows of a CSV: all of them in the order of the table, amounts as raw numbers. */
import type { FunctionColumns, TreeAnswer } from '#analysis/analysis.ts';
import type { Cell } from '#base/csv.ts';
import type { FunctionTable } from '#model/profile.ts';
import type { UrlState } from '../../url/url-state.ts';
import { scaleOf, type ShownTree } from '../../screen/shown.ts';
import { costedDefinitions } from '../definition-rows.ts';
import { sortedFunctions } from './sorted-functions.ts';

/** Snapshots as their mean, as on the page. A name that stands in several files or binaries has a row for each. */
export function functionRows(
  shown: ShownTree,
  { byFunction, definitions }: TreeAnswer,
  sort: UrlState['sort'],
): Cell[][] {
  const { opened, sampleType, tree } = shown;
  const { functions } = opened.profile;
  const { unit } = opened.profile.sampleTypes[sampleType];
  const scale = scaleOf(opened);
  const whole = tree.total[0];
  const cells = (amounts: FunctionColumns, column: 'self' | 'total', at: number): Cell[] => {
    const value = amounts[column][at];
    const exact = scale === 1 ? amounts.exact?.[column][at] : undefined;
    return [exact ?? value * scale, whole === 0 ? undefined : (value / whole) * 100];
  };
  const row = ({ names, files, line, mappings }: FunctionTable, amounts: FunctionColumns, at: number): Cell[] => [
    names[at],
    files[at],
    line[at] > 0 ? line[at] : undefined,
    mappings[at],
    ...cells(amounts, 'self', at),
    ...cells(amounts, 'total', at),
  ];
  const titles = ['Self', 'Total'].flatMap((what) => [unit === '' ? what : `${what} (${unit})`, `${what} (%)`]);
  const costed = costedDefinitions(definitions);
  const sorted = sortedFunctions(byFunction, functions.names, functions.files, undefined, sort);
  return [
    ['Function', 'File', 'Line', 'Binary', ...titles],
    ...Array.from(sorted).flatMap((func) => {
      const ofName = definitions && costed.get(func);
      return ofName ? ofName.map((one) => row(definitions, definitions, one)) : [row(functions, byFunction, func)];
    }),
  ];
}
