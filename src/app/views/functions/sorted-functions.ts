/** Which functions a table has, and in which order. */
import type { FunctionColumns } from '#analysis/analysis.ts';
import type { UrlState } from '../../url/url-state.ts';

/** Functions with a cost in the shown tree, in order; ties stay by name. */
export function sortedFunctions(
  { self, total }: FunctionColumns,
  names: readonly string[],
  files: readonly string[],
  hit: Uint8Array | undefined,
  sort: UrlState['sort'],
): Int32Array {
  const rows: number[] = [];
  for (let func = 0; func < total.length; func++) {
    if ((total[func] !== 0 || self[func] !== 0) && (!hit || hit[func] === 1)) rows.push(func);
  }
  const sign = sort.descending ? -1 : 1;
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const byName = (a: number, b: number): number => byText(names[a], names[b]);
  switch (sort.key) {
    case 'self':
    // Sides are those of a comparison.
    case 'a':
    case 'b':
      rows.sort((a, b) => sign * (self[a] - self[b]) || byName(a, b));
      break;
    case 'total':
      rows.sort((a, b) => sign * (total[a] - total[b]) || byName(a, b));
      break;
    case 'name':
      rows.sort((a, b) => sign * byName(a, b));
      break;
    case 'file':
      rows.sort((a, b) => sign * byText(files[a], files[b]) || byName(a, b));
      break;
  }
  return Int32Array.from(rows);
}
