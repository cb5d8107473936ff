/**
 * Functions as rows: sorted by their heads, walked by keys, virtual, however many. What the cells say is the user's.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, type ReactNode, useRef } from 'react';
import { splitName } from '#model/function-name.ts';
import { Icon } from '../../components/icon.tsx';
import { hoverFunction, useUi } from '../../state/ui-store.ts';
import type { UrlState } from '../../url/url-state.ts';
import { isRowInSight, rowAfter } from '../../components/row-steps.ts';
import { useActiveRow } from './active-function.ts';
import styles from './function-grid.module.css';

type Sort = UrlState['sort'];

export interface FunctionColumn {
  readonly title: string;
  /** What a click on the head sorts by; undefined: nothing. */
  readonly key: Sort['key'] | undefined;
  /** More about it, for the pointer. */
  readonly hint?: string | undefined;
  /** Numbers are right-aligned. */
  readonly isText?: boolean;
}

interface FunctionGridProps {
  readonly title: string;
  /** Sets `--columns`, the widths of heads and cells, and where needed `--least-width`. */
  readonly className: string;
  /** By function. */
  readonly names: readonly string[];
  /** Functions, in order. */
  readonly rows: Int32Array;
  /** The first is that of the names. Where two share a key, only the first says that it is sorted. */
  readonly columns: readonly FunctionColumn[];
  readonly sort: Sort;
  /** -1 none. */
  readonly selected: number;
  /** Shown instead of rows. */
  readonly empty: string;
  /** Before the name. */
  renderMark?(func: number): ReactNode;
  /** A `gridcell` for each column after the first. */
  renderCells(func: number): ReactNode;
  onSort(sort: Sort): void;
  onSelect(func: number): void;
  onSandwich(func: number): void;
  onKey(key: string): boolean;
}

const ROW_CSS = 24;
/** The heads stay where they are while rows pass below them. */
const HEAD_CSS = 28;

export function FunctionGrid(props: FunctionGridProps): ReactElement {
  const { title, className, names, rows, columns, sort, selected, empty, onSort, onSelect, onSandwich, onKey } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_CSS,
    overscan: 8,
    scrollMargin: HEAD_CSS,
    scrollPaddingStart: HEAD_CSS,
  });
  const scrollTo = (row: number): void => virtual.scrollToIndex(row, { align: 'auto' });
  const reveal = (row: number): void => {
    if (!isRowInSight(row, ROW_CSS, HEAD_CSS, scroller.current!)) virtual.scrollToIndex(row, { align: 'center' });
  };
  const [active, activate] = useActiveRow(rows, names, selected, reveal);
  const onKeyDown = (event: KeyboardEvent): void => {
    // Keys of the buttons in the head are theirs.
    if (event.target instanceof HTMLButtonElement || rows.length === 0) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = rowAfter(event.key, active, { count: rows.length, rowCss: ROW_CSS, scroller: scroller.current });
    if (to !== undefined) {
      activate(to);
      scrollTo(to);
    } else if (event.key === 'Enter' || event.key === ' ') onSelect(rows[active]);
    else if (event.key === 's') onSandwich(rows[active]);
    else if (!onKey(event.key)) return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className={`${styles['grid']} ${className}`}
      role="grid"
      aria-label={title}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-description="Arrows move, Enter shows in the graph, s opens Sandwich"
      tabIndex={0}
      aria-activedescendant={rows.length > 0 ? `function-row-${rows[active]}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="row" className={styles['head']} aria-rowindex={1}>
        {columns.map(({ key, title: text, hint, isText }, i) => {
          const isSorted = key === sort.key && columns.findIndex((column) => column.key === key) === i;
          const isLargestFirst = key !== 'name' && key !== 'file';
          return (
            <div
              key={text + i}
              role="columnheader"
              data-text={isText}
              aria-sort={
                key === undefined ? undefined : !isSorted ? 'none' : sort.descending ? 'descending' : 'ascending'
              }
            >
              {key === undefined ? (
                text
              ) : (
                <button
                  type="button"
                  title={hint}
                  onClick={() => onSort({ key, descending: key === sort.key ? !sort.descending : isLargestFirst })}
                >
                  {isSorted && (
                    <span className={sort.descending ? styles['down'] : styles['up']}>
                      <Icon name="sort" />
                    </span>
                  )}
                  {text}
                </button>
              )}
            </div>
          );
        })}
      </div>
      <div className={styles['rows']} role="rowgroup" onPointerLeave={() => hoverFunction(-1)}>
        {rows.length === 0 && <p className={styles['empty']}>{empty}</p>}
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <FunctionRow
              key={rows[index]}
              {...props}
              func={rows[index]}
              index={index}
              top={start - HEAD_CSS}
              isActive={index === active}
              onActivate={() => activate(index)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface FunctionRowProps extends FunctionGridProps {
  readonly func: number;
  readonly index: number;
  readonly top: number;
  readonly isActive: boolean;
  onActivate(): void;
}

function FunctionRow(props: FunctionRowProps): ReactElement {
  const { names, selected, func, index, top, isActive, renderMark, renderCells } = props;
  const { onActivate, onSelect, onSandwich } = props;
  const isHovered = useUi((ui) => ui.hoveredFunction === func);
  const { prefix, middle, bare } = splitName(names[func]);
  return (
    <div
      id={`function-row-${func}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={func === selected}
      className={styles['row']}
      data-active={isActive || undefined}
      data-hovered={isHovered || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onPointerEnter={() => hoverFunction(func)}
      onClick={() => {
        onActivate();
        onSelect(func);
      }}
      onDoubleClick={() => onSandwich(func)}
    >
      <div role="gridcell" className={styles['name']} title={names[func].slice(0, 600)}>
        {renderMark?.(func)}
        <bdi>
          <span className={styles['prefix']}>{prefix}</span>
          {middle}
          {bare || '(empty name)'}
        </bdi>
      </div>
      {renderCells(func)}
    </div>
  );
}
