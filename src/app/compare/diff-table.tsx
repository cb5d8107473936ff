/** Functions with both sides beside each other: the largest change of self first. Only visible rows are in the page. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { DiffAnswer } from '#analysis/analysis.ts';
import { pathOf } from '#model/call-path.ts';
import { exactAmount, formatAmount, formatChange } from '#model/changes-text.ts';
import { splitName } from '#model/function-name.ts';
import { showSandwich } from '../commands.ts';
import { Icon } from '../components/icon.tsx';
import { hoverFunction, useUi } from '../ui-store.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { rowAfter } from '../views/row-steps.ts';
import { sortedRows } from './diff-rows.ts';
import { intervalText, percentText, unitOf, verdictOfFunction } from './diff-words.ts';
import type { ShownComparison } from './use-comparison.ts';
import styles from './diff-table.module.css';

const ROW_CSS = 24;
/** The heads stay where they are while rows pass below them. */
const HEAD_CSS = 28;
type SortKey = UrlState['sort']['key'];

const columns: readonly { readonly key: SortKey | undefined; readonly title: string }[] = [
  { key: 'name', title: 'Function' },
  { key: 'a', title: 'Self A' },
  { key: 'b', title: 'Self B' },
  { key: 'self', title: 'Change of self' },
  { key: undefined, title: 'of A' },
  { key: undefined, title: 'Interval (95 %)' },
  { key: undefined, title: 'Total A' },
  { key: undefined, title: 'Total B' },
  { key: 'total', title: 'Change of total' },
  { key: undefined, title: 'of A' },
];

interface DiffTableProps {
  readonly shown: ShownComparison;
  readonly hit: Uint8Array | undefined;
  onKey(key: string): boolean;
}

export function DiffTable({ shown, hit, onKey }: DiffTableProps): ReactElement {
  const { diff } = shown;
  const sort = useUrl((state) => state.sort);
  const selectedPath = useUrl((state) => state.sel);
  const rows = useMemo(() => sortedRows(diff, hit, sort), [diff, hit, sort]);
  const selected = diff.functions.names.indexOf(selectedPath.at(-1) ?? '\0');
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_CSS,
    overscan: 8,
    scrollMargin: HEAD_CSS,
    scrollPaddingStart: HEAD_CSS,
  });
  const [active, setActive] = useState(0);
  const at = Math.min(active, rows.length - 1);
  useEffect(() => {
    const row = selected < 0 ? -1 : rows.indexOf(selected);
    if (row < 0) return;
    setActive(row);
    virtual.scrollToIndex(row, { align: 'auto' });
  }, [selected, rows, virtual]);
  const choose = (row: number): void => {
    setActive(row);
    navigate({ sel: largestPath(diff, rows[row]) }, 'replace');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLButtonElement || rows.length === 0) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = rowAfter(event.key, at, { count: rows.length, rowCss: ROW_CSS, scroller: scroller.current });
    if (to !== undefined) {
      setActive(to);
      virtual.scrollToIndex(to, { align: 'auto' });
    } else if (event.key === 'Enter' || event.key === ' ') choose(at);
    else if (event.key === 's') showSandwich(diff.functions.names[rows[at]]);
    else if (!onKey(event.key)) return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className={styles['table']}
      role="grid"
      aria-label="Functions of both sides"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      tabIndex={0}
      aria-activedescendant={rows.length > 0 ? `diff-row-${rows[at]}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="row" className={styles['head']} aria-rowindex={1}>
        {columns.map(({ key, title }, i) => (
          <div
            key={title + i}
            role="columnheader"
            aria-sort={
              key === undefined ? undefined : key !== sort.key ? 'none' : sort.descending ? 'descending' : 'ascending'
            }
          >
            {key === undefined ? (
              title
            ) : (
              <button
                type="button"
                onClick={() =>
                  navigate(
                    { sort: { key, descending: key === sort.key ? !sort.descending : key !== 'name' } },
                    'replace',
                  )
                }
              >
                {key === sort.key && (
                  <span className={sort.descending ? styles['down'] : styles['up']}>
                    <Icon name="sort" />
                  </span>
                )}
                {title}
              </button>
            )}
          </div>
        ))}
      </div>
      <div className={styles['rows']} role="rowgroup" onPointerLeave={() => hoverFunction(-1)}>
        {rows.length === 0 && (
          <p className={styles['empty']}>{hit ? 'No function matches the search.' : 'No function on either side.'}</p>
        )}
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <DiffRow
              key={rows[index]}
              shown={shown}
              func={rows[index]}
              index={index}
              top={start - HEAD_CSS}
              isActive={index === at}
              isSelected={rows[index] === selected}
              onChoose={() => choose(index)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface DiffRowProps {
  readonly shown: ShownComparison;
  readonly func: number;
  readonly index: number;
  readonly top: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  onChoose(): void;
}

function DiffRow({ shown, func, index, top, isActive, isSelected, onChoose }: DiffRowProps): ReactElement {
  const { diff, evidence } = shown;
  const { a, b } = diff.byFunction;
  const unit = unitOf(shown);
  const isHovered = useUi((ui) => ui.hoveredFunction === func);
  const name = diff.functions.names[func];
  const { prefix, middle, bare } = splitName(name);
  const isClear = evidence === undefined || verdictOfFunction(evidence, func) === 'supported';
  const amount = (value: number): ReactElement => (
    <div role="gridcell" title={exactAmount(value, unit)}>
      {formatAmount(value, unit)}
    </div>
  );
  const change = (ofA: number, ofB: number): ReactElement => (
    <>
      <div
        role="gridcell"
        data-sign={Math.sign(ofB - ofA)}
        data-pale={!isClear || undefined}
        title={exactAmount(ofB - ofA, unit)}
      >
        {formatChange(ofB - ofA, unit)}
      </div>
      <div role="gridcell">{percentText(ofA, ofB)}</div>
    </>
  );
  return (
    <div
      id={`diff-row-${func}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={styles['row']}
      data-active={isActive || undefined}
      data-hovered={isHovered || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onPointerEnter={() => hoverFunction(func)}
      onClick={onChoose}
      onDoubleClick={() => showSandwich(name)}
    >
      <div role="gridcell" className={styles['name']} title={name.slice(0, 600)}>
        <bdi>
          <span className={styles['prefix']}>{prefix}</span>
          {middle}
          {bare || '(empty name)'}
        </bdi>
      </div>
      {amount(a.self[func])}
      {amount(b.self[func])}
      {change(a.self[func], b.self[func])}
      <div role="gridcell">{evidence && intervalText(evidence.functions, func)}</div>
      {amount(a.total[func])}
      {amount(b.total[func])}
      {change(a.total[func], b.total[func])}
    </div>
  );
}

/** Where a function is largest in the shown tree. */
function largestPath({ tree, functions }: DiffAnswer, func: number): readonly string[] {
  let largest = 0;
  for (let i = 1; i < tree.length; i++) {
    if (tree.func[i] === func && (largest === 0 || tree.total[i] > tree.total[largest])) largest = i;
  }
  return pathOf(tree, functions.names, largest);
}
