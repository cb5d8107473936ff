/** All functions with their cost: sortable, filtered by the search, a grid for the keyboard. Only visible rows are in the page. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { FunctionColumns } from '#analysis/analysis.ts';
import { splitName } from '#model/function-name.ts';
import { formatShare, type Scale, scaleFor } from '#model/units.ts';
import { Icon } from '../../components/icon.tsx';
import { hoverFunction, useUi } from '../../ui-store.ts';
import type { UrlState } from '../../url/url-state.ts';
import { placeOf } from '../place-of.ts';
import { rowAfter } from '../row-steps.ts';
import { scaleOf, type Shown } from '../shown.ts';
import { sortedFunctions } from './sorted-functions.ts';
import styles from './functions-table.module.css';

const ROW_CSS = 24;

type SortKey = UrlState['sort']['key'];

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
  /** With file and both shares; the narrow one stands beside the graph. */
  readonly wide: boolean;
  onSort(sort: UrlState['sort']): void;
  onSelect(func: number): void;
  onSandwich(func: number): void;
  onKey(key: string): boolean;
}

export function FunctionsTable(props: FunctionsTableProps): ReactElement {
  const { shown, byFunction, whole, hit, sort, selected, wide, onSort, onSelect, onSandwich, onKey } = props;
  const { functions } = shown.file.profile;
  const rows = useMemo(
    () => sortedFunctions(byFunction, functions.names, functions.files, hit, sort),
    [byFunction, functions, hit, sort],
  );
  const type = shown.file.profile.sampleTypes[shown.sampleType];
  const shownScale = scaleOf(shown.file);
  const { selfScale, totalScale, largestSelf } = useMemo(() => {
    const scale = (largest: number): Scale => {
      const { suffix, format } = scaleFor(type?.unit ?? '', type?.type ?? '', largest * shownScale);
      return { suffix, format: (value) => format(value * shownScale) };
    };
    const largest = largestOf(byFunction.self);
    return { selfScale: scale(largest), totalScale: scale(largestOf(byFunction.total)), largestSelf: largest };
  }, [byFunction, type, shownScale]);

  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_CSS,
    overscan: 8,
  });
  const [active, setActive] = useState(0);
  const activeRow = Math.min(active, rows.length - 1);

  // A function chosen in the graph comes into view, and the keyboard goes on from there.
  useEffect(() => {
    if (selected < 0) return;
    const row = rows.indexOf(selected);
    if (row < 0) return;
    setActive(row);
    virtual.scrollToIndex(row, { align: 'auto' });
  }, [selected, rows, virtual]);

  const onKeyDown = (event: KeyboardEvent): void => {
    // Keys of the buttons in the head are theirs.
    if (event.target instanceof HTMLButtonElement) return;
    if (event.ctrlKey || event.metaKey || event.altKey || rows.length === 0) return;
    const to = rowAfter(event.key, activeRow, { count: rows.length, rowCss: ROW_CSS, scroller: scroller.current });
    if (to !== undefined) {
      setActive(to);
      virtual.scrollToIndex(to, { align: 'auto' });
    } else if (event.key === 'Enter' || event.key === ' ') onSelect(rows[activeRow]);
    else if (event.key === 's') onSandwich(rows[activeRow]);
    else if (!onKey(event.key)) return;
    event.preventDefault();
  };

  const unit = selfScale.suffix;
  const columns: readonly { key: SortKey; title: string; className: string; narrow: boolean }[] = [
    { key: 'name', title: 'Function', className: styles['name'], narrow: true },
    { key: 'self', title: `Self${unit && `, ${unit}`}`, className: styles['number'], narrow: true },
    { key: 'self', title: 'Self', className: styles['share'], narrow: true },
    {
      key: 'total',
      title: `Total${totalScale.suffix && `, ${totalScale.suffix}`}`,
      className: styles['number'],
      narrow: false,
    },
    { key: 'total', title: 'Total', className: styles['share'], narrow: true },
    { key: 'file', title: 'File', className: styles['file'], narrow: false },
  ];
  const shownColumns = columns.filter((column) => wide || column.narrow);

  return (
    <div
      className={`${styles['table']} ${wide ? styles['wide'] : ''}`}
      role="grid"
      aria-label="Functions"
      aria-rowcount={rows.length + 1}
      aria-colcount={shownColumns.length}
      aria-description="Arrows move, Enter shows in the graph, s opens Sandwich"
      tabIndex={0}
      aria-activedescendant={rows.length > 0 ? `function-row-${rows[activeRow]}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="row" className={styles['head']} aria-rowindex={1}>
        {shownColumns.map(({ key, title, className }, i) => {
          const sorted = sort.key === key;
          // Two columns may share a key (value and share): only the first says that it is sorted.
          const says = sorted && shownColumns.findIndex((column) => column.key === key) === i;
          return (
            <div
              key={title + key + i}
              role="columnheader"
              className={className}
              aria-sort={says ? (sort.descending ? 'descending' : 'ascending') : 'none'}
            >
              <button
                type="button"
                onClick={() =>
                  onSort({ key, descending: sorted ? !sort.descending : key === 'self' || key === 'total' })
                }
                title={key === 'name' || key === 'file' ? undefined : `${title}; shares are of the shown total`}
              >
                {says && (
                  <span className={sort.descending ? styles['down'] : styles['up']}>
                    <Icon name="sort" />
                  </span>
                )}
                {title}
                {className === styles['share'] ? '\u00a0%' : ''}
              </button>
            </div>
          );
        })}
      </div>
      <div
        ref={scroller}
        className={styles['scroller']}
        role="rowgroup"
        tabIndex={-1}
        onPointerLeave={() => hoverFunction(-1)}
      >
        {rows.length === 0 && (
          <p className={styles['empty']}>{hit ? 'No function matches the search.' : 'No function in this profile.'}</p>
        )}
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const func = rows[item.index];
            return (
              <FunctionRow
                key={func}
                {...props}
                func={func}
                index={item.index}
                top={item.start}
                isActive={item.index === activeRow}
                isSelected={func === selected}
                selfScale={selfScale}
                totalScale={totalScale}
                largestSelf={largestSelf}
                onActivate={() => setActive(item.index)}
                whole={whole}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface FunctionRowProps extends FunctionsTableProps {
  readonly func: number;
  readonly index: number;
  readonly top: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly selfScale: Scale;
  readonly totalScale: Scale;
  readonly largestSelf: number;
  onActivate(): void;
}

const FunctionRow = memo(function FunctionRow(props: FunctionRowProps): ReactElement {
  const {
    shown,
    byFunction,
    whole,
    fills,
    colours,
    func,
    index,
    top,
    isActive,
    isSelected,
    selfScale,
    totalScale,
    largestSelf,
    wide,
  } = props;
  const { onSelect, onSandwich, onActivate } = props;
  const { functions } = shown.file.profile;
  const isHovered = useUi((ui) => ui.hoveredFunction === func);
  const { prefix, middle, bare } = splitName(functions.names[func]);
  const self = byFunction.self[func];
  const total = byFunction.total[func];
  const state = [
    styles['row'],
    isActive && styles['active'],
    isSelected && styles['selected'],
    isHovered && styles['hovered'],
  ];
  return (
    <div
      id={`function-row-${func}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={state.filter(Boolean).join(' ')}
      style={{ transform: `translateY(${top}px)` }}
      onPointerEnter={() => hoverFunction(func)}
      onClick={() => {
        onActivate();
        onSelect(func);
      }}
      onDoubleClick={() => onSandwich(func)}
    >
      <div role="gridcell" className={styles['name']} title={functions.names[func].slice(0, 600)}>
        <span className={styles['swatch']} style={{ background: fills[colours[func]] }} />
        <bdi>
          <span className={styles['prefix']}>{prefix}</span>
          {middle}
          {bare || '(empty name)'}
        </bdi>
      </div>
      <div role="gridcell" className={styles['number']}>
        <span
          className={styles['bar']}
          style={{ width: `${largestSelf > 0 ? Math.max(0, (self / largestSelf) * 100) : 0}%` }}
        />
        <span>{selfScale.format(self)}</span>
      </div>
      <div role="gridcell" className={styles['share']}>
        {formatShare(self, whole)}
      </div>
      {wide && (
        <div role="gridcell" className={styles['number']}>
          <span>{totalScale.format(total)}</span>
        </div>
      )}
      <div role="gridcell" className={styles['share']}>
        {formatShare(total, whole)}
      </div>
      {wide && (
        <div role="gridcell" className={styles['file']} title={functions.files[func]}>
          <bdi>{placeOf(functions.files[func], functions.line[func], functions.mappings[func])}</bdi>
        </div>
      )}
    </div>
  );
});

function largestOf(column: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < column.length; i++) largest = Math.max(largest, Math.abs(column[i]));
  return largest;
}
