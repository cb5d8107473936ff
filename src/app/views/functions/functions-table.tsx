/** All functions with their cost, filtered by the search. */
import { type ReactElement, useMemo } from 'react';
import type { FunctionColumns } from '#analysis/analysis.ts';
import { formatColumnShare, type Scale, scaleFor } from '#model/units.ts';
import type { UrlState } from '../../url/url-state.ts';
import { largestOf } from '../largest-node.ts';
import { placeOf } from '../place-of.ts';
import { scaleOf, type Shown } from '../../screen/shown.ts';
import { type FunctionColumn, FunctionGrid } from './function-grid.tsx';
import { sortedFunctions } from './sorted-functions.ts';
import styles from './functions-table.module.css';

interface FunctionsTableProps {
  readonly shown: Shown;
  readonly byFunction: FunctionColumns;
  /** What shares are of: the tree's total. */
  readonly whole: number;
  readonly hit: Uint8Array | undefined;
  readonly fills: readonly string[];
  readonly colours: Uint8Array;
  readonly sort: UrlState['sort'];
  /** The selected function, -1 none. */
  readonly selected: number;
  /** With file and both shares; the narrow one is beside the graph. */
  readonly wide: boolean;
  onSort(sort: UrlState['sort']): void;
  onSelect(func: number): void;
  onSandwich(func: number): void;
  onKey(key: string): boolean;
}

export function FunctionsTable(props: FunctionsTableProps): ReactElement {
  const { shown, byFunction, whole, hit, fills, colours, sort, selected, wide } = props;
  const { onSort, onSelect, onSandwich, onKey } = props;
  const { functions } = shown.opened.profile;
  const rows = useMemo(
    () => sortedFunctions(byFunction, functions.names, functions.files, hit, sort),
    [byFunction, functions, hit, sort],
  );
  const type = shown.opened.profile.sampleTypes[shown.sampleType];
  const shownScale = scaleOf(shown.opened);
  // One unit for both columns, that of the smaller: in that of the largest total most numbers would be 0.1.
  const largestSelf = useMemo(() => largestOf(byFunction.self), [byFunction]);
  const scale = useMemo((): Scale => {
    const largest = largestSelf || largestOf(byFunction.total);
    const { suffix, format } = scaleFor(type?.unit ?? '', type?.type ?? '', largest * shownScale);
    return { suffix, format: (value) => format(value * shownScale) };
  }, [byFunction, largestSelf, type, shownScale]);

  const { suffix } = scale;
  const hint = (title: string): string => `${title}; shares are of the shown total`;
  const column = (title: string, key: FunctionColumn['key']): FunctionColumn => ({ key, title, hint: hint(title) });
  const columns: readonly FunctionColumn[] = [
    { key: 'name', title: 'Function' },
    column(`Self${suffix && `, ${suffix}`}`, 'self'),
    column('Self\u00a0%', 'self'),
    ...(wide ? [column(`Total${suffix && `, ${suffix}`}`, 'total')] : []),
    column('Total\u00a0%', 'total'),
    ...(wide ? [{ key: 'file', title: 'File', isText: true } as const] : []),
  ];
  return (
    <FunctionGrid
      title="Functions"
      className={styles[wide ? 'wide' : 'narrow']}
      names={functions.names}
      rows={rows}
      columns={columns}
      sort={sort}
      selected={selected}
      empty={hit ? 'No function matches the search.' : 'No function in this profile.'}
      renderMark={(func) => <span className={styles['swatch']} style={{ background: fills[colours[func]] }} />}
      renderCells={(func) => {
        const self = byFunction.self[func];
        const total = byFunction.total[func];
        return (
          <>
            <div role="gridcell" className={styles['number']}>
              <span
                className={styles['bar']}
                style={{ width: `${largestSelf > 0 ? Math.max(0, (self / largestSelf) * 100) : 0}%` }}
              />
              <span>{scale.format(self)}</span>
            </div>
            <div role="gridcell" className={styles['share']}>
              {formatColumnShare(self, whole)}
            </div>
            {wide && (
              <div role="gridcell" className={styles['number']}>
                <span>{scale.format(total)}</span>
              </div>
            )}
            <div role="gridcell" className={styles['share']}>
              {formatColumnShare(total, whole)}
            </div>
            {wide && (
              <div role="gridcell" className={styles['file']} title={functions.files[func]}>
                <bdi>{placeOf(functions.files[func], functions.line[func], functions.mappings[func])}</bdi>
              </div>
            )}
          </>
        );
      }}
      onSort={onSort}
      onSelect={onSelect}
      onSandwich={onSandwich}
      onKey={onKey}
    />
  );
}
