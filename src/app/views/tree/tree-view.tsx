/** The call tree as rows that open and close: a treegrid for the keyboard, virtual, however large the tree. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { type CallTree, type NodeIndex, nodeName } from '#model/call-tree.ts';
import { scaleFor } from '#model/units.ts';
import { hotPath, type RowOrder, sameNodes, subtreeWithin, visibleNode, visibleRows } from '#model/visible-rows.ts';
import { addTransform, removeTransform } from '../../commands.ts';
import { Button } from '../../components/button.tsx';
import { hoverFunction } from '../../ui-store.ts';
import type { Place } from '../../ui-store.ts';
import { useUrl } from '../../url/url-store.ts';
import type { UrlState } from '../../url/url-state.ts';
import { scaleOf, type ShownTree } from '../shown.ts';
import { indentCss, TreeRow } from './tree-row.tsx';
import styles from './tree-view.module.css';

interface TreeViewProps {
  readonly shown: ShownTree;
  readonly hit: Uint8Array | undefined;
  readonly fills: readonly string[];
  readonly colours: Uint8Array;
  readonly sort: UrlState['sort'];
  readonly selected: NodeIndex;
  onSelect(node: NodeIndex): void;
  onSort(sort: UrlState['sort']): void;
  onMenu(node: NodeIndex, at: Place): void;
  onKey(key: string, node: NodeIndex): boolean;
}

const ROW_CSS = 24;
/** Rows that one key may open. */
const MOST_OPENED = 500;

export function TreeView(props: TreeViewProps): ReactElement {
  const { shown, hit, fills, colours, sort, selected, onSelect, onSort, onMenu, onKey } = props;
  const { tree } = shown;
  const { names } = shown.file.profile.functions;
  const transforms = useUrl((state) => state.t);
  const inversions = transforms.filter(({ kind }) => kind === 'invert').length;
  const isBottomUp = inversions % 2 === 1;
  const [unfolded, setUnfolded] = useState(() => ({ tree, names, open: hot(tree) }));
  let { open } = unfolded;
  if (unfolded.tree !== tree) {
    // What is open stays open when the tree is asked for again; of quite another tree the hot path is.
    const same = sameNodes(open, unfolded.tree, unfolded.names, tree, names);
    open = same.size > 0 ? same : hot(tree);
    setUnfolded({ tree, names, open });
  }
  // A frame chosen elsewhere, or found by the search, is brought into view with all of its callers open.
  const [revealed, setRevealed] = useState({ tree, node: -1 });
  if (selected > 0 && (selected !== revealed.node || tree !== revealed.tree)) {
    setRevealed({ tree, node: selected });
    const callers = new Set(open);
    for (let up = tree.parent[selected]; up > 0; up = tree.parent[up]) callers.add(up);
    if (callers.size > open.size) {
      open = callers;
      setUnfolded({ tree, names, open });
    }
  }
  const isOpen = (node: NodeIndex): boolean => node === 0 || open.has(node);
  const order = useMemo(() => orderOf(tree, names, sort), [tree, names, sort]);
  const rows = useMemo(() => visibleRows(tree, (node) => open.has(node), order), [tree, open, order]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_CSS,
    overscan: 8,
  });
  const [active, setActive] = useState({ tree, node: 0 });
  const activeNode = active.tree === tree ? visibleNode(tree, active.node, isOpen) : Math.max(selected, 0);
  const activeRow = useMemo(() => Math.max(0, rows.indexOf(activeNode)), [rows, activeNode]);

  const reveal = useRef(-1);
  useEffect(() => {
    reveal.current = selected;
  }, [selected, tree]);
  useEffect(() => {
    const row = reveal.current > 0 ? rows.indexOf(reveal.current) : -1;
    if (row < 0) return;
    // Once: what is opened later must not take the reader back.
    reveal.current = -1;
    setActive({ tree, node: rows[row] });
    virtual.scrollToIndex(row, { align: 'auto' });
  }, [selected, tree, rows, virtual]);

  const setOpen = (nodes: readonly NodeIndex[], isToOpen: boolean): void => {
    const next = new Set(open);
    for (const node of nodes) {
      if (isToOpen) next.add(node);
      else next.delete(node);
    }
    setUnfolded({ tree, names, open: next });
  };
  const move = (to: number): void => {
    const row = Math.max(0, Math.min(rows.length - 1, to));
    setActive({ tree, node: rows[row] });
    virtual.scrollToIndex(row, { align: 'auto' });
  };
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 240) / ROW_CSS) - 2);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLButtonElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const node = rows[activeRow];
    const hasCallees = tree.subtreeEnd[node] > node + 1;
    switch (event.key) {
      case 'ArrowDown':
        move(activeRow + 1);
        break;
      case 'ArrowUp':
        move(activeRow - 1);
        break;
      case 'ArrowRight':
        if (hasCallees && !isOpen(node)) setOpen([node], true);
        else if (hasCallees) move(activeRow + 1);
        break;
      case 'ArrowLeft':
        if (hasCallees && open.has(node)) setOpen([node], false);
        else move(rows.indexOf(tree.parent[node]));
        break;
      case 'PageDown':
        move(activeRow + page);
        break;
      case 'PageUp':
        move(activeRow - page);
        break;
      case 'Home':
        move(0);
        break;
      case 'End':
        move(rows.length - 1);
        break;
      case '*':
        setOpen(subtreeWithin(tree, node, MOST_OPENED), true);
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

  // How many matches stand before a node, so that a closed row can tell how many it holds.
  const hitsBefore = useMemo(() => hit && countHits(tree, hit), [tree, hit]);
  const scale = scaleOf(shown.file);
  const type = shown.file.profile.sampleTypes[shown.sampleType];
  const whole = tree.total[0];
  const total = scaleFor(type.unit, type.type, whole * scale);
  const self = useMemo(() => scaleFor(type.unit, type.type, largestOf(tree.self) * scale), [type, tree, scale]);
  // Seen from the leaves a row holds what its innermost function spends itself when it is called this way.
  const amount = isBottomUp ? 'Self' : 'Total';
  const heads: readonly { key: UrlState['sort']['key']; title: string }[] = [
    { key: 'name', title: isBottomUp ? 'Function and its callers' : 'Call path' },
    { key: 'total', title: `${amount}${total.suffix && `, ${total.suffix}`}` },
    { key: 'total', title: `${amount}\u00a0%` },
  ];
  return (
    <div className={styles['view']}>
      <div className={styles['tools']}>
        <Button
          aria-pressed={!isBottomUp}
          onClick={() => isBottomUp && removeTransform(transforms.findLastIndex(({ kind }) => kind === 'invert'))}
          title="From the root to what it calls"
        >
          Top-down
        </Button>
        <Button
          aria-pressed={isBottomUp}
          onClick={() => !isBottomUp && addTransform({ kind: 'invert' })}
          title="From what costs to who calls it"
        >
          Bottom-up
        </Button>
      </div>
      <div
        className={styles['grid']}
        data-bottom-up={isBottomUp || undefined}
        role="treegrid"
        aria-label="Call tree"
        aria-rowcount={rows.length + 1}
        aria-description="Arrows move, open and close; * opens all below; Enter selects"
        tabIndex={0}
        aria-activedescendant={`tree-row-${rows[activeRow]}`}
        onKeyDown={onKeyDown}
      >
        <div role="row" className={styles['head']} aria-rowindex={1}>
          {heads.map(({ key, title }, i) => {
            const isSorted =
              (sort.key === 'name') === (key === 'name') && heads.findIndex((head) => head.key === key) === i;
            return (
              <div
                key={title}
                role="columnheader"
                aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
              >
                <button
                  type="button"
                  onClick={() => onSort({ key, descending: sort.key === key ? !sort.descending : key !== 'name' })}
                >
                  {title}
                  {isSorted && (sort.descending ? ' ↓' : ' ↑')}
                </button>
              </div>
            );
          })}
          {!isBottomUp && (
            <>
              <div role="columnheader">Self{self.suffix && `, ${self.suffix}`}</div>
              <div role="columnheader">Self&nbsp;%</div>
            </>
          )}
        </div>
        <div
          ref={scroller}
          className={styles['scroller']}
          role="rowgroup"
          tabIndex={-1}
          onPointerLeave={() => hoverFunction(-1)}
        >
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
                  top={start}
                  isOpen={isOpen(node)}
                  hitsInside={
                    hitsBefore && !isOpen(node) ? hitsBefore[tree.subtreeEnd[node]] - hitsBefore[node + 1] : 0
                  }
                  withSelf={!isBottomUp}
                  isActive={index === activeRow}
                  isSelected={node === selected && node > 0}
                  isHit={func >= 0 && hit?.[func] === 1}
                  colour={func >= 0 ? fills[colours[func]] : undefined}
                  whole={whole}
                  formatTotal={(value) => total.format(value * scale)}
                  formatSelf={(value) => self.format(value * scale)}
                  onToggle={() => setOpen([node], !open.has(node))}
                  onPick={() => {
                    setActive({ tree, node });
                    if (node > 0) onSelect(node);
                  }}
                  onMenu={(at) => onMenu(node, at)}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

function hot(tree: CallTree): ReadonlySet<NodeIndex> {
  return new Set(hotPath(tree));
}

function countHits(tree: CallTree, hit: Uint8Array): Int32Array {
  const before = new Int32Array(tree.length + 1);
  for (let node = 1; node < tree.length; node++) before[node + 1] = before[node] + hit[tree.func[node]];
  return before;
}

/** By total, or by name: what a caller spends itself says nothing of where to look below it. */
function orderOf(tree: CallTree, names: readonly string[], { key, descending }: UrlState['sort']): RowOrder {
  const sign = descending ? -1 : 1;
  if (key === 'name') return (a, b) => sign * (nodeName(tree, names, a) < nodeName(tree, names, b) ? -1 : 1);
  return (a, b) => sign * (tree.total[a] - tree.total[b]) || a - b;
}

function largestOf(column: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < column.length; i++) if (column[i] > largest) largest = column[i];
  return largest;
}
