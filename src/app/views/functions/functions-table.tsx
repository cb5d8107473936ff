/** All functions with their cost, filtered by the search. */
import { type ReactElement, useMemo, useState } from 'react';
import type { TreeAnswer } from '#analysis/analysis.ts';
import { COLUMN_DIGITS, formatColumnShare, type Scale, scaleFor } from '#model/units.ts';
import type { UrlState } from '../../url/url-state.ts';
import { largestOf } from '../largest-node.ts';
import { costedDefinitions, definitionText, openedRows, placeOfFunction, severalOf } from '../definition-rows.ts';
import { scaleOf, type Shown } from '../../screen/shown.ts';
import { type FunctionColumn, FunctionGrid } from './function-grid.tsx';
import { sortedFunctions } from './sorted-functions.ts';
import styles from './functions-table.module.css';

interface FunctionsTableProps {
  readonly shown: Shown;
  readonly answer: TreeAnswer;
  /** What shares are of: the tree's total. */
  readonly whole: number;
  readonly hit: Uint8Array | undefined;
  readonly fills: readonly string[];
  readonly colours: Uint8Array;
  readonly definitionColours: Uint8Array | undefined;
  readonly sort: UrlState['sort'];
  /** The selected function, -1 none. */
  readonly selected: number;
  /** With file and both shares; the narrow one is beside the graph. */
  readonly wide: boolean;
  onSort(sort: UrlState['sort']): void;
  onSelect(func: number): void;
  /** A definition of the answer. */
  onSelectDefinition(definition: number): void;
  onSandwich(func: number): void;
  onKey(key: string): boolean;
}

export function FunctionsTable(props: FunctionsTableProps): ReactElement {
  const { shown, answer, whole, hit, fills, colours, definitionColours, sort, selected, wide } = props;
  const { onSort, onSelect, onSelectDefinition, onSandwich, onKey } = props;
  const { functions } = shown.opened.profile;
  const { byFunction, definitions } = answer;
  const count = functions.names.length;
  const costed = useMemo(() => costedDefinitions(definitions), [definitions]);
  // What stays open through refreshes is a name.
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set());
  const sorted = useMemo(
    () => sortedFunctions(byFunction, functions.names, functions.files, hit, sort),
    [byFunction, functions, hit, sort],
  );
  const { rows, names } = useMemo(
    () => openedRows(sorted, functions.names, definitions, costed, open),
    [sorted, functions, definitions, costed, open],
  );
  const parts =
    definitions && [...costed.values()].some(({ length }) => length > 1)
      ? {
          isOpen: (func: number) => (severalOf(costed, func) ? open.has(functions.names[func]) : undefined),
          toggle: (func: number) => setOpen(toggled(open, functions.names[func])),
          functionOf: (row: number) => (row < count ? row : definitions.func[row - count]),
          // The wide table says it in a column.
          note: (func: number) => (wide ? undefined : placeText(func)),
          title: (row: number) =>
            definitionText(definitions, row - count, costed.get(definitions.func[row - count]) ?? []),
        }
      : undefined;
  const placeText = (row: number): string =>
    placeOfFunction(functions, definitions, row < count ? costed.get(row) : [row - count], row);
  const type = shown.opened.profile.sampleTypes[shown.sampleType];
  const shownScale = scaleOf(shown.opened);
  const largestSelf = useMemo(() => largestOf(byFunction.self), [byFunction]);
  // The unit of the total above the graph.
  const scale = useMemo((): Scale => {
    // Beside negative values a function may be more than the whole.
    const largest = Math.max(Math.abs(whole), largestOf(byFunction.total)) * shownScale;
    const { suffix, format } = scaleFor(type?.unit ?? '', type?.type ?? '', largest, COLUMN_DIGITS);
    return { suffix, format: (value) => format(value * shownScale) };
  }, [byFunction, whole, type, shownScale]);

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
      names={names}
      rows={rows}
      parts={parts}
      columns={columns}
      sort={sort}
      selected={selected}
      empty={hit ? 'No function matches the search.' : 'No function in this profile.'}
      renderMark={(row) => {
        const key = row < count ? colours[row] : (definitionColours?.[row - count] ?? colours[parts!.functionOf(row)]);
        return <span className={styles['swatch']} style={{ background: fills[key] }} />;
      }}
      renderCells={(row) => {
        const [amounts, at] = definitions && row >= count ? [definitions, row - count] : [byFunction, row];
        const self = amounts.self[at];
        const total = amounts.total[at];
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
              <div role="gridcell" className={styles['file']} title={placeText(row)}>
                <bdi>{placeText(row)}</bdi>
              </div>
            )}
          </>
        );
      }}
      onSort={onSort}
      onSelect={(row) => (row < count ? onSelect(row) : onSelectDefinition(row - count))}
      onSandwich={(row) => onSandwich(parts ? parts.functionOf(row) : row)}
      onKey={onKey}
    />
  );
}

function toggled(open: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const now = new Set(open);
  if (!now.delete(name)) now.add(name);
  return now;
}
