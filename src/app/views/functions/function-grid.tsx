/**
 * Functions as rows: sorted by their heads, walked by keys, virtual, however many. What the cells say is the user's.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, type ReactNode, useRef } from 'react';
import { FunctionName } from '../../components/function-name.tsx';
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

/** Rows below a function. */
interface FunctionParts {
  /** Whether a function's parts are shown; undefined if it has none. */
  isOpen(func: number): boolean | undefined;
  toggle(func: number): void;
  /** The function of a part; a function itself. */
  functionOf(row: number): number;
  /** Behind the name of a function that has parts. */
  note(func: number): string | undefined;
  /** The title of a part. */
  title(row: number): string;
}

interface FunctionGridProps {
  readonly title: string;
  /** Sets `--columns`, the widths of heads and cells, and where needed `--least-width`. */
  readonly className: string;
  /** By function, and behind them by part: no two may be equal. */
  readonly names: readonly string[];
  /** Functions and parts, in order. */
  readonly rows: Int32Array;
  /** Rows that open; undefined if none does. */
  readonly parts?: FunctionParts | undefined;
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
  const { title, className, names, rows, parts, columns, sort, selected, empty, onSort, onSelect, onSandwich, onKey } =
    props;
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
    } else if (parts && opens(parts, rows[active], event.key)) {
      const func = parts.functionOf(rows[active]);
      parts.toggle(func);
      activate(rows.indexOf(func));
    } else if (event.key === 'Enter' || event.key === ' ') onSelect(rows[active]);
    else if (event.key === 's') onSandwich(rows[active]);
    else if (!onKey(event.key)) return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className={`${styles['grid']} ${className}`}
      role={parts ? 'treegrid' : 'grid'}
      aria-label={title}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-description={`Arrows move, ${parts ? 'right and left open and close, ' : ''}Enter shows in the graph, s opens Sandwich`}
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
  const { names, parts, selected, func, index, top, isActive, renderMark, renderCells } = props;
  const { onActivate, onSelect, onSandwich } = props;
  const ownFunction = parts ? parts.functionOf(func) : func;
  const isPart = ownFunction !== func;
  const isOpen = isPart ? undefined : parts?.isOpen(func);
  const isHovered = useUi((ui) => ui.hoveredFunction === ownFunction);
  return (
    <div
      id={`function-row-${func}`}
      role="row"
      aria-rowindex={index + 2}
      aria-level={parts && (isPart ? 2 : 1)}
      aria-expanded={isOpen}
      aria-selected={func === selected}
      className={styles['row']}
      data-active={isActive || undefined}
      data-hovered={isHovered || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onPointerEnter={() => hoverFunction(ownFunction)}
      onClick={() => {
        onActivate();
        onSelect(func);
      }}
      onDoubleClick={() => onSandwich(func)}
    >
      <div
        role="gridcell"
        className={styles['name']}
        data-part={isPart || undefined}
        title={(isPart ? parts!.title(func) : names[func]).slice(0, 600)}
      >
        {isOpen !== undefined && (
          <span
            className={styles['toggle']}
            data-open={isOpen || undefined}
            aria-hidden
            onClick={(event) => {
              event.stopPropagation();
              parts!.toggle(func);
            }}
          >
            ›
          </span>
        )}
        {renderMark?.(func)}
        {isPart ? <bdi className={styles['prefix']}>{parts!.title(func)}</bdi> : <FunctionName name={names[func]} />}
        {isOpen !== undefined && <span className={styles['note']}>{parts!.note(func)}</span>}
      </div>
      {renderCells(func)}
    </div>
  );
}

/** Whether the key opens or closes the parts of the row. */
function opens(parts: FunctionParts, row: number, key: string): boolean {
  const isOpen = parts.isOpen(parts.functionOf(row));
  return isOpen !== undefined && key === (isOpen ? 'ArrowLeft' : 'ArrowRight');
}
