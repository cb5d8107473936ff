/**
 * A tree as rows that open and close: a treegrid for the keyboard, virtual, however large the tree. What the rows say
 * is the user's.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
  useState,
} from 'react';
import { type CallTree, type NodeIndex, nodeName } from '#model/call-tree.ts';
import { type RowOrder, subtreeWithin, visibleNode, visibleRows } from '#model/visible-rows.ts';
import { hoverFunction, type Place } from '../../state/ui-store.ts';
import type { UrlState } from '../../url/url-state.ts';
import { isRowInSight, rowAfter } from '../../components/row-steps.ts';
import { broughtTo, carriedTo, placeIn } from './tree-place.ts';
import { indentCss, TreeRow } from './tree-row.tsx';
import styles from './tree-grid.module.css';

type Sort = UrlState['sort'];

export interface TreeColumn {
  readonly title: string;
  /** What a click on the head sorts by; undefined: nothing. */
  readonly key: Sort['key'] | undefined;
}

interface TreeGridProps {
  readonly title: string;
  /** Sets `--columns`, the widths of heads and cells. */
  readonly className: string;
  readonly tree: CallTree;
  /** By function. */
  readonly names: readonly string[];
  /** The first is that of the names. */
  readonly columns: readonly TreeColumn[];
  readonly sort: Sort;
  /** The column that `sort` and `order` speak of. */
  readonly sortedColumn: number;
  /** Order of siblings; a new function sorts them again. */
  readonly order: RowOrder;
  readonly hit: Uint8Array | undefined;
  readonly selected: NodeIndex;
  /** The rows to open in an entirely different tree. */
  hot(): readonly NodeIndex[];
  /** Before the name. */
  renderMark?(node: NodeIndex): ReactNode;
  /** A `gridcell` for each column after the first. */
  renderCells(node: NodeIndex): ReactNode;
  onSelect(node: NodeIndex): void;
  onSort(sort: Sort): void;
  onMenu(node: NodeIndex, at: Place): void;
  onKey(key: string, node: NodeIndex): boolean;
}

const ROW_CSS = 24;
/** The heads stay where they are while rows pass below them. */
const HEAD_CSS = 28;
/** Rows that one key may open. */
const MAX_OPENED = 500;

export function TreeGrid(props: TreeGridProps): ReactElement {
  const { title, className, tree, names, columns, sort, sortedColumn, order, hit, selected, hot } = props;
  const { renderMark, renderCells, onSelect, onSort, onMenu, onKey } = props;
  const [kept, setPlace] = useState(() => placeIn(tree, names, hot()));
  let place = kept;
  if (place.tree !== tree) place = carriedTo(place, tree, names, hot);
  const chosen = Math.max(selected, 0);
  if (place.selected !== chosen) place = broughtTo(place, chosen);
  if (place !== kept) setPlace(place);
  const { open } = place;
  const isOpen = (node: NodeIndex): boolean => node === 0 || open.has(node);
  const rows = useMemo(() => visibleRows(tree, (node) => open.has(node), order), [tree, open, order]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_CSS,
    overscan: 8,
    scrollMargin: HEAD_CSS,
    scrollPaddingStart: HEAD_CSS,
  });
  const activeNode = visibleNode(tree, place.active, isOpen);
  const activeRow = useMemo(() => Math.max(0, rows.indexOf(activeNode)), [rows, activeNode]);
  const setActive = (node: NodeIndex): void => setPlace({ ...place, active: node });

  const showActive = useEffectEvent(() => {
    if (!isRowInSight(activeRow, ROW_CSS, HEAD_CSS, scroller.current!))
      virtual.scrollToIndex(activeRow, { align: 'center' });
  });
  useEffect(() => {
    if (place.reveals > 0) showActive();
  }, [place.reveals]);

  const setOpen = (nodes: readonly NodeIndex[], isToOpen: boolean): void => {
    const next = new Set(open);
    for (const node of nodes) {
      if (isToOpen) next.add(node);
      else next.delete(node);
    }
    setPlace({ ...place, open: next });
  };
  const move = (to: number): void => {
    const row = Math.max(0, Math.min(rows.length - 1, to));
    setActive(rows[row]);
    virtual.scrollToIndex(row, { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLButtonElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const node = rows[activeRow];
    const hasCallees = tree.subtreeEnd[node] > node + 1;
    const to = rowAfter(event.key, activeRow, { count: rows.length, rowCss: ROW_CSS, scroller: scroller.current });
    if (to !== undefined) {
      move(to);
      event.preventDefault();
      return;
    }
    switch (event.key) {
      case 'ArrowRight':
        if (hasCallees && !isOpen(node)) setOpen([node], true);
        else if (hasCallees) move(activeRow + 1);
        break;
      case 'ArrowLeft':
        if (hasCallees && open.has(node)) setOpen([node], false);
        else move(rows.indexOf(tree.parent[node]));
        break;
      case '*':
        setOpen(subtreeWithin(tree, node, MAX_OPENED), true);
        break;
      case 'Enter':
      case ' ':
        if (node > 0) onSelect(node);
        break;
      case 'ContextMenu':
        openMenu(node);
        break;
      default:
        if (event.key === 'F10' && event.shiftKey) openMenu(node);
        else if (!onKey(event.key, node)) return;
    }
    event.preventDefault();
  };
  const openMenu = (node: NodeIndex): void => {
    const box = document.getElementById(`tree-row-${node}`)?.getBoundingClientRect();
    if (box) onMenu(node, { x: box.left + indentCss(tree.depth[node]) + 40, y: box.bottom });
  };

  // The number of matches before each node: a closed row shows how many are inside.
  const hitsBefore = useMemo(() => hit && countHits(tree, hit), [tree, hit]);
  return (
    <div
      ref={scroller}
      className={`${styles['grid']} ${className}`}
      role="treegrid"
      aria-label={title}
      aria-rowcount={rows.length + 1}
      aria-description="Arrows move, open and close; * opens everything below; Enter selects"
      tabIndex={0}
      aria-activedescendant={`tree-row-${rows[activeRow]}`}
      onKeyDown={onKeyDown}
    >
      <div role="row" className={styles['head']} aria-rowindex={1}>
        {columns.map(({ key, title: text }, i) => {
          const isSorted = i === sortedColumn;
          if (key === undefined) {
            return (
              <div key={text} role="columnheader">
                {text}
              </div>
            );
          }
          return (
            <div
              key={text}
              role="columnheader"
              aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
            >
              <button
                type="button"
                onClick={() =>
                  onSort({ key, descending: columns[sortedColumn].key === key ? !sort.descending : key !== 'name' })
                }
              >
                {text}
                {isSorted && (sort.descending ? ' ↓' : ' ↑')}
              </button>
            </div>
          );
        })}
      </div>
      <div role="rowgroup" onPointerLeave={() => hoverFunction(-1)}>
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const node = rows[index];
            const func = tree.func[node];
            return (
              <TreeRow
                key={node}
                tree={tree}
                node={node}
                name={nodeName(tree, names, node)}
                index={index}
                top={start - HEAD_CSS}
                isOpen={isOpen(node)}
                hitsInside={hitsBefore && !isOpen(node) ? hitsBefore[tree.subtreeEnd[node]] - hitsBefore[node + 1] : 0}
                isActive={index === activeRow}
                isSelected={node === selected && node > 0}
                isHit={func >= 0 && hit?.[node] === 1}
                mark={renderMark?.(node)}
                cells={renderCells(node)}
                onToggle={() => setOpen([node], !open.has(node))}
                onPick={() => {
                  setActive(node);
                  if (node > 0) onSelect(node);
                }}
                onMenu={(at) => onMenu(node, at)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function countHits(tree: CallTree, hit: Uint8Array): Int32Array {
  const before = new Int32Array(tree.length + 1);
  for (let node = 1; node < tree.length; node++) before[node + 1] = before[node] + hit[node];
  return before;
}
